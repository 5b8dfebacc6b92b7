"""Histories at random keep the promise; `make histories` lives through others, and each night CI does."""

import os
from typing import Final

import pytest

from tests.oracle.driver import Driver
from tests.oracle.random_histories import live_all, lived

PARTS: Final = 10
HISTORIES: Final = int(os.environ.get("ORACLE_HISTORIES", "1500"))
BROKE_IT_ONCE: Final = (8813, 14113, 16533, 55053, 55276, 55889, 68230, 84493, 90600, 93825, 97676)
"""Seeds after which a promise was not kept, before the rules or the judge were mended."""


@pytest.mark.parametrize("part", range(PARTS))
def test_a_history_at_random_keeps_the_promise(part: int) -> None:
    number = HISTORIES // PARTS
    failures = tuple(live_all(1 + part * number, number))

    first = lived(Driver(), failures[0].seed)[1] if failures else None
    seeds = [failure.seed for failure in failures]
    assert not failures, f"{len(failures)} of {number} histories, seeds {seeds[:20]}; the first:\n{first}"


@pytest.mark.parametrize("seed", BROKE_IT_ONCE)
def test_a_history_that_broke_the_promise_once_keeps_it(seed: int) -> None:
    failure = lived(Driver(), seed)[1]

    assert failure is None, str(failure)
