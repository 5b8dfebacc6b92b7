"""Whether the schedules start investigate and health."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import SCHEDULE, Subject

ID: Final = "schedules"
GROUP: Final = Group.HEALTH
WHEN: Final = Phase.AFTER
NEEDS: Final = ("scheduler:GetSchedule",)

_ENABLED: Final = "ENABLED"


def look(subject: Subject) -> Iterator[Result]:
    """Ask EventBridge Scheduler for each schedule of the stack."""
    for schedule in subject.stack.of_type(SCHEDULE):
        name = schedule.physical_id.rpartition("/")[2]
        told = subject.cloud.ask("scheduler", "GetSchedule", Name=name)
        if told.get("State", _ENABLED) == _ENABLED:
            yield passed(f"schedule {name} is on: {told['ScheduleExpression']}")
        else:
            yield failure(
                f"schedule {name} is off",
                cause="only the schedule finds what an alarm's message does not say",
                fix="Enable it in the console of EventBridge Scheduler, or delete the stack and deploy"
                " it again.",
            )
