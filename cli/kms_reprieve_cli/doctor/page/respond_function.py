"""Whether the function behind the page can run."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import lambda_functions
from kms_reprieve_cli.doctor.check import Phase, Result
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "respond-function"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = lambda_functions.NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Ask Lambda."""
    yield from lambda_functions.judged(subject, "RespondFunction", "respond")
