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

A_PAGE: Final = timedelta(milliseconds=200)
EMPTY_PAGES: Final = 40
SLOW_GAP: Final = timedelta(minutes=20)
SLOW_PAGES: Final = 400
A_SLOW_PAGE: Final = timedelta(seconds=1)
A_CALL: Final = timedelta(milliseconds=25)
TIMEOUT: Final = timedelta(seconds=280)  # investigate's, in template.yaml
TICK: Final = timedelta(minutes=5)
RECENT: Final = timedelta(minutes=15)
AT_MOST: Final = 100


@dataclass(slots=True)
class _Day:
    """A log group with a line for each second, and the clock that reading it takes."""

    clock: FakeClock

    def lines(self, start: datetime, end: datetime) -> Iterator[LogLine]:
        for number in range(_number(start), _number(min(end, self.clock.now))):
            yield line(number, START + number * BETWEEN)

    def page(self) -> None:
        self.clock.now += A_PAGE

    def slow_page(self) -> None:
        self.clock.now += A_SLOW_PAGE

    def wait(self) -> None:
        self.clock.now += A_CALL


def measure() -> dict[str, float]:
    """Return the figures: of a day's gap, of the same with empty pages, and of a log that is slow to search.

    Raises:
        AssertionError: something was counted twice, or not at all, or a run had no time left.
    """
    figures: dict[str, float] = {}
    for name, empty_pages in (("gap_day", 0), ("gap_day_sparse", EMPTY_PAGES)):
        clock = FakeClock(START + GAP)
        day = _Day(clock)
        stack = Stack(clock, Logs(day.lines, day.page, empty_pages), Calls(day.wait))
        invocations, seconds = _worked_off(stack)
        figures |= {
            f"{name}_invocations": invocations,
            f"{name}_pages": stack.logs.pages,
            f"{name}_other_calls": len(stack.calls.made),
            f"{name}_seconds": seconds,
        }
    clock = FakeClock(START + SLOW_GAP)
    day = _Day(clock)
    slow = Stack(clock, Logs(day.lines, day.slow_page, SLOW_PAGES), Calls(day.wait))
    return figures | {"slow_log_runs": _worked_off(slow)[0]}


def _worked_off(stack: Stack) -> tuple[int, float]:
    """Return how many invocations it took until the log group was read, and how many seconds."""
    clock = stack.clock
    began, invocations = clock.now, 0
    stack.read_until(START)
    while stack.settled_until() < began - RECENT and invocations < AT_MOST:
        clock.now = max(clock.now, began + invocations * TICK)
        stack.remaining = _until(clock, clock.now + TIMEOUT)
        stack.run()
        if stack.remaining() < 0:
            raise AssertionError("a run was killed by its timeout")
        invocations += 1
    case = stack.store.cases(KEY)[-1]
    least = _number(case.read_until)  # which is stored without the fraction of its second
    if not least <= case.uses.count <= least + 1:
        raise AssertionError(f"{case.uses.count} were counted of {least}")
    return invocations, (clock.now - began).total_seconds()


def _until(clock: FakeClock, deadline: datetime) -> Callable[[], float]:
    def remaining() -> float:
        return (deadline - clock.now).total_seconds()

    return remaining


def _number(moment: datetime) -> int:
    """Return how many lines were delivered before a moment."""
    return max(0, ceil((moment - START) / BETWEEN))
