"""The messages of the stack's own alarms, and which part of it each is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reprieve import alarms
from reprieve.console import page
from reprieve.fields import ARN_LIMIT, objects, text
from reprieve.problems import Kind, Problem

_ADVICE_LIMIT: Final = 600
_LOOK: Final = "Look at the alarm in CloudWatch."
_KINDS: Final = {"FunctionName": Kind.FUNCTION_FAILS, "QueueName": Kind.DEAD_LETTERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """An alarm that has begun to ring: what is wrong, and its page in the console."""

    problem: Problem
    console_url: str | None


def read(message: str, names: Mapping[str, str]) -> Ringing | None:
    """Return what an alarm's message tells; None if the alarm does not ring any more.

    Args:
        message: The text of the SNS message.
        names: What a person calls a function, by the names that AWS gave it and its dead-letter queue.

    Raises:
        NotUnderstoodError: it is not the message of a CloudWatch alarm.
    """
    alarm, body = alarms.read(message), json.loads(message)
    if not alarm.is_ringing:
        return None
    kind, subject = _about(body, names) or (Kind.ALARM, alarm.name)
    advice = text(body, "AlarmDescription", limit=_ADVICE_LIMIT) or _LOOK
    return Ringing(
        problem=Problem(kind=kind, subject=subject, since=alarm.changed_at, advice=advice),
        console_url=page(
            alarm.region, "cloudwatch/home?region={region}#alarmsV2:alarm/{name}", name=alarm.name
        ),
    )


def _about(body: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Kind, str] | None:
    """Return the kind of problem and the function, by the one dimension that the stack's alarms have."""
    for dimension in objects(body, "Trigger", "Dimensions"):
        kind = _KINDS.get(_either(dimension, "name"))
        name = names.get(_either(dimension, "value"))
        if kind and name:
            return kind, name
    return None


def _either(dimension: Mapping[str, Any], name: str) -> str:
    """Return a part of a dimension, which CloudWatch names in lower case in messages, and not in its API."""
    return text(dimension, name, limit=ARN_LIMIT) or text(dimension, name.title(), limit=ARN_LIMIT)
