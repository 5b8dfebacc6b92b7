"""From the alarm, or the clock, to notices in the queue.

The alarm is only the trigger: it rings when its state changes, and stays silent while a second key is used.
The log group is the truth: every run reads what was delivered since the bookmark, and a while before it,
so that late lines are counted and the two copies of one request meet.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from reprieve import alarms
from reprieve.alarms import Alarm
from reprieve.arn import KeyArn
from reprieve.casebook import Bookmark, Casebook
from reprieve.cases import Case
from reprieve.clock import Clock, to_minute
from reprieve.due import Policy, wake_at
from reprieve.errors import ConflictError, NotUnderstoodError, TooMuchError
from reprieve.facts import Facts, knows_who
from reprieve.findings import Revisit, Stretch, Update, findings
from reprieve.keys import Unknown
from reprieve.notices import Notice, Window, no_event_found
from reprieve.ports import Log, LogReader, MessageQueue
from reprieve.readings import Reading
from reprieve.records import READ_PATTERN

LATENESS: Final = timedelta(minutes=15)
"""How long after its own timestamp a line may appear in the log group, and still be counted."""

COPIES_APART: Final = timedelta(minutes=15)
"""How far apart the copies of one request may be delivered, and still count once."""

STEP: Final = timedelta(hours=1)
"""How much of a gap is read before what was found is stored."""

ENOUGH_TIME: Final = 30.0
"""Seconds that have to be left for another step; what is left over is for the next run."""

NO_EVENT_AGAIN: Final = timedelta(hours=1)
RETRIES_AFTER: Final = (2.0, 5.0)
"""Seconds to wait for a line that made the alarm ring and can't be read yet."""

BATCH: Final = 500
"""How many lines are read before a look at the time and at what is new."""

STORM: Final = 50_000
"""With more lines than this in one run, or more than there is time for, minutes are settled as soon
as they are read, for there is no time to read them again: a line that is late then is not counted."""

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)

_TRIES: Final = 4

