"""Whether the function health checks the stack every 15 minutes."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import table
from kms_reprieve_cli.doctor.check import Phase, Result
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.health import runs
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "health-run"
GROUP: Final = Group.HEALTH
WHEN: Final = Phase.AFTER
NEEDS: Final = table.GET_NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Read when it last finished a run."""
    last = table.health_store(subject).last_run()
    yield from runs.judged(subject, "health", last, "health has looked at the stack")
