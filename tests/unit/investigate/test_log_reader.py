"""Reading the log group: a stream that looks at the time with every page, and always gets on."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.bookmark import Bookmark, ReadOn
from reprieve.clock import to_minute
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.cloudtrail.record import ParsedRecord
from reprieve.errors import AwsError, ConflictError, IncompleteError, ThrottledError
from reprieve.investigate.investigator import TIME_TO_READ
from reprieve.investigate.log_reader import LATENESS, STEP, STORM, TOKEN_LIFE
from reprieve.ports import Document, LogPage
from tests.fakes import FakeLogs
from tests.world import KEY, NOW, World, another, pending

PAGE = 500
OTHER = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/9999abcd-12ab-34cd-56ef-1234567890ab")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
TIMEOUT = timedelta(seconds=300)
EXPIRED = AwsError("logs:FilterLogEvents", "InvalidParameterException", "The specified nextToken is invalid.")


@dataclass
class PickyLogs(FakeLogs):
    """A log group that notes the tokens it is asked with, and may refuse them."""

    tokens: list[str] = field(default_factory=list)
    refuses_tokens: bool = False

    def read(self, start: datetime, end: datetime, pattern: str, token: str = "") -> Iterator[LogPage]:
        self.tokens.append(token)
        if token and self.refuses_tokens:
            raise EXPIRED
        yield from super().read(start, end, pattern, token)


@dataclass
class CountingReader(LineReader):
    """Counts the lines that it has to read whole."""

    whole: int = 0

    def _learned(self, *line: Any) -> ParsedRecord:
        self.whole += 1
        return super()._learned(*line)


@pytest.fixture
def world() -> World:
    made = World()
    made.logs = PickyLogs(made.clock)
    pending(made)
    return made


def logs(world: World) -> PickyLogs:
    assert isinstance(world.logs, PickyLogs)
    return world.logs


def run(world: World, *, timeout: timedelta = TIMEOUT) -> float:
    """Run with so much time; return how many seconds were left at its end."""
    ends = world.clock.now + timeout

    def seconds_left() -> float:
        return (ends - world.clock.now).total_seconds()

    world.seconds_left = seconds_left
    world.run("alarms/schedule")
    return seconds_left()


def bookmark(world: World) -> Bookmark:
    return world.store.bookmark("trail")


def settled(world: World) -> datetime:
    found = bookmark(world).settled_until
    assert found
    return found


def test_of_400_empty_pages_of_a_second_each_run_reads_what_it_can_and_the_next_goes_on_there(
    world: World,
) -> None:
    run(world)
    world.logs.put(another(1), NOW + SECOND)
    logs(world).empty_pages, logs(world).page_time = 400, SECOND
    world.clock.now += 2 * MINUTE
    logs(world).tokens.clear()

    left = [run(world)]
    token = bookmark(world).read_on and bookmark(world).read_on
    left.append(run(world))

    assert token
    assert logs(world).tokens[:2] == ["", token.token]
    assert min(left) > 0
    assert world.reasons() == ["key-in-use"]
    assert world.case().uses.count == 1


def run_often(world: World, times: int) -> None:
    for _ in range(times):
        run(world)


def test_a_line_that_more_empty_pages_follow_than_a_run_can_read_is_told_and_the_run_fails_loudly(
    world: World,
) -> None:
    run(world)
    world.logs.put(another(1), NOW + SECOND)
    world.logs.put(another(2), NOW + 2 * MINUTE, appear=NOW)
    logs(world).empty_pages, logs(world).page_time, logs(world).page_size = 400, SECOND, 1
    world.clock.now += 5 * MINUTE

    with pytest.raises(IncompleteError, match="not one whole minute"):
        run_often(world, 8)

    assert world.reasons() == ["key-in-use"]


def test_however_long_the_search_takes_every_run_moves_the_bookmark_and_ends_in_time(world: World) -> None:
    logs(world).empty_pages, logs(world).page_time, logs(world).page_size = 40, 5 * SECOND, 1
    for number in range(3):
        world.logs.put(another(number), NOW - number * MINUTE)
    places, left = [bookmark(world)], []

    for _ in range(12):
        left.append(run(world))
        places.append(bookmark(world))
        world.clock.now += 5 * MINUTE

    assert min(left) > 0
    assert all(before.version < after.version for before, after in pairwise(places))
    assert world.case().uses.count == 3


def test_a_token_that_is_refused_is_forgotten_and_the_next_run_begins_anew(world: World) -> None:
    run(world)
    world.logs.put(another(1), NOW + SECOND)
    logs(world).empty_pages, logs(world).page_time = 400, SECOND
    world.clock.now += 2 * MINUTE
    run(world)
    assert bookmark(world).read_on
    logs(world).refuses_tokens = True

    with pytest.raises(IncompleteError, match="nextToken is invalid"):
        run(world)
    assert bookmark(world).read_on is None
    logs(world).empty_pages = 0
    run(world)

    assert world.reasons() == ["key-in-use"]


def test_another_error_with_a_token_leaves_it_for_the_next_run(world: World) -> None:
    read_on = ReadOn(start=NOW - HOUR, end=NOW, token="1", at=NOW)
    world.store.move_bookmark("trail", Bookmark(settled_until=NOW - 15 * MINUTE, read_on=read_on))
    world.logs.error = replace_code(EXPIRED, "ThrottlingException")

    with pytest.raises(IncompleteError):
        run(world)

    assert bookmark(world).read_on == replace(read_on, end=NOW.replace(microsecond=0))


def replace_code(error: AwsError, code: str) -> AwsError:
    return AwsError(error.operation, code, error.message)


@pytest.mark.parametrize(
    "read_on",
    [
        ReadOn(start=NOW - HOUR, end=NOW, token="1", at=NOW - TOKEN_LIFE),
        ReadOn(start=NOW - HOUR, end=NOW + HOUR, token="1", at=NOW),
    ],
    ids=["old", "of a clock that was ahead"],
)
def test_a_token_that_is_no_good_is_not_used(world: World, read_on: ReadOn) -> None:
    world.store.move_bookmark("trail", Bookmark(settled_until=NOW - 20 * MINUTE, read_on=read_on))
    world.logs.put(another(1), NOW - MINUTE)

    run(world)

    assert set(logs(world).tokens) == {""}
    assert world.case().uses.count == 1


def test_a_bookmark_that_is_ahead_of_the_clock_does_not_hide_what_comes(world: World) -> None:
    world.store.move_bookmark("trail", Bookmark(settled_until=NOW + timedelta(days=365)))
    world.logs.put(another(1), NOW - MINUTE)

    run(world)

    assert world.case().uses.count == 1


def test_a_backlog_of_a_day_is_worked_off_with_a_bookmark_for_every_five_minutes(world: World) -> None:
    run(world)
    before = bookmark(world).version
    for number in range(24 * 60):
        world.logs.put(another(number), NOW + number * MINUTE + SECOND)
    world.clock.now += timedelta(days=1)
    logs(world).page_size = 1

    run(world)

    moves = bookmark(world).version - before
    assert moves >= (timedelta(days=1) - LATENESS) / STEP - 10
    assert world.case().uses.count == 24 * 60
    assert world.case().timeline.total == 24 * 60


def test_a_run_that_dies_within_a_backlog_has_kept_what_it_had_read(world: World) -> None:
    run(world)
    for number in range(600):
        world.logs.put(another(number), NOW + number * MINUTE + SECOND)
    world.clock.now += 600 * MINUTE
    logs(world).page_size, logs(world).page_time = 10, SECOND

    for _ in range(20):
        run(world, timeout=timedelta(seconds=TIME_TO_READ + 5))

    assert world.case().uses.count == 600
    assert world.clock.now - settled(world) < 20 * MINUTE


def test_what_is_going_on_now_is_told_before_a_backlog(world: World) -> None:
    pending(world, OTHER)
    run(world)
    for number in range(100):
        world.logs.put(another(number), NOW + number * MINUTE)
    now = NOW + timedelta(days=1)
    world.logs.put(another(999, errorMessage=f"{OTHER} is pending deletion."), now - MINUTE)
    world.clock.now = now

    run(world)

    assert world.notices()[0]["case"]["key"]["arn"] == str(OTHER)


def test_a_look_at_what_is_going_on_now_takes_twenty_seconds_at_the_most(world: World) -> None:
    run(world)
    logs(world).empty_pages, logs(world).page_time = 500, SECOND
    world.clock.now += timedelta(days=1)
    read = logs(world).pages_read

    run(world)

    assert len(logs(world).reads) == 3
    assert logs(world).pages_read - read < 20 + 250 + 5
    assert bookmark(world).read_on


def test_a_key_that_can_not_be_stored_holds_the_bookmark_at_a_checkpoint(world: World) -> None:
    run(world)
    for number in range(120):
        world.logs.put(another(number), NOW + number * MINUTE + SECOND)
    world.clock.now += timedelta(minutes=45)
    logs(world).page_size = 1
    before = settled(world)
    world.table.fail(*[ConflictError()] * 400)

    with pytest.raises(IncompleteError):
        run(world)

    assert settled(world) == before


def test_after_a_storm_copies_are_not_searched_for_in_what_was_read_before(world: World) -> None:
    run(world)
    for number in range(STORM + 1):
        world.logs.put(another(number), NOW + SECOND)
    world.clock.now += 2 * MINUTE

    run(world)

    assert bookmark(world).copies_from == settled(world)
    assert settled(world) == (NOW + 2 * MINUTE).replace(second=0)
    run(world)
    assert logs(world).reads[-1][0] == settled(world)
    assert world.case().uses.count == STORM + 1


def test_a_run_without_time_for_a_second_page_says_so_and_keeps_the_first(world: World) -> None:
    run(world)
    for number in range(40):
        world.logs.put(another(number), NOW + number * MINUTE)
    world.clock.now += 40 * MINUTE
    logs(world).page_size, logs(world).page_time = 10, 10 * SECOND

    run(world, timeout=timedelta(seconds=TIME_TO_READ + 5))

    assert "Ran out of time; the next run does the rest" in world.log.said("warning")
    assert 0 < world.case().uses.count < 40


def test_a_minute_that_is_more_than_one_run_can_read_stops_nothing_for_longer_than_hours(
    world: World,
) -> None:
    pending(world, OTHER)
    world.run("alarms/schedule")
    for number in range(2 * PAGE):
        world.logs.put(another(number), NOW - 15 * MINUTE)
    world.logs.put(another(9999, errorMessage=f"{OTHER} is pending deletion."), NOW - 14 * MINUTE)
    world.seconds_left = lambda: TIME_TO_READ - 1

    held = set[tuple[datetime | None, datetime | None]]()
    refused = 0
    for _ in range(51):
        try:
            world.run("alarms/schedule")
        except IncompleteError:
            refused += 1
        held.add((bookmark(world).stuck_since, bookmark(world).settled_until))
        world.clock.now += 5 * MINUTE

    assert refused == 50
    assert (NOW, to_minute(NOW - 15 * MINUTE)) in held
    assert world.case().uses.count == PAGE
    assert world.case(OTHER).uses.count == 1
    assert set(world.log.said("error")) >= {"Skipped the rest of a minute that is more than a run can read"}
    after = bookmark(world)
    assert after.settled_until
    assert after.settled_until > NOW
    assert after.stuck_since is None


def broken_off(world: World) -> timedelta:
    """Run every five minutes with time for a page, until people hear of a key; return how long that took."""
    began = world.clock.now
    world.seconds_left = lambda: TIME_TO_READ - 1
    for _ in range(100):
        world.clock.now += 5 * MINUTE
        with suppress(IncompleteError):
            world.run("alarms/schedule")
        if any(each["case"]["key"]["arn"] == str(OTHER) for each in world.notices()):
            break
    return world.clock.now - began


def too_much(world: World, *minutes: int) -> None:
    """Write minutes that are more than a run can read, and two minutes after them a use of another key."""
    pending(world, OTHER)
    run(world)
    for minute in minutes:
        for number in range(2 * PAGE):
            world.logs.put(another(minute * 10 * PAGE + number), NOW + minute * MINUTE)
    line = another(99_999, errorMessage=f"{OTHER} is pending deletion.")
    world.logs.put(line, NOW + (minutes[-1] + 2) * MINUTE)


def test_behind_a_minute_that_is_too_much_keys_are_told_of_in_the_next_run(world: World) -> None:
    too_much(world, 1)

    assert broken_off(world) <= 10 * MINUTE


def test_each_further_minute_that_is_too_much_is_skipped_in_a_run(world: World) -> None:
    too_much(world, 1, 2, 3)
    world.clock.now += 20 * MINUTE  # too late for a glance

    assert broken_off(world) <= 5 * HOUR


def test_a_key_that_can_not_be_stored_holds_up_no_other_behind_an_interrupted_question(world: World) -> None:
    pending(world, OTHER)
    interrupted = ReadOn(start=NOW - 27 * MINUTE, end=NOW - 5 * MINUTE, token="1", at=NOW - 5 * MINUTE)
    world.store.move_bookmark(
        "trail", Bookmark(settled_until=to_minute(NOW - 12 * MINUTE), read_on=interrupted)
    )
    logs(world).page_size, logs(world).page_time = 1, 2 * SECOND
    world.logs.put(another(0), NOW - 20 * MINUTE)
    world.logs.put(another(1), NOW - 8 * MINUTE)
    world.logs.put(another(9999, errorMessage=f"{OTHER} is pending deletion."), NOW - MINUTE)
    put = world.table.put

    def picky(*documents: Document, gone: Sequence[Document] = ()) -> None:
        if any(document.partition == f"key#{KEY}" for document in documents):
            raise ThrottledError("dynamodb:PutItem", "ThrottlingException", "slow down")
        put(*documents, gone=gone)

    world.table.put = picky

    with pytest.raises(IncompleteError):
        run(world)

    assert world.case(OTHER).uses.count == 1
    assert len(logs(world).reads) < 10


def test_a_look_that_was_broken_off_says_nothing_of_an_alarm(world: World) -> None:
    world.logs.put(another(1), NOW - 50 * SECOND)
    logs(world).empty_pages, logs(world).page_time = 400, SECOND

    for name in ("alarms/alarm", "alarms/schedule"):
        ends = world.clock.now + timedelta(seconds=280)
        world.seconds_left = partial(lambda end: (end - world.clock.now).total_seconds(), ends)
        with suppress(IncompleteError):
            world.run(name)

    assert world.reasons() == ["key-in-use"]


def test_a_run_that_died_between_a_case_and_the_bookmark_loses_no_count_in_the_backlog_after_it(
    world: World,
) -> None:
    run(world)
    world.logs.put(another(1), NOW + SECOND)
    world.clock.now += 10 * MINUTE
    world.table.fail(None, None, None, ConflictError())
    run(world)
    world.store.move_bookmark("trail", replace(bookmark(world), settled_until=NOW - LATENESS))
    world.logs.put(another(2), NOW + 3 * MINUTE)
    world.clock.now += 40 * MINUTE

    run(world)

    assert world.case().uses.count == 2


def test_a_look_for_what_made_the_alarm_ring_ends_when_time_is_up(world: World) -> None:
    logs(world).empty_pages, logs(world).page_time, logs(world).page_size = 400, SECOND, 1
    world.clock.now += MINUTE
    ends = world.clock.now + timedelta(seconds=280)

    def seconds_left() -> float:
        return (ends - world.clock.now).total_seconds()

    world.seconds_left = seconds_left

    world.run("alarms/alarm")

    assert seconds_left() > 0


def test_a_run_that_is_broken_off_with_a_key_that_can_not_be_stored_moves_no_bookmark(world: World) -> None:
    run(world)
    before = settled(world)
    for number in range(3):
        world.logs.put(another(number), NOW + number * MINUTE, appear=NOW)
    logs(world).page_size, logs(world).page_time = 1, 130 * SECOND
    world.clock.now += 5 * MINUTE
    world.table.fail(*[ConflictError()] * 40)

    with pytest.raises(IncompleteError):
        run(world)

    assert settled(world) == before


def test_a_run_knows_what_earlier_runs_have_learned_of_lines(world: World) -> None:
    world.lines = reader = CountingReader()

    for number in range(3):
        world.logs.put(another(number), world.clock.now)
        world.clock.now += MINUTE
        run(world)

    assert world.case().uses.count == 3
    assert reader.whole == 1