_Explained = Future[frozenset[KeyArn]]
"""The keys of which it is on record who scheduled them: read beside the log group, so that nobody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigator:
    """The use case, with all that it needs.

    Attributes:
        log_group: The log group that CloudTrail delivers to.
        alarm_name: The one alarm that is ours; the topic may carry others.
        region: The Region of the log group.
        channels: The names of the channels that every notice goes to.
        policy: When a notice is due.
        remaining: How many seconds this invocation has left.
    """

    log_group: str
    alarm_name: str
    region: str
    channels: tuple[str, ...]
    policy: Policy
    logs: LogReader
    facts: Facts
    casebook: Casebook
    queue: MessageQueue
    pool: Executor
    clock: Clock
    sleep: Callable[[float], None]
    remaining: Callable[[], float]
    log: Log

    def run(self, event: Mapping[str, Any]) -> None:
        """Investigate what a Lambda event asks for: an alarm's message, or anything else for the clock.

        Raises:
            AwsError: something that nothing can be done without is out of reach; the event is to be retried.
            TooMuchError: one minute of the log group is more than can be read in one invocation.
        """
        messages = alarms.messages(event)
        ours = tuple(self._ours(messages))
        if messages and not ours:
            return
        reading = self._read_on(min((alarm.since for alarm in ours), default=self.clock()))
        for alarm in ours:
            if alarm.is_ringing:
                self._explain(alarm, reading)
        self._look_after_cases()
        self._send(self.casebook.outbox())

    def _ours(self, messages: tuple[str, ...]) -> Iterator[Alarm]:
        for message in messages:
            try:
                alarm = alarms.read(message)
            except NotUnderstoodError as error:
                self.log.warning("Passed over a message that no alarm sent", problem=str(error))
                continue
            if alarm.name == self.alarm_name:
                yield alarm
            else:
                self.log.info("Passed over the message of another alarm", alarm=alarm.name)

    def _read_on(self, wanted_from: datetime) -> Reading:
        """Read from the bookmark to the present, step by step; return what the last step read.

        Without a bookmark, what was delivered since `wanted_from` is read.
        """
        while True:
            explained = self._explained()
            bookmark = self.casebook.bookmark(self.log_group)
            now = self.clock()
            start = bookmark.settled_until or to_minute(min(wanted_from, now - LATENESS))
            end = min(now, start + STEP)
            if end < now:
                self._glance(start, now, explained)
            reading, reached = self._read(
                max(start - COPIES_APART, bookmark.copies_from or EARLIEST), end, start, explained
            )
            is_storm = reading.lines > STORM or reached < end
            stretch = _stretch(start, reached, now if is_storm else now - LATENESS)
            self._store(reading, stretch, explained)
            self._move(bookmark, stretch.settle_until, is_storm=is_storm)
            if reached == now or self._is_over(reached):
                return reading

    def _is_over(self, reached: datetime) -> bool:
        if self.remaining() >= ENOUGH_TIME:
            return False
        self.log.warning("The rest is left for the next run", read_until=reached.isoformat())
        return True

    def _explained(self) -> _Explained:
        return self.pool.submit(self.casebook.explained)

    def _glance(self, start: datetime, now: datetime, explained: _Explained) -> None:
        """Before a gap is worked off, tell of what is going on now: nobody waits for the oldest minute."""
        reading, reached = self._read(max(start, now - LATENESS), now, start, explained)
        self._store(reading, Stretch(start, start, reached, is_whole=False), explained)

    def _read(
        self, start: datetime, end: datetime, counted_from: datetime, explained: _Explained
    ) -> tuple[Reading, datetime]:
        """Read a part of the log group; return what it holds, and up to where it could be read in time.

        While much is read, the first notice of a key does not wait for the end.
        """
        reading, told = Reading(), 0
        lines = self.logs.read(start, end, READ_PATTERN)
        while batch := tuple(islice(lines, BATCH)):
            reading.take_lines(batch)
            if len(batch) < BATCH:
                break
            if len(reading.keys) > told:
                told = len(reading.keys)
                glimpse = Stretch(counted_from, counted_from, counted_from, is_whole=False)
                self._store(reading, glimpse, explained)
            if self.remaining() < ENOUGH_TIME:
                end = _whole_minutes(reading, counted_from)
                break
        self._note_reading(reading, start, end)
        return reading, end

    def _note_reading(self, reading: Reading, start: datetime, end: datetime) -> None:
        self.log.info(
            "Read the log group",
            start=start.isoformat(),
            end=end.isoformat(),
            lines=reading.lines,
            keys=len(reading.keys),
            unnamed=len(reading.unnamed),
            passed=dict(reading.passed),
        )

    def _store(self, reading: Reading, stretch: Stretch, explained: _Explained) -> None:
        """Bring every key's case up to date, and send what people are to be told."""
        cases = {key: self.pool.submit(self.casebook.cases, key) for key in reading.keys}
        known = self.facts.gather(reading.keys, explained.result() | reading.schedulings.keys())
        for finding in findings(reading, known):
            read_before = cases.get(finding.facts.key.arn)
            update = Update(finding, stretch, self.policy, self.clock())
            self._save(update, read_before.result() if read_before else None)

    def _save(self, update: Update | Revisit, cases: tuple[Case, ...] | None) -> None:
        """Store one case with its notices; if somebody else wrote it meanwhile, begin again with theirs."""
        for _ in range(_TRIES):
            if cases is None:
                cases = self.casebook.cases(update.key)
            change = update.apply(cases)
            if change is None:
                return
            try:
                self.casebook.save(
                    change.case,
                    *change.notices,
                    wake_at=wake_at(change.case, self.policy),
                    instead_of=change.instead_of,
                )
            except ConflictError:
                cases = None
                continue
            self._send(change.notices)
            return
        raise ConflictError

    def _look_after_cases(self) -> None:
        """Look at the cases whose time has come although nothing was read of them."""
        now = self.clock()
        cases = self.casebook.awake(now)
        known = self.facts.gather((case.key.arn for case in cases), knows_who(cases))
        for case in cases:
            self._save(Revisit(case, known[case.key.arn], self.policy, now), None)

    def _send(self, notices: tuple[Notice, ...]) -> None:
        if not notices:
            return
        self.casebook.send(self.queue, self.channels, notices)
        for notice in notices:
            self.log.info(
                "Told of a case",
                reason=notice.reason,
                notice_id=notice.id,
                case_id=notice.case.id if notice.case else None,
            )

    def _move(self, bookmark: Bookmark, settled_until: datetime, *, is_storm: bool) -> None:
        if bookmark.settled_until and bookmark.settled_until >= settled_until:
            return
        copies_from = settled_until if is_storm else bookmark.copies_from
        moved = replace(bookmark, settled_until=settled_until, copies_from=copies_from)
        try:
            self.casebook.move_bookmark(self.log_group, moved)
        except ConflictError:
            self.log.info("Another run moved the bookmark")

    def _explain(self, alarm: Alarm, reading: Reading) -> None:
        """Say so when no record is there that made the alarm ring: it may only be slow to appear."""
        for pause in RETRIES_AFTER:
            if reading.found_since(alarm.since):
                return
            self.sleep(pause)
            reading = self._read_on(alarm.since)
        now = self.clock()
        looked, _ = self._read(alarm.since, now, alarm.since, self._explained())
        if not looked.found_since(alarm.since):
            self._tell_of_no_event(Window(log_group=self.log_group, start=alarm.since, end=now), looked)

    def _tell_of_no_event(self, window: Window, looked: Reading) -> None:
        bookmark = self.casebook.bookmark(self.log_group)
        told_at = bookmark.no_event_told_at
        if told_at and self.clock() - told_at < NO_EVENT_AGAIN:
            return
        notice = no_event_found(window, self.region, READ_PATTERN, self.clock(), _unnamed(looked))
        try:
            self.casebook.post(self.log_group, replace(bookmark, no_event_told_at=self.clock()), notice)
        except ConflictError:
            self.log.info("Another run told of the alarm that nothing explains")
            return
        self._send((notice,))


def _stretch(start: datetime, reached: datetime, complete_until: datetime) -> Stretch:
    """Return what a reading is good for; minutes from `complete_until` on are read again."""
    return Stretch(start, max(start, min(to_minute(complete_until), to_minute(reached))), reached)


def _whole_minutes(reading: Reading, start: datetime) -> datetime:
    """Return up to where whole minutes have been read, when time ran out.

    Raises:
        TooMuchError: not one of them.
    """
    reached = to_minute(reading.last_at or start)
    if reached <= start:
        raise TooMuchError(reading.lines)
    return reached


def _unnamed(looked: Reading) -> tuple[Unknown, ...]:
    return tuple(
        Unknown(
            fact=f"which key {record.caller.label} meant with {record.operation}",
            why=f"record {record.event_id} names none",
        )
        for record in looked.unnamed
    )
