"""A history that was not kept to the promise, as a person can read it."""

from collections.abc import Iterable, Sequence

from tests.oracle.heard import Heard
from tests.oracle.judge import Violation
from tests.oracle.world import BEGINNING, MINUTE

_SHOWN = 40


def told(
    beginning: str, steps: Sequence[str], violations: Iterable[Violation], heard: Sequence[Heard]
) -> str:
    """Return what happened, what the promise says, and what people heard."""
    broken: dict[tuple[str, str], float] = {}
    for each in violations:
        broken.setdefault((each.promise, each.what), each.at)
    return "\n".join(
        (
            beginning,
            *(f"  {number:2}. {step}" for number, step in enumerate(steps, 1)),
            "not kept:",
            *(f"  {_time(at)} {promise}: {what}" for (promise, what), at in list(broken.items())[:_SHOWN]),
            "heard:",
            *(f"  {_time(each.at)} {each}" for each in heard[:_SHOWN]),
        )
    )


def _time(at: float) -> str:
    minutes = int((at - BEGINNING) // MINUTE)
    return f"{minutes // 1440}d {minutes // 60 % 24:02}:{minutes % 60:02}"
