"""Uses over time, in bounded memory."""

from datetime import UTC, datetime, timedelta

from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.timeline import BUCKETS, Bucket, Timeline, hour
from tests.examples import at, counted, use

BEGIN = hour(at("14:00"))


def test_nothing_used_has_no_stretches() -> None:
    nothing = Timeline()

    assert (nothing.total, list(nothing.stretches()), nothing + nothing) == (0, [], nothing)


def test_uses_are_counted_by_the_hour_of_the_request_not_of_its_delivery() -> None:
    early, late = use(at=at("13:59:59"), delivered_at=at("14:05")), use(at=at("15:00"))

    found = counted(early, late, late).timeline

    assert list(found.stretches()) == [
        Bucket(at("13:00"), at("14:00"), 1),
        Bucket(at("14:00"), at("15:00"), 0),
        Bucket(at("15:00"), at("16:00"), 2),
    ]


def test_a_management_call_is_no_use() -> None:
    assert counted(use(operation="TagResource", is_use=False)).timeline == Timeline()


def test_stretches_grow_longer_so_that_few_reach_from_the_first_to_the_last() -> None:
    four_days = Timeline.of({BEGIN: 1, BEGIN + BUCKETS - 1: 2})
    a_month = four_days + Timeline.of({BEGIN + 30 * 24: 4})

    assert (four_days.hours, len(four_days.counts)) == (1, BUCKETS)
    assert (a_month.hours, len(a_month.counts), a_month.total) == (8, 91, 7)
    assert a_month.counts[0] == 1
    assert a_month.counts[-1] == 4


def test_a_record_with_a_time_of_its_own_making_breaks_nothing() -> None:
    found = Timeline.of(
        {hour(datetime(1970, 1, 1, tzinfo=UTC)): 1, hour(datetime(8999, 12, 31, tzinfo=UTC)): 1}
    )

    assert len(found.counts) <= BUCKETS
    assert found.total == 2
    assert [stretch.count for stretch in found.stretches() if stretch.count] == [1, 1]


def test_it_reaches_up_to_moments_without_a_use() -> None:
    found = Timeline.of({BEGIN: 3}).reaching(at("12:30"), at("16:10"))

    assert (found.start, found.counts) == (at("12:00"), (0, 0, 3, 0, 0))


def test_it_is_told_in_fewer_stretches() -> None:
    found = Timeline.of({BEGIN + number: 1 for number in range(6)}).within(3)

    assert (found.hours, found.counts) == (2, (2, 2, 2))
    assert found.start == at("14:00")
    assert [stretch.end - stretch.start for stretch in found.stretches()] == [timedelta(hours=2)] * 3


def test_it_is_kept_in_the_table_as_it_is() -> None:
    found = Timeline.of({BEGIN: 3, BEGIN + 500: 1})

    assert from_json(Timeline, to_json(found)) == found
    assert to_json(Timeline.of({BEGIN: 3})) == {"hours": 1, "start": "2026-11-22T14:00:00Z", "counts": [3]}
