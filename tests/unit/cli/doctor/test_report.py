"""What is printed of results, to people and to programs."""

import io
import json

import pytest
from rich.console import Console

from kms_reprieve_cli.doctor.check import CheckStatus, Result
from kms_reprieve_cli.doctor.report import Report, as_json

LINK = "docs/doctor.md#source"
WELL = Result(status=CheckStatus.PASS, id="log-group", group="source", what="it is there", link=LINK)
WRONG = Result(
    status=CheckStatus.FAIL,
    id="trail-logging",
    group="source",
    what="trail [bold]x[/] is not logging",
    cause="it was stopped",
    fix="aws cloudtrail start-logging --name x",
    link=LINK,
)
DOUBT = Result(
    status=CheckStatus.UNKNOWN,
    id="alarm",
    group="detection",
    what="it could not be checked",
    cause="denied",
    fix="Allow it.",
    link="https://example.com/alarm",
)


def told(*results: Result, verbose: bool = False) -> list[str]:
    output = io.StringIO()
    console = Console(file=output, soft_wrap=True, markup=False, highlight=False, emoji=False)
    Report(console, verbose).tell(iter(results))
    return output.getvalue().splitlines()


def test_what_passed_is_folded_and_the_rest_has_one_cause_and_one_fix() -> None:
    assert told(WELL, WELL, WRONG, DOUBT) == [
        "source",
        "  pass     2 checks",
        "  fail     trail-logging: trail [bold]x[/] is not logging",
        "           why: it was stopped",
        "           fix: aws cloudtrail start-logging --name x",
        "",
        "detection",
        "  unknown  alarm: it could not be checked",
        "           why: denied",
        "           fix: Allow it.",
        "           see: https://example.com/alarm",
        "",
        "2 passed, 1 failed, 1 unknown. docs/doctor.md explains each check.",
    ]


def test_what_passed_is_told_on_demand() -> None:
    assert told(WELL, verbose=True) == ["source", "  pass     log-group: it is there", "", "1 passed."]


def test_one_check_is_one() -> None:
    assert told(WELL)[1] == "  pass     1 check"


def test_the_numbers_are_counted() -> None:
    counted = Report(Console(file=io.StringIO()), is_verbose=False).tell([WELL, WRONG, WRONG])

    assert counted == {CheckStatus.PASS: 1, CheckStatus.FAIL: 2}


def test_a_program_gets_every_field_of_every_result() -> None:
    assert json.loads(json.dumps(as_json([WELL, WRONG]))) == {
        "checks": [
            {
                "id": "log-group",
                "group": "source",
                "status": "pass",
                "what": "it is there",
                "cause": "",
                "fix": "",
                "link": LINK,
            },
            {
                "id": "trail-logging",
                "group": "source",
                "status": "fail",
                "what": "trail [bold]x[/] is not logging",
                "cause": "it was stopped",
                "fix": "aws cloudtrail start-logging --name x",
                "link": LINK,
            },
        ]
    }


@pytest.mark.parametrize("status", CheckStatus)
def test_every_status_has_a_word_and_a_colour(status: CheckStatus) -> None:
    (*_, last) = told(Result(status=status, id="x", group="source", what="w", cause="c", fix="f", link=LINK))

    assert last.startswith("1 ")
