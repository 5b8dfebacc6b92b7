"""How far investigate has read the log group."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import table
from kms_reprieve_cli.doctor.check import Phase, Result
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.health import runs
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "bookmark"
GROUP: Final = Group.HEALTH
WHEN: Final = Phase.AFTER
NEEDS: Final = table.GET_NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Read the bookmark: it normally stays 15 minutes behind the present."""
    read_until = table.case_store(subject).bookmark(subject.log_group).settled_until
    yield from runs.judged(subject, "investigate", read_until, "investigate has read the log group")
