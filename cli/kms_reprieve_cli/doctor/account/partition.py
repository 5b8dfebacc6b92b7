"""What is known about the partition: docs/partitions.md."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "partition"
GROUP: Final = Group.ACCOUNT
WHEN: Final = Phase.BOTH
NEEDS: Final = ()

_USUAL: Final = "aws"
_DOCUMENT: Final = "docs/partitions.md"
_CAUSES: Final = {
    "aws-cn": "API Gateway serves a page without a sign-in only to accounts with an ICP licence",
    "aws-us-gov": "the stack does without JSON logs and tracing there, and nobody has shown the rest",
}
_UNKNOWN: Final = "it is not known whether every service that the stack needs is there"


def look(subject: Subject) -> Iterator[Result]:
    """Look at the name of the Region."""
    if subject.partition == _USUAL:
        yield passed(f"{subject.region} is in the partition aws")
    else:
        yield warning(
            f"{subject.region} is in the partition {subject.partition}",
            cause=_CAUSES.get(subject.partition, _UNKNOWN),
            fix=f"Read {_DOCUMENT}, and run a drill.",
        )
