"""Whether the trail is logging."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import trails
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.clock import for_people

ID: Final = "trail-logging"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = trails.TRAILS_NEED


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudTrail."""
    for trail in trails.delivering(subject):
        if trail.is_logging:
            yield passed(f"trail {trail.name} is logging")
        else:
            yield failure(
                f"trail {trail.name} is not logging",
                cause=_stopped(trail),
                fix=f"aws cloudtrail start-logging --name {trail.arn}",
            )


def _stopped(trail: trails.Trail) -> str:
    at = trail.status.get("StopLoggingTime")
    return f"logging was stopped at {for_people(at)}" if at else "logging was never started"
