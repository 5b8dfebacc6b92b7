"""Whether the lines of the log group are CloudTrail's records as they are, and not wrapped in anything."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.clock import to_millis

ID: Final = "log-lines"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = (*log_groups.NEEDS, "logs:FilterLogEvents")

_SINCE: Final = timedelta(minutes=15)
_SAMPLE: Final = 20
_FIELDS: Final = frozenset({"eventSource", "eventName", "eventTime"})
_FIX: Final = (
    "Let the trail or the telemetry rule write CloudTrail's records to the log group without a transformer or"
    " another function in between: a line is one record."
)


def look(subject: Subject) -> Iterator[Result]:
    """Read a few recent lines; `delivery` says so where there are none."""
    for _ in log_groups.found(subject):
        told = subject.cloud.ask(
            "logs",
            "FilterLogEvents",
            logGroupName=subject.log_group,
            startTime=to_millis(subject.now - _SINCE),
            limit=_SAMPLE,
        )
        if lines := [each["message"] for each in told["events"]]:
            yield _judged([_object(line) for line in lines])


def _judged(lines: list[dict[str, Any]]) -> Result:
    records = [line for line in lines if _is_record(line)]
    if len(records) == len(lines):
        return passed(f"the last {len(lines)} lines of the log group are CloudTrail's records")
    wrapped = [line for line in lines if any(map(_holds_record, line.values()))]
    if wrapped:
        return failure(
            f"{len(wrapped)} of {len(lines)} recent lines wrap CloudTrail's records in another object",
            cause="the metric filter and investigate do not look inside: these requests are never seen",
            fix=_FIX,
        )
    return warning(
        f"{len(lines) - len(records)} of {len(lines)} recent lines are not CloudTrail records",
        cause="something else writes to the log group, or its lines have another form",
        fix=_FIX,
    )


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_record(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= _FIELDS


def _holds_record(value: object) -> bool:
    """Return whether a field is a record, a list of them, or the text of one."""
    if isinstance(value, list):
        return any(map(_holds_record, value))
    return _is_record(value) or (isinstance(value, str) and _is_record(_object(value)))
