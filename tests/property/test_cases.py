"""Reading again, in whatever windows and however often, counts every record once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reprieve.cases.case import Case
from reprieve.cases.transitions import count
from reprieve.clock import to_minute
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.investigate.log_reader import COPIES_APART, LATENESS
from reprieve.investigate.log_window import LogWindow
from tests.examples import BILLING, KEY, SOMEBODY, at, case, use

BEGIN = at("14:00")
DAY_LATER = BEGIN + timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """A record in the log group, and when it can be read."""

    record: KeyUse
    appears_at: datetime


def stranger(number: int) -> Caller:
    return Caller(kind="IAMUser", id=f"user-{number}", name=f"user {number}", arn=f"user-{number}")


@st.composite
def some_lines(draw: st.DrawFn) -> list[Line]:
    """Requests of two hours, some of them with a second copy; none later than is awaited."""
    lines = []
    for number in range(draw(st.integers(0, 12))):
        delivered = BEGIN + timedelta(seconds=draw(st.integers(0, 7200)))
        copies = [SOMEBODY, BILLING] if draw(st.booleans()) else [stranger(draw(st.integers(0, 3)))]
        for copy, caller in enumerate(draw(st.permutations(copies))):
            apart = draw(st.integers(0, int(COPIES_APART.total_seconds()) - 60)) * copy
            record = use(
                event_id=f"e{number}{copy}",
                request=f"r{number}",
                delivered_at=delivered + timedelta(seconds=apart),
                caller=caller,
                is_use=number % 4 > 0,
            )
            late = timedelta(seconds=draw(st.integers(0, int(LATENESS.total_seconds()))))
            lines.append(Line(record, record.delivered_at + late))
    return lines


def visible(lines: list[Line], start: datetime, now: datetime) -> list[KeyUse]:
    found = [
        line.record for line in lines if line.appears_at <= now and start <= line.record.delivered_at < now
    ]
    return sorted(found, key=lambda record: record.delivered_at)


def read(lines: list[Line], start: datetime, now: datetime) -> LogWindow:
    window = LogWindow()
    for record in visible(lines, start, now):
        window.take(record)
    return window


def reread(known: Case, lines: list[Line], now: datetime, earlier: timedelta) -> Case:
    """Read as an investigation does: from where nothing is awaited any more, and a while before that."""
    start = known.settled_until - COPIES_APART - earlier
    window = read(lines, start, now)
    return count(known, window.of(KEY), to_minute(now - LATENESS), now)


def by_caller(known: Case) -> list[dict[str, int]]:
    return [
        {part.caller.id: part.count for part in found.by_caller}
        for found in (known.uses, known.management_calls)
    ]


@given(
    some_lines(),
    st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 3600)), max_size=12),
)
def test_every_record_is_counted_once_however_often_its_window_is_read(
    lines: list[Line], readings: list[tuple[int, int]]
) -> None:
    opened = case(opened_at=BEGIN, settled_until=BEGIN, read_until=BEGIN)
    known = opened
    for seconds, earlier in readings:
        known = reread(known, lines, BEGIN + timedelta(seconds=seconds), timedelta(seconds=earlier))

    known = reread(known, lines, DAY_LATER, timedelta(0))

    requests = {line.record.request: line.record.is_use for line in lines}
    assert known.uses.count == known.timeline.total == sum(requests.values())
    assert known.management_calls.count == len(requests) - sum(requests.values())


@given(some_lines(), st.lists(st.integers(0, 9000), max_size=9))
def test_what_is_counted_is_what_one_reading_of_all_would_count(lines: list[Line], times: list[int]) -> None:
    prompt = [replace(line, appears_at=line.record.delivered_at) for line in lines]
    opened = case(opened_at=BEGIN, settled_until=BEGIN, read_until=BEGIN)
    known = opened
    for seconds in sorted(times):
        known = reread(known, prompt, BEGIN + timedelta(seconds=seconds), timedelta(0))

    at_once = reread(opened, prompt, DAY_LATER, timedelta(0))

    in_parts = reread(known, prompt, DAY_LATER, timedelta(0))
    assert by_caller(in_parts) == by_caller(at_once)
    assert in_parts.timeline == at_once.timeline


@given(some_lines(), st.integers(0, 9000))
def test_reading_the_same_window_twice_changes_nothing(lines: list[Line], seconds: int) -> None:
    opened = case(opened_at=BEGIN, settled_until=BEGIN, read_until=BEGIN)
    now = BEGIN + timedelta(seconds=seconds)

    once = reread(opened, lines, now, timedelta(0))

    assert reread(once, lines, now, timedelta(0)) == once
