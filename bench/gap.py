"""How many invocations and calls it takes to work off a day in which the function did not run.

FilterLogEvents answers five requests a second with a megabyte each (CloudWatch Logs, quotas); any other call
takes 25 ms. What is computed meanwhile takes no time here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from bench.stack import Calls, Logs, Stack
from bench.storm import KEY, START, line
from reprieve.ports import LogLine
from tests.fakes import FakeClock

GAP: Final = timedelta(days=1)
BETWEEN: Final = timedelta(seconds=1)
"""How far apart the requests are: 86,400 a day."""

PAGE_BYTES: Final = 1_000_000
A_PAGE: Final = timedelta(milliseconds=200)
A_CALL: Final = timedelta(milliseconds=25)
TIMEOUT: Final = timedelta(seconds=280)  # investigate's, in template.yaml
TICK: Final = timedelta(minutes=5)
RECENT: Final = timedelta(minutes=15)
AT_MOST: Final = 100


@dataclass(slots=True)
class _Day:
    """A log group with a line for each second, and the clock that reading it takes."""

    clock: FakeClock
    pages: int = 0

    def lines(self, start: datetime, end: datetime) -> Iterator[LogLine]:
        size = PAGE_BYTES
        for number in range(_number(start), _number(min(end, self.clock.now))):
            found = line(number, START + number * BETWEEN)
            size += len(found.message)
            if size > PAGE_BYTES:
                size = len(found.message)
                self.pages += 1
                self.clock.now += A_PAGE
            yield found

    def wait(self) -> None:
        self.clock.now += A_CALL


def measure() -> dict[str, float]:
    """Return the figures.

    Raises:
        AssertionError: something was counted twice, or not at all.
    """
    clock = FakeClock(START + GAP)
    day = _Day(clock)
    stack = Stack(clock, Logs(day.lines), Calls(day.wait))
    stack.read_until(START)
    began, invocations = clock.now, 0
    while stack.settled_until() < began - RECENT and invocations < AT_MOST:
        clock.now = max(clock.now, began + invocations * TICK)
        stack.remaining = _until(clock, clock.now + TIMEOUT)
        stack.run()
        invocations += 1
    case = stack.casebook.cases(KEY)[-1]
    least = _number(case.read_until)  # which is stored without the fraction of its second
    if not least <= case.uses.count <= least + 1:
        raise AssertionError(f"{case.uses.count} were counted of {least}")
    return {
        "gap_day_invocations": invocations,
        "gap_day_pages": day.pages,
        "gap_day_other_calls": len(stack.calls.made),
        "gap_day_seconds": (clock.now - began).total_seconds(),
    }


def _until(clock: FakeClock, deadline: datetime) -> Callable[[], float]:
    def remaining() -> float:
        return (deadline - clock.now).total_seconds()

    return remaining


def _number(moment: datetime) -> int:
    """Return how many lines were delivered before a moment."""
    return max(0, ceil((moment - START) / BETWEEN))
