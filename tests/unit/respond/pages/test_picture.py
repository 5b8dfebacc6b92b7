"""The picture of a deletion, by its specification."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from reprieve.cases.timeline import Timeline, hour
from reprieve.respond.pages.picture import WIDTHS, Life, Picture, peak, pictures, rows
from tests.examples import NOW

DAY = timedelta(days=1)
START = NOW - DAY
END = NOW + 6 * DAY
BAR = re.compile(r"M([\d.]+) 96h([\d.]+)v-(\d+)h-([\d.]+)z")
MARK = re.compile(r"M([\d.]+) 106l4 4l-4 4l-4-4z")


def life(**changes: Any) -> Life:
    usual = Life(
        start=START,
        is_scheduling=True,
        uses=Timeline.of({hour(NOW - timedelta(hours=5)): 1}),
        notices=(),
        decisions=(),
        now=NOW,
        end=END,
        is_over=False,
        is_deletion=True,
        is_cancellation=False,
    )
    return replace(usual, **changes)


def drawn(**changes: Any) -> Picture:
    """The drawing for a phone."""
    return pictures(life(**changes))[0]


def bars(picture: Picture) -> list[tuple[float, float, int]]:
    """Left edge, width and height of each bar."""
    found = BAR.findall(picture.bars)
    assert "".join(f"M{x} 96h{w}v-{h}h-{b}z" for x, w, h, b in found) == picture.bars
    return [(float(left), float(width), int(height)) for left, width, height, _ in found]


def busy(hours: int, count: int = 100) -> Timeline:
    return Timeline.of({hour(NOW) - place: count for place in range(hours)})


def test_it_is_drawn_in_two_widths() -> None:
    assert WIDTHS == (320, 640)
    assert [picture.width for picture in pictures(life())] == [320, 640]


@pytest.mark.parametrize(
    ("start", "end", "part"),
    [
        (START, END, 0.30),
        (NOW - timedelta(minutes=1), END, 0.30),
        (NOW - 3 * DAY, NOW + 3 * DAY, 0.50),
        (NOW - 6 * DAY, NOW + DAY, 0.75),
        (NOW + DAY, END, 0.30),
        (END, END, 0.30),
        (START, None, 0.75),
        (START, NOW - timedelta(hours=1), 0.75),
    ],
    ids=["begun", "just begun", "half", "near", "clock skew", "no length", "no end", "any moment now"],
)
def test_the_past_has_its_part_of_the_width_between_bounds(
    start: datetime, end: datetime | None, part: float
) -> None:
    for picture in pictures(life(start=start, end=end)):
        assert picture.now == pytest.approx(8 + part * (picture.width - 16), abs=0.1)


def test_a_deletion_that_is_over_has_its_past_alone() -> None:
    picture = drawn(end=NOW - timedelta(hours=2), is_over=True, decisions=((NOW - timedelta(hours=2), True),))

    assert picture.now == 312
    assert picture.decisions == ((312.0, True),)
    assert drawn(end=None, is_over=True).now == 312


def test_one_call_is_one_small_mark() -> None:
    ((_, width, height),) = bars(drawn())

    assert 3 <= width <= 14
    assert height == 8


def test_the_height_is_linear_with_a_floor() -> None:
    uses = Timeline.of({hour(NOW) - 6: 1, hour(NOW) - 4: 50, hour(NOW) - 2: 100})

    assert [height for *_, height in bars(drawn(uses=uses))] == [4, 30, 60]


@pytest.mark.parametrize("hours", [1, 2, 30, 48, 49, 96, 700])
@pytest.mark.parametrize("start", [START, NOW - 30 * DAY, NOW - timedelta(minutes=3)])
def test_bars_are_few_neither_thin_nor_broad_and_never_over_the_present(hours: int, start: datetime) -> None:
    for picture in pictures(life(uses=busy(hours), start=start)):
        found = bars(picture)
        assert 1 <= len(found) <= 48
        assert all(3 <= width <= 14 and 4 <= height <= 60 for _, width, height in found)
        assert all(left >= 8 and left + width < picture.now for left, width, _ in found)


def test_calls_of_other_centuries_break_nothing() -> None:
    ages = Timeline.of({hour(datetime(1970, 1, 1, tzinfo=NOW.tzinfo)): 1, hour(NOW + 9000 * DAY): 7})

    assert all(left + width < 320 for left, width, _ in bars(drawn(uses=ages)))


def test_diamonds_never_touch_and_are_few() -> None:
    notices = tuple(NOW - timedelta(minutes=10) * place for place in range(140))

    for picture in pictures(life(notices=notices)):
        places = [float(place) for place in MARK.findall(picture.diamonds)]
        assert "".join(f"M{place:g} 106l4 4l-4 4l-4-4z" for place in places) == picture.diamonds
        assert 2 <= len(places) <= 24
        assert all(later - earlier >= 8 for earlier, later in pairwise(places))


def test_two_messages_that_stand_apart_are_both_drawn() -> None:
    assert len(MARK.findall(drawn(notices=(START, NOW)).diamonds)) == 2


def test_a_decision_is_marked_where_it_was_taken_and_whether_it_rescued() -> None:
    decided = ((START, False), (NOW, True))

    assert drawn(decisions=decided).decisions == ((8.0, False), (99.2, True))


def test_of_sixty_decisions_the_latest_are_drawn_which_do_not_touch() -> None:
    decided = tuple((NOW - timedelta(minutes=20) * place, place == 0) for place in range(60))

    for picture in pictures(life(decisions=decided)):
        places = [place for place, _ in picture.decisions]
        assert len(places) <= 6
        assert picture.decisions[-1] == (picture.now, True)
        assert all(later - earlier >= 12 for earlier, later in pairwise(places))


def test_each_day_has_a_tick_on_both_sides() -> None:
    ticks = drawn().ticks

    assert ticks.count("M") == 7
    assert ticks.startswith("M42.")
    assert drawn(end=NOW + 700 * DAY).ticks.count("M") <= 40
    assert drawn(end=None).ticks.count("M") == 1


def test_the_peak_is_the_first_with_the_most_calls() -> None:
    found = peak(life(uses=Timeline.of({hour(NOW) - 3: 2, hour(NOW) - 1: 2})))

    assert found
    assert (found.count, found.start) == (2, NOW.replace(minute=0, second=0) - timedelta(hours=3))
    assert peak(life(uses=Timeline())) is None


def test_the_table_has_no_more_than_sixteen_rows_and_none_without_a_call() -> None:
    assert len(rows(life(uses=busy(96)))) <= 16
    assert [row.count for row in rows(life(uses=Timeline.of({hour(NOW) - 9: 1, hour(NOW): 2})))] == [1, 2]
