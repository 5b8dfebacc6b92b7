"""How many trails record the account's events: every copy of management events except the first is billed.

Source: CloudTrail user guide, "Managing CloudTrail trail costs", and "Quotas in AWS CloudTrail".
"""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "trail-copies"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = ("cloudtrail:DescribeTrails",)

MOST: Final = 5
"""How many trails a Region can have, those of other Regions that record it included."""


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudTrail."""
    told = subject.cloud.ask("cloudtrail", "DescribeTrails", includeShadowTrails=True)["trailList"]
    names = sorted(each["Name"] for each in told)
    if len(names) <= 1:
        yield passed("no second trail records this Region")
        return
    full = f", and {MOST} are as many as a Region can have" if len(names) >= MOST else ""
    yield warning(
        f"{len(names)} trails record this Region: {', '.join(names)}",
        cause=f"each copy of management events except the first is billed by the event{full}",
        fix="If one trail is enough, let it deliver to the log group and delete the others.",
    )
