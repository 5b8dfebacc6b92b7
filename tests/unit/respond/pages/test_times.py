"""Times as people read them on a page."""

from datetime import datetime, timedelta

import pytest

from reprieve.respond.pages.times import away, brief, clock, moment, recent, short, when
from tests.examples import NOW, at


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "just now"),
        (NOW - timedelta(seconds=59), "just now"),
        (NOW - timedelta(minutes=61), "1 hour 1 minute ago"),
        (NOW - timedelta(hours=3, minutes=5), "3 hours ago"),
        (NOW + timedelta(days=6, minutes=5), "in 6 days"),
    ],
)
def test_a_time_is_told_with_how_far_away_it_is(moment: datetime, words: str) -> None:
    assert away(moment, NOW) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=2, hours=10), "2 days 10 h"),
        (timedelta(days=1), "1 day 0 h"),
        (timedelta(hours=10, minutes=59), "10 h"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_where_there_is_little_room_it_is_brief(length: timedelta, words: str) -> None:
    assert brief(length) == words


def test_a_moment_in_its_forms() -> None:
    assert short(NOW) == "22 Nov, 14:55 UTC"
    assert clock(NOW) == "14:55:30 UTC"
    assert when(NOW, NOW) == "2026-11-22 14:55 UTC (just now)"
    assert recent(NOW, NOW) == "Just now"
    assert recent(NOW - timedelta(hours=5), NOW) == "5 h ago"


def test_a_day_is_told_where_it_is_another() -> None:
    assert moment(at("14:52"), NOW) == "14:52 UTC"
    assert moment(at("14:52"), NOW + timedelta(days=1)) == "22 Nov, 14:52 UTC"
