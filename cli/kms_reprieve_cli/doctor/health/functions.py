"""Whether the functions of the stack can run; `respond-function` has the one behind the page."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import lambda_functions
from kms_reprieve_cli.doctor.check import Phase, Result
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "functions"
GROUP: Final = Group.HEALTH
WHEN: Final = Phase.AFTER
NEEDS: Final = lambda_functions.NEEDS

NAMES: Final = ("investigate", "deliver", "health", "audit", "subscribe")


def look(subject: Subject) -> Iterator[Result]:
    """Ask Lambda for each."""
    for name in NAMES:
        yield from lambda_functions.judged(subject, f"{name.title()}Function", name)
