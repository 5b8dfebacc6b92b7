"""Whether the log group keeps records long enough to make up for an outage."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "log-group-retention"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = log_groups.NEEDS

LEAST_DAYS: Final = 7
"""The shortest waiting period of a key: a weekend's outage is made up for within it."""


def look(subject: Subject) -> Iterator[Result]:
    """Read the retention."""
    for group in log_groups.found(subject):
        days = group.get("retentionInDays")
        if days is not None and days < LEAST_DAYS:
            yield warning(
                f"the log group keeps records for {days} day{'' if days == 1 else 's'}",
                cause="after an outage that lasts longer, the requests of that time can't be read any more",
                fix=f"aws logs put-retention-policy --log-group-name {subject.log_group}"
                f" --retention-in-days {LEAST_DAYS}",
            )
        else:
            yield passed(f"the log group keeps records {f'for {days} days' if days else 'for good'}")
