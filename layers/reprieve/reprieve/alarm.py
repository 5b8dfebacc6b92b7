"""The message that a CloudWatch alarm publishes to its topic.

Source: CloudWatch user guide, "Amazon SNS topics as alarm actions", and a message recorded in 2026.
Only what is needed is read, so that new fields, metric maths and composite alarms pass.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from reprieve.clock import parse
from reprieve.dataclass import dataclass
from reprieve.errors import NotUnderstoodError
from reprieve.untrusted import ARN_LIMIT, mapping, objects, text

LONGEST_LOOK_BACK: Final = timedelta(days=1)
"""The longest period that is believed: anyone who may publish to the alarm's topic can write any."""
_LONGEST_EVALUATION: Final = timedelta(days=7)  # CloudWatch API reference, PutMetricAlarm, EvaluationPeriods
_LOOK_BACK: Final = timedelta(minutes=15)
_DEFAULT_EVALUATION: Final = timedelta(minutes=1)
_PARTS_OF_ARN: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A change of an alarm's state.

    Attributes:
        name: The alarm's name.
        account: The account that it is in, from its ARN.
        region: The Region that it is in, from its ARN: the message's own `Region` is a display name.
        is_ringing: Whether the new state is ALARM.
        changed_at: When the state changed.
        evaluated: How long a time the alarm looks at.
    """

    name: str
    account: str
    region: str
    is_ringing: bool
    changed_at: datetime
    evaluated: timedelta

    def since(self, now: datetime) -> datetime:
        """Return from when on the record that made it ring may have been delivered."""
        start = self.changed_at - self.evaluated - _LOOK_BACK
        return min(max(start, now - LONGEST_LOOK_BACK), now - _LOOK_BACK)


def sns_messages(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the texts of the SNS messages in a Lambda event: none for an event of another source."""
    return tuple(
        _text(record) for record in objects(event, "Records") if record.get("EventSource") == "aws:sns"
    )


def read_alarm(message: str) -> Alarm:
    """Return the state change that an SNS message reports.

    Raises:
        NotUnderstoodError: it is not the message of a CloudWatch alarm.
    """
    try:
        body = json.loads(message)
        changed_at = parse(text(body, "StateChangeTime"))
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("SNS message", "it is not the message of a CloudWatch alarm") from error
    arn = text(body, "AlarmArn", limit=ARN_LIMIT).split(":", _PARTS_OF_ARN - 1)
    if len(arn) < _PARTS_OF_ARN:
        raise NotUnderstoodError("alarm message", "it has no AlarmArn")
    return Alarm(
        name=text(body, "AlarmName", limit=ARN_LIMIT),
        account=arn[4],
        region=arn[3],
        is_ringing=text(body, "NewStateValue") == "ALARM",
        changed_at=changed_at,
        evaluated=_evaluated(mapping(body, "Trigger")),
    )


def _evaluated(trigger: Mapping[str, Any]) -> timedelta:
    period, number = trigger.get("Period"), trigger.get("EvaluationPeriods")
    if not (isinstance(period, int) and isinstance(number, int) and period > 0 and number > 0):
        return _DEFAULT_EVALUATION
    return min(timedelta(seconds=1) * min(period * number, 10**9), _LONGEST_EVALUATION)


def _text(record: Mapping[str, Any]) -> str:
    message = mapping(record, "Sns").get("Message")
    return message if isinstance(message, str) else ""
