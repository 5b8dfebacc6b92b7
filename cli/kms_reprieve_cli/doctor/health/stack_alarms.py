"""Whether one of the stack's own alarms is in ALARM, or can't notify anyone."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import DEPLOY_AGAIN, Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import ALARM, Subject

ID: Final = "stack-alarms"
GROUP: Final = Group.HEALTH
WHEN: Final = Phase.AFTER
NEEDS: Final = ("cloudwatch:DescribeAlarms",)

_KEY_IN_USE: Final = "KeyInUseAlarm"


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudWatch for all of them; the alarm on refused requests is none of these."""
    names = [each.physical_id for each in subject.stack.of_type(ALARM) if each.logical_id != _KEY_IN_USE]
    told = subject.cloud.ask_all("cloudwatch", "DescribeAlarms", AlarmNames=sorted(names))
    found = told.get("MetricAlarms", [])
    missing = set(names) - {each["AlarmName"] for each in found}
    wrong = [each for alarm in found for each in _judged(alarm)]
    yield from wrong
    if missing:
        yield failure(
            f"{len(missing)} of the stack's own alarms do not exist",
            cause=f"{', '.join(sorted(missing))}: deleted, so nobody is notified of what they watch",
            fix=DEPLOY_AGAIN,
        )
    elif not wrong:
        yield passed(f"none of the stack's own {len(found)} alarms is in ALARM")


def _judged(alarm: Reply) -> Iterator[Result]:
    if alarm["StateValue"] == "ALARM":
        yield failure(
            f"alarm {alarm['AlarmName']} is in ALARM",
            cause=alarm.get("StateReason", "CloudWatch does not say why"),
            fix=alarm.get("AlarmDescription", "Look at the alarm."),
        )
    if not alarm.get("ActionsEnabled", True):
        yield warning(
            f"the actions of alarm {alarm['AlarmName']} are disabled",
            cause="it notifies nobody when it goes to ALARM",
            fix=f"aws cloudwatch enable-alarm-actions --alarm-names {alarm['AlarmName']}",
        )
