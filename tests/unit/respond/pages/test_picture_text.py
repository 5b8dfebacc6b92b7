"""The words of the picture of a case."""

from dataclasses import replace

import pytest

from reprieve.cases.case import Counts
from reprieve.cases.timeline import Timeline, hour
from tests.case_pages import USED, USES, words
from tests.examples import NOW


@pytest.mark.parametrize(
    ("counts", "busiest"),
    [
        ({hour(NOW): 200, hour(NOW) - 1: 14}, "since 22 Nov, 14:00 UTC, with 200"),
        ({hour(NOW): 14, hour(NOW) - 1: 200}, "22 Nov, 13:00 to 14:00 UTC, with 200"),
        ({hour(NOW): 14, hour(NOW) - 15: 200}, "21 Nov, 23:00 to 22 Nov, 00:00 UTC, with 200"),
    ],
    ids=["now", "today", "over midnight"],
)
def test_the_busiest_time_is_told_and_nothing_of_the_future(counts: dict[int, int], busiest: str) -> None:
    page = words(case=replace(USED, settled=Counts(uses=USES, timeline=Timeline.of(counts))))

    assert f"; the busiest time was {busiest}." in page.text
