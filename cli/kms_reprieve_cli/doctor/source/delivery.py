"""Whether records have come to the log group recently."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups, trails
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.clock import for_people

ID: Final = "delivery"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = (*log_groups.NEEDS, "logs:DescribeLogStreams", *trails.TRAILS_NEED)


def look(subject: Subject) -> Iterator[Result]:
    """Ask the trail how its deliveries went, if it is logging; without a trail, look at the log group."""
    for _ in log_groups.found(subject):
        if found := trails.delivering(subject):
            yield from (_of_trail(trail, subject.now) for trail in found if trail.is_logging)
        elif last := log_groups.last_event(subject):
            yield _judged("the log group", last, subject.now)


def _of_trail(trail: trails.Trail, now: datetime) -> Result:
    told = trail.status
    if error := told.get("LatestCloudWatchLogsDeliveryError"):
        return failure(
            f"trail {trail.name} can't write to the log group",
            cause=f"CloudTrail says: {error}",
            fix="Let the role that the trail names (CloudWatchLogsRoleArn) call logs:CreateLogStream and"
            " logs:PutLogEvents on the log group, and let cloudtrail.amazonaws.com assume it.",
        )
    if error := told.get("LatestDeliveryError"):
        return warning(
            f"trail {trail.name} can't write to its S3 bucket",
            cause=f"CloudTrail says: {error}. The log group still has its records",
            fix="Fix the policy of the trail's bucket, or of its key.",
        )
    return _judged(f"trail {trail.name}", told.get("LatestCloudWatchLogsDeliveryTime"), now)


def _judged(name: str, last: datetime | None, now: datetime) -> Result:
    if last is None:
        return warning(
            f"{name} has not delivered anything yet",
            cause="a new trail takes some minutes",
            fix="Run doctor again in 15 minutes.",
        )
    when = for_people(last)
    if now - last > log_groups.RECENT:
        return warning(
            f"{name}: the last delivery was at {when}",
            cause="an account in use has management events every hour",
            fix="Cause one, for example with aws kms list-keys, and run doctor again in 15 minutes.",
        )
    return passed(f"{name}: the last delivery was at {when}")
