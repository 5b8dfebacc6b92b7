"""Time as machines write it, and as people read it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reprieve.clock import (
    CLOCKS_APART,
    day,
    for_people,
    from_millis,
    is_recent,
    left,
    parse,
    rfc3339,
    to_millis,
    to_minute,
    utc_now,
)

MOMENT = datetime(2026, 11, 22, 14, 2, 31, 678_000, tzinfo=UTC)


def test_now_is_in_utc() -> None:
    assert utc_now().tzinfo is UTC


def test_milliseconds_are_kept_both_ways() -> None:
    assert to_millis(MOMENT) == 1_795_356_151_678
    assert from_millis(1_795_356_151_678) == MOMENT


def test_a_minute_begins_at_its_first_second() -> None:
    assert to_minute(MOMENT) == datetime(2026, 11, 22, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "is_so"),
    [
        (timedelta(hours=1), False),
        (timedelta(hours=1) - timedelta(seconds=1), True),
        (timedelta(), True),
        (-CLOCKS_APART, True),
        (-CLOCKS_APART - timedelta(seconds=1), False),
        (-timedelta(days=3), False),
    ],
)
def test_what_a_clock_far_ahead_has_written_is_never_recent(ago: timedelta, *, is_so: bool) -> None:
    assert is_recent(MOMENT - ago, MOMENT, timedelta(hours=1)) is is_so


def test_machines_read_utc_without_fractions() -> None:
    paris = MOMENT.astimezone(timezone(timedelta(hours=1)))

    assert rfc3339(paris) == "2026-11-22T14:02:31Z"


def test_people_read_utc_without_seconds() -> None:
    paris = MOMENT.astimezone(timezone(timedelta(hours=1)))

    assert for_people(paris) == "2026-11-22 14:02 UTC"


def test_a_day_is_that_of_utc() -> None:
    tokyo = MOMENT.astimezone(timezone(timedelta(hours=10)))

    assert (tokyo.day, day(tokyo)) == (23, "2026-11-22")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T14:02:31.678Z",
        "2026-11-22T14:02:31.678+00:00",
        "2026-11-22T14:02:31.678+0000",
        "2026-11-22T15:02:31.678+01:00",
    ],
)
def test_a_time_is_read_in_every_form_that_aws_writes(text: str) -> None:
    moment = parse(text)

    assert moment == MOMENT
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-22T14:02:31",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_what_is_no_time_that_anything_can_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=6, hours=4, minutes=59), "6 days 4 hours"),
        (timedelta(days=1, hours=1), "1 day 1 hour"),
        (timedelta(days=7), "7 days"),
        (timedelta(days=7, minutes=3), "7 days"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 hours 59 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(0), "no time"),
        (timedelta(days=-1), "no time"),
    ],
)
def test_what_is_left_is_told_in_its_two_largest_units(ahead: timedelta, words: str) -> None:
    assert left(MOMENT, MOMENT + ahead) == words


def test_what_is_left_is_told_in_one_unit_where_there_is_little_room() -> None:
    assert left(MOMENT, MOMENT + timedelta(days=6, hours=23), units=1) == "6 days"
