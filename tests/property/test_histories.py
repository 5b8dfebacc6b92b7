"""Random histories of a stack, against books that read every record once.

Alarms, ticks, retries, duplicates, late lines, crashes before and after every side effect, and a second
invocation in the middle of the first: afterwards every count is right, and every notice was sent.
"""

import os
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.history import STEPS, History

PARTS = 4
HISTORIES = int(os.environ.get("HISTORIES", "2000"))


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_the_books_are_right_and_every_notice_is_sent(part: int) -> None:
    @seed(part)
    @settings(max_examples=HISTORIES // PARTS, derandomize=False)
    @given(st.lists(STEPS, max_size=30))
    def histories(steps: list[tuple[Any, ...]]) -> None:
        history = History()

        history.run("alarms/schedule")
        for step in steps:
            history.live(step)
        history.end()

        history.check()

    histories()
