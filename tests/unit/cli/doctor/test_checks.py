"""Every check, in every result that it can come to."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from kms_reprieve_cli import doctor
from kms_reprieve_cli.doctor.check import Check, CheckStatus, Phase
from kms_reprieve_cli.doctor.checks import CHECKS, GATES
from kms_reprieve_cli.doctor.examination import DOCUMENT
from kms_reprieve_cli.doctor.policy import ALWAYS_ALLOWED
from tests.unit.cli.doctor import (
    cases_account_and_source,
    cases_detection_and_people,
    cases_of_channels,
    cases_of_the_rest,
)
from tests.unit.cli.doctor.case import Case

CASES = (
    *cases_account_and_source.CASES,
    *cases_detection_and_people.CASES,
    *cases_of_channels.CASES,
    *cases_of_the_rest.CASES,
)
FOLDER = Path(str(doctor.__file__)).parent
WORST = list(CheckStatus)
SHARED = {
    "channel_document",
    *("log_groups", "selectors", "trails", "metric_filters", "alarms", "networks", "sign_in", "runs"),
    "__init__",
}
SAYS = {"passed": "pass", "warning": "warn", "failure": "fail", "unknown": "unknown"}

IN_ANOTHER_MODULE = {
    "channel_entries": {"fail"},
    "addresses": set[str](),
    "bookmark": {"pass", "warn", "fail"},
    "functions": {"pass", "warn", "fail"},
    "health_run": {"pass", "warn", "fail"},
    "log_group_key": {"pass", "fail"},
    "trail_key": {"pass", "fail"},
    "oidc_secret": {"pass", "fail"},
    "respond_function": {"pass", "warn", "fail"},
    "slack_secret": {"pass", "fail"},
}
"""What checks come to by modules that several of them share."""


def name_of(check: object) -> str:
    assert isinstance(check, ModuleType)
    return check.__name__.rpartition(".")[2]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_check_says_what_it_finds(case: Case) -> None:
    results = case.results()

    assert tuple(result.status for result in results) == case.statuses
    for result in results:
        assert (result.id, result.group) == (case.check.ID, case.check.GROUP)
        assert bool(result.cause) == bool(result.fix) == (result.status is not CheckStatus.PASS)
        assert result.link.startswith((DOCUMENT, "https://"))
        assert result.what.isprintable()
    worst = max((result.status for result in results), key=WORST.index, default=None)
    said = [f"{each.what} {each.cause} {each.fix}" for each in results if each.status is worst]
    assert not said or any(case.says in each for each in said), said


def test_every_result_of_every_check_has_a_case() -> None:
    for check in CHECKS:
        name = name_of(check)
        written = set(_statuses(FOLDER / check.GROUP.replace("-", "_") / f"{name}.py"))
        cases = {status for case in CASES if case.check is check for status in case.statuses}

        assert written | IN_ANOTHER_MODULE.get(name, set()) <= cases, name


def _statuses(file: Path) -> Iterator[str]:
    """The results that a module makes, by the functions that it calls or names."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Name) and node.id in SAYS:
            yield SAYS[node.id]


def asking(check: Check, needed: str) -> Case | None:
    """A case in which a check makes the call that needs a permission, and has more to say than that."""
    for case in (each for each in CASES if each.check is check):
        cloud = case.cloud()
        case.results(cloud)
        there = {action for one in case.others.values() for action in getattr(one, "asked", ())}
        if needed in cloud.asked | there:
            return case
    return None


@pytest.mark.parametrize(
    ("check", "needed"),
    [(check, needed) for check in CHECKS for needed in check.NEEDS if needed not in ALWAYS_ALLOWED],
    ids=lambda value: value if isinstance(value, str) else name_of(value),
)
def test_without_a_permission_a_check_is_unknown_and_names_it(check: Check, needed: str) -> None:
    case = asking(check, needed)
    assert case, f"no case of {check.ID} needs {needed}"

    results = case.results(case.cloud(denies=frozenset({needed})))

    if (check.ID, needed) == ("addresses", "dynamodb:Query"):
        return  # it only tells since when
    assert [result.status for result in results if result.status is CheckStatus.UNKNOWN]
    assert any(needed in f"{result.cause} {result.fix}" for result in results)


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_a_check_needs_what_it_says_and_nothing_else(check: Check) -> None:
    base = {"cloudformation:DescribeStacks", "cloudformation:ListStackResources", "sts:GetCallerIdentity"}
    asked = set[str]()
    for case in (each for each in CASES if each.check is check):
        cloud = case.cloud()
        case.results(cloud)
        asked |= cloud.asked

    assert asked - base == set(check.NEEDS) - base


def test_every_file_is_a_check_that_is_named_once_and_called_like_its_file() -> None:
    files = {file.stem for file in FOLDER.glob("*/*.py")} - SHARED

    assert sorted(map(name_of, CHECKS)) == sorted(files)
    assert [check.ID.replace("-", "_") for check in CHECKS] == list(map(name_of, CHECKS))
    assert {check.ID for check in CHECKS[: len(GATES)]} == GATES


def test_checks_of_one_group_come_one_after_the_other() -> None:
    groups = [check.GROUP for check in CHECKS]

    assert sorted(groups, key=groups.index) == groups
    assert list(dict.fromkeys(groups)) == list(type(groups[0]))


def test_what_needs_a_stack_comes_after_deploying() -> None:
    before = {check.ID for check in CHECKS if check.WHEN is not Phase.AFTER}

    assert {"credentials", "log-group", "trail-events", "metric-filter-quota", "pending-keys"} <= before
    assert {"alarm", "addresses", "page-answers", "bookmark"}.isdisjoint(before)
