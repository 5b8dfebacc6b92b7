"""How long it takes from the alarm to the queue for a key that nobody has heard of yet."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from bench.stack import Call, Calls, Logs, Stack
from bench.storm import START, line
from reprieve.ports import LogLine
from tests.fakes import FakeClock
from tests.recorded import event

A_CALL: Final = 0.025
ROUNDS: Final = 5
BEFORE: Final = timedelta(minutes=5)


def measure() -> dict[str, float]:
    """Return how many calls are made strictly one after another, and the time as a ratio to theirs."""
    rounds = [_round() for _ in range(ROUNDS)]
    sequential = min(_longest(calls) for calls, _ in rounds)  # a busy machine only takes calls apart
    seconds = min(seconds for _, seconds in rounds)
    return {
        "sequential_calls": sequential,
        "wall_ratio": seconds / (sequential * A_CALL),
        "calls_until_told": len(rounds[0][0]),
        "seconds_until_told": seconds,
    }


def _round() -> tuple[list[Call], float]:
    """Let the alarm ring; return the calls up to the queue's answer, and the seconds they took."""
    calls = Calls(lambda: time.sleep(A_CALL))

    def one_page(start: datetime, end: datetime) -> Iterator[LogLine]:
        found = [line(0, START)] if start <= START < end else []
        answer: Iterator[LogLine] = calls.make("read", lambda: iter(found))
        return answer

    with ThreadPoolExecutor(8) as pool, ThreadPoolExecutor(16) as lookups:
        stack = Stack(FakeClock(START + BEFORE), Logs(one_page), calls, pool=pool, lookups=lookups)
        stack.read_until(START - BEFORE)
        start = time.perf_counter()
        stack.run(event("alarms/alarm"))
    end = next(call.end for call in calls.made if call.name == "send")
    return [call for call in calls.made if call.end <= end], end - start


def _longest(calls: Iterable[Call]) -> int:
    """Return how many of the calls did not overlap: each began when the one before it had ended."""
    number, ended = 0, 0.0
    for call in sorted(calls, key=lambda call: call.end):
        if call.start >= ended:
            number, ended = number + 1, call.end
    return number
