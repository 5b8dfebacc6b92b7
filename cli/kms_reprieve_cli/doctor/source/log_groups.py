"""CloudTrail's log group, as CloudWatch Logs has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.subject import Subject

NEEDS: Final = ("logs:DescribeLogGroups",)
RECENT: Final = timedelta(hours=1)
"""CloudTrail delivers within minutes, and an account that is used has events in every hour."""


def find(subject: Subject) -> Reply | None:
    """Return the log group; None where there is none by that name."""
    name = subject.log_group
    told = subject.cloud.ask_all("logs", "DescribeLogGroups", logGroupNamePrefix=name)
    return next((each for each in told["logGroups"] if each["logGroupName"] == name), None)


def last_event(subject: Subject) -> datetime | None:
    """Return when the last event came to the log group, by its streams; None for never."""
    told = subject.cloud.ask(
        "logs",
        "DescribeLogStreams",
        logGroupName=subject.log_group,
        orderBy="LastEventTime",
        descending=True,
        limit=1,
    )
    times = [each["lastEventTimestamp"] for each in told["logStreams"] if "lastEventTimestamp" in each]
    return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None


def found(subject: Subject) -> Iterator[Reply]:
    """Yield the log group, or nothing where the check `log-group` says that there is none."""
    group = find(subject)
    if group is not None:
        yield group
