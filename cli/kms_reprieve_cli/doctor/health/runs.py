"""How long ago a function finished a run, and whether that is too long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from kms_reprieve_cli.doctor.check import Result, failure, passed, warning
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.clock import for_people
from reprieve.health.health_check import LATENESS, TOLERATED

LATEST: Final = LATENESS + TOLERATED
"""How far behind a function may be: health notifies people of longer delays."""

LATE: Final = LATENESS + timedelta(minutes=10)


def judged(subject: Subject, name: str, last: datetime | None, what: str) -> Iterator[Result]:
    """Yield whether a function finishes its runs.

    Args:
        subject: What is looked at.
        name: The function.
        last: How far it has come; None for nowhere.
        what: What it has done until then, such as `investigate has read the log group`.
    """
    fix = f"Look into the log of {name}, and at the dead-letter queues."
    if last is None:
        is_new = subject.now - subject.stack.created < LATEST
        says = warning if is_new else failure
        yield says(
            f"{name} has not come to the end of a run yet",
            cause=f"the stack was created at {for_people(subject.stack.created)}",
            fix="Run doctor again in 15 minutes." if is_new else fix,
        )
        return
    behind, at = subject.now - last, for_people(last)
    if behind <= LATE:
        yield passed(f"{what} up to {at}")
    else:
        says = warning if behind <= LATEST else failure
        yield says(f"{what} up to {at} only", cause=f"that is {_minutes(behind)} behind the present", fix=fix)


def _minutes(behind: timedelta) -> str:
    return f"{int(behind.total_seconds() // 60):,} minutes"
