"""A timeline is the same in whatever order, and in whatever parts, it is added up."""

from datetime import datetime, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from reprieve.cases.minute_counts import Counted, Requests
from reprieve.cases.timeline import BUCKETS, Timeline, hour
from reprieve.cloudtrail.key_use import KeyUse
from tests.examples import BILLING, SOMEBODY, at, use

START = hour(at("14:00"))
counts = st.dictionaries(
    st.one_of(st.integers(0, 100), st.integers(0, 2000), st.integers(-400_000, 400_000)).map(START.__add__),
    st.integers(1, 50),
    max_size=20,
)
timelines = counts.map(Timeline.of)


@given(timelines, timelines, timelines)
def test_a_sum_is_the_same_in_any_order_and_any_grouping(
    first: Timeline, second: Timeline, third: Timeline
) -> None:
    assert first + second == second + first
    assert (first + second) + third == first + (second + third)
    assert first + Timeline() == first


@given(counts, counts)
def test_a_sum_is_what_counting_at_once_gives(first: dict[int, int], second: dict[int, int]) -> None:
    both = {place: first.get(place, 0) + second.get(place, 0) for place in first | second}

    assert Timeline.of(first) + Timeline.of(second) == Timeline.of(both)


@given(counts, st.integers(1, BUCKETS))
def test_no_use_is_lost_or_gained_and_each_is_where_it_was(found: dict[int, int], few: int) -> None:
    made = Timeline.of(found)
    for told in (made, made.within(few)):
        stretches = list(told.stretches())

        assert told.total == sum(found.values())
        assert len(stretches) <= BUCKETS
        for stretch in stretches:
            inside = range(hour(stretch.start), hour(stretch.end))
            assert stretch.count == sum(number for place, number in found.items() if place in inside)
    assert len(made.within(few).counts) <= few


@given(counts)
def test_what_is_counted_is_as_short_as_it_can_be(found: dict[int, int]) -> None:
    made = Timeline.of(found)

    assert bool(made.counts) == bool(found)
    if found:
        assert made.counts[0]
        assert made.counts[-1]
        half = made.hours // 2
        assert not half or max(found) // half - min(found) // half >= BUCKETS


copies = st.lists(
    st.builds(
        lambda request, named, minutes: use(
            event_id=f"e{request}{named}",
            request=f"r{request}",
            caller=BILLING if named else SOMEBODY,
            at=at("14:00") + timedelta(minutes=minutes),
            is_use=request % 3 > 0,
        ),
        st.integers(0, 9),
        st.booleans(),
        st.sampled_from([0, 7, 1000, 20_000]),
    ),
    max_size=30,
)


@given(copies)
def test_every_request_is_in_the_timeline_once(found: list[KeyUse]) -> None:
    requests, place = Requests(), Counted()

    for each in found:
        requests.count(each, place)

    assert place.timeline.total == place.uses.uses().count
    firsts = [next(group) for _, group in groupby(sorted(found, key=_request), key=_request)]
    assert place.timeline == Timeline.of(_hours([each for each in firsts if each.is_use]))


def _request(each: KeyUse) -> tuple[str, datetime]:
    return each.request, each.at


def _hours(found: list[KeyUse]) -> dict[int, int]:
    hours: dict[int, int] = {}
    for each in found:
        hours[hour(each.at)] = hours.get(hour(each.at), 0) + 1
    return hours
