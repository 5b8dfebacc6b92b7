"""docs/doctor.md lists every check with its calls, and the policy."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from kms_reprieve_cli.doctor.check import CheckStatus, Phase
from kms_reprieve_cli.doctor.checks import CHECKS
from kms_reprieve_cli.doctor.examination import DOCUMENT
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.other_accounts.member_roles import NEEDS_THERE
from kms_reprieve_cli.doctor.policy import document
from tests.unit.cli.doctor.test_checks import CASES

TEXT = (Path(__file__).parents[4] / DOCUMENT).read_text("utf-8")
QUOTED = re.compile(r"`([^`]+)`")
WHEN = {Phase.BEFORE: "before", Phase.AFTER: "after", Phase.BOTH: "both"}


def section(heading: str) -> str:
    found = re.search(rf"^##+ {heading}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def rows(text: str, first: str) -> Iterator[list[str]]:
    """The cells of the table whose first column is called `first`."""
    (table,) = re.findall(rf"^\| {first} \|.*\n\| ---.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    for line in table.splitlines():
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_check_is_listed_under_its_group_in_its_order_with_its_calls() -> None:
    for group, checks in groupby(CHECKS, lambda check: check.GROUP):
        listed = [
            (name.strip("`"), when, set(QUOTED.findall(calls)))
            for name, when, _, _, calls in rows(section(group), "Check")
        ]

        assert listed == [(check.ID, WHEN[check.WHEN], set(check.NEEDS)) for check in checks]


def test_a_check_is_said_to_warn_or_fail_if_it_does() -> None:
    for check in CHECKS:
        (row,) = (cells for cells in rows(section(check.GROUP), "Check") if cells[0] == f"`{check.ID}`")
        statuses = {status for case in CASES if case.check is check for status in case.statuses}

        assert bool(row[2]) == (CheckStatus.WARN in statuses), check.ID
        absent = "something that it looks at does not exist"
        fails = any(
            result.status is CheckStatus.FAIL and result.what != absent
            for case in CASES
            if case.check is check
            for result in case.results()
        )
        assert bool(row[3]) == fails, check.ID


def test_every_group_and_every_result_is_explained() -> None:
    assert {name.strip("`") for name, _ in rows(TEXT, "Result")} == set(CheckStatus)
    assert all(section(group) for group in Group)


def test_the_policy_is_that_which_is_printed() -> None:
    listed = {name.strip("`"): QUOTED.findall(actions) for name, actions, _ in rows(TEXT, "Statement")}

    assert listed == {
        statement["Sid"]: statement["Action"]
        for statement in document("kms-reprieve", "aws", "Audit")["Statement"]
    }


def test_the_permissions_in_other_accounts_are_named() -> None:
    assert set(NEEDS_THERE) <= set(QUOTED.findall(section("other-accounts")))
