"""Whether CloudTrail's log group exists, and is of a class that can be searched and filtered."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "log-group"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = log_groups.NEEDS

_STANDARD: Final = "STANDARD"


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudWatch Logs. Other classes have no metric filters and no FilterLogEvents."""
    group, name = log_groups.find(subject), subject.log_group
    kind = group.get("logGroupClass", _STANDARD) if group else ""
    if group is None:
        yield failure(
            f"there is no log group {name} in {subject.region}",
            cause="a metric filter and investigate read this log group",
            fix="Name the log group that your trail delivers to, in the Region of that trail. Or leave"
            " CloudTrailLogGroupName empty when you deploy: the stack then creates a trail.",
        )
    elif kind != _STANDARD:
        yield failure(
            f"log group {name} is of class {kind}",
            cause="only log groups of class STANDARD have metric filters and can be searched",
            fix="Let the trail deliver to a log group of class STANDARD; the class of a log group can't"
            " be changed.",
        )
    else:
        yield passed(f"log group {name} exists, of class {_STANDARD}")
