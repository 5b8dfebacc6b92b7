"""The stack's own alarms, and which part of it each is about."""

import json
from collections.abc import Mapping
from typing import Any, Final

from reprieve.alarm import read_alarm
from reprieve.cases.problem import Kind, Problem
from reprieve.console import page
from reprieve.dataclass import dataclass
from reprieve.ports import RingingAlarm
from reprieve.untrusted import ARN_LIMIT, objects, one_line, text

_ADVICE_LIMIT: Final = 600
_LOOK: Final = "Look at the alarm in CloudWatch."
_KINDS: Final = {"FunctionName": Kind.FUNCTION_FAILS, "QueueName": Kind.DEAD_LETTERS}
_PAGE: Final = "cloudwatch/home?region={region}#alarmsV2:alarm/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarmed:
    """What is wrong by an alarm, and the alarm's page in the console."""

    problem: Problem
    console_url: str | None


def read(message: str) -> RingingAlarm | None:
    """Return the alarm that an SNS message reports; None if it is no longer in ALARM.

    Raises:
        NotUnderstoodError: it is not the message of a CloudWatch alarm.
    """
    alarm, body = read_alarm(message), json.loads(message)
    if not alarm.is_ringing:
        return None
    return RingingAlarm(
        name=alarm.name,
        region=alarm.region,
        description=text(body, "AlarmDescription", limit=_ADVICE_LIMIT),
        since=alarm.changed_at,
        dimensions=dict(map(_dimension, objects(body, "Trigger", "Dimensions"))),
    )


def understood(alarm: RingingAlarm, names: Mapping[str, str]) -> Alarmed:
    """Return what an alarm means.

    Args:
        alarm: The alarm.
        names: What a person calls a function, by the names that AWS gave it and its dead-letter queue.
    """
    kind, subject = _about(alarm, names) or (Kind.ALARM, one_line(alarm.name))
    advice = one_line(alarm.description, _ADVICE_LIMIT) or _LOOK
    return Alarmed(
        problem=Problem(kind=kind, subject=subject, since=alarm.since, advice=advice),
        console_url=page(alarm.region, _PAGE, name=alarm.name),
    )


def _about(alarm: RingingAlarm, names: Mapping[str, str]) -> tuple[Kind, str] | None:
    """Return the kind of problem and the function, by the one dimension that the stack's alarms have."""
    for dimension, value in alarm.dimensions.items():
        if dimension in _KINDS and value in names:
            return _KINDS[dimension], names[value]
    return None


def _dimension(found: Mapping[str, Any]) -> tuple[str, str]:
    """Return a dimension, whose parts have names in lower case in CloudWatch's messages, not in its API."""
    name, value = (
        text(found, part, limit=ARN_LIMIT) or text(found, part.title(), limit=ARN_LIMIT)
        for part in ("name", "value")
    )
    return name, value
