"""Histories at random keep the promise; `python -m tests.oracle random` lives through more of them."""

import os

import pytest

from tests.oracle.driver import Driver
from tests.oracle.random_histories import live_all, lived

PARTS = 10
HISTORIES = int(os.environ.get("ORACLE_HISTORIES", "5000"))


@pytest.mark.parametrize("part", range(PARTS))
def test_a_history_at_random_keeps_the_promise(part: int) -> None:
    number = HISTORIES // PARTS
    failures = tuple(live_all(1 + part * number, number))

    first = lived(Driver(), failures[0].seed)[1] if failures else None
    seeds = [failure.seed for failure in failures]
    assert not failures, f"{len(failures)} of {number} histories, seeds {seeds[:20]}; the first:\n{first}"
