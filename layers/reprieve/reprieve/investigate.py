"""From the alarm, or the clock, to notices in the queue.

The alarm is only the trigger: it rings when its state changes, and stays silent while a second key is used.
The log group is the truth: every run reads what was delivered since the bookmark, and a while before it,
so that late lines are counted and the two copies of one request meet.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from reprieve import alarms, facts
from reprieve.alarms import Alarm
from reprieve.arn import KeyArn
from reprieve.casebook import Bookmark, Casebook
from reprieve.cases import Case, Unknown, count, note_schedulings, open_case
from reprieve.clock import Clock, to_minute
from reprieve.errors import ConflictError, NotUnderstoodError
from reprieve.facts import KeyFacts
from reprieve.notices import Notice, Window, due, no_event_found, tell
from reprieve.ports import KeyDirectory, Log, LogReader, MessageQueue
from reprieve.readings import Reading
from reprieve.records import READ_PATTERN, Scheduling
from reprieve.tallies import Counted, merged

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

_TRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigator:
    """The use case, with all that it needs.

    Attributes:
        log_group: The log group that CloudTrail delivers to.
        alarm_name: The one alarm that is ours; the topic may carry others.
        account: The account whose keys may be asked about.
        region: The Region of the log group.
        channels: The names of the channels that every notice goes to.
        remaining: How many seconds this invocation has left.
    """

    log_group: str
    alarm_name: str
    account: str
    region: str
    channels: tuple[str, ...]
    logs: LogReader
    keys: KeyDirectory
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
        """
        messages = alarms.messages(event)
        ours = tuple(self._ours(messages))
        if messages and not ours:
            return
        reading = self._read_on(min((alarm.since for alarm in ours), default=self.clock()))
        for alarm in ours:
            if alarm.is_ringing:
                self._explain(alarm, reading)
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
            bookmark = self.casebook.bookmark(self.log_group)
            now = self.clock()
            start = bookmark.settled_until or to_minute(min(wanted_from, now - LATENESS))
            end = min(now, start + STEP)
            settle_until = min(to_minute(now - LATENESS), end)
            reading = self._read(start - COPIES_APART, end)
            self._store(reading, start, settle_until, end)
            self._move(bookmark, settle_until)
            if end == now:
                return reading
            if self.remaining() < ENOUGH_TIME:
                self.log.warning("The rest of a gap is left for the next run", read_until=end.isoformat())
                return reading

    def _read(self, start: datetime, end: datetime) -> Reading:
        reading = Reading()
        reading.take_lines(self.logs.read(start, end, READ_PATTERN))
        self.log.info(
            "Read the log group",
            start=start.isoformat(),
            end=end.isoformat(),
            keys=len(reading.keys),
            unnamed=len(reading.unnamed),
            passed=dict(reading.passed),
        )
        return reading

    def _store(self, reading: Reading, start: datetime, settle_until: datetime, read_until: datetime) -> None:
        """Bring every key's case up to date, and send what people are to be told."""
        cases = {key: self.pool.submit(self.casebook.cases, key) for key in reading.keys}
        known = facts.gather(reading.keys, self.keys, self.account, self.pool)
        for finding in _findings(reading, known):
            read_before = cases.get(finding.facts.key.arn)
            update = _Update(finding, start, settle_until, read_until, self.clock())
            self._save(update, read_before.result() if read_before else None)

    def _save(self, update: "_Update", cases: tuple[Case, ...] | None) -> None:
        """Store one case with its notices; if somebody else wrote it meanwhile, begin again with theirs."""
        for _ in range(_TRIES):
            if cases is None:
                cases = self.casebook.cases(update.finding.facts.key.arn)
            case, notices = update.apply(cases)
            if case is None or (case in cases and not notices):
                return
            try:
                self.casebook.save(case, *notices)
            except ConflictError:
                cases = None
                continue
            self._send(notices)
            return
        raise ConflictError

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

    def _move(self, bookmark: Bookmark, settled_until: datetime) -> None:
        if bookmark.settled_until and bookmark.settled_until >= settled_until:
            return
        try:
            self.casebook.move_bookmark(self.log_group, replace(bookmark, settled_until=settled_until))
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
        looked = self._read(alarm.since, now)
        if not looked.found_since(alarm.since):
            self._tell_of_no_event(Window(log_group=self.log_group, start=alarm.since, end=now), looked)

    def _tell_of_no_event(self, window: Window, looked: Reading) -> None:
        bookmark = self.casebook.bookmark(self.log_group)
        told_at = bookmark.no_event_told_at
        if told_at and self.clock() - told_at < NO_EVENT_AGAIN:
            return
        unknown = tuple(
            Unknown(
                fact=f"which key {record.caller.label} meant with {record.operation}",
                why=f"record {record.event_id} names none",
            )
            for record in looked.unnamed
        )
        notice = no_event_found(window, self.region, READ_PATTERN, self.clock(), unknown)
        try:
            self.casebook.post(self.log_group, replace(bookmark, no_event_told_at=self.clock()), notice)
        except ConflictError:
            self.log.info("Another run told of the alarm that nothing explains")
            return
        self._send((notice,))


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a reading found of one key."""

    facts: KeyFacts
    minutes: Mapping[datetime, Counted]
    schedulings: tuple[Scheduling, ...]


@dataclass(frozen=True, slots=True)
class _Update:
    """What one reading does to the case of one key."""

    finding: _Finding
    start: datetime
    settle_until: datetime
    read_until: datetime
    now: datetime

    def apply(self, cases: tuple[Case, ...]) -> tuple[Case | None, tuple[Notice, ...]]:
        """Return the case as it is now, and the notices that are due; no case if there is nothing to keep."""
        case = self._case_of(cases)
        if case is None:
            return None, ()
        case = note_schedulings(self._with_facts(case), self.finding.schedulings)
        return _tell_all(count(case, self.finding.minutes, self.settle_until, self.read_until), self.now)

    def _case_of(self, cases: tuple[Case, ...]) -> Case | None:
        """Return the case that the records belong to.

        That is the one of the deletion that KMS tells of. Where KMS tells of none (it was cancelled
        since, or may not be asked), it is the latest, or a new one without a date.
        What an earlier case has counted is not counted again in a later one.
        """
        key = self.finding.facts.key
        same = [case for case in cases if case.deletion_date == key.deletion_date]
        if same or (cases and not key.is_pending):
            return (same or list(cases))[-1]
        if not key.is_pending and not self.finding.minutes:
            return None
        counted_elsewhere = (to_minute(case.read_until) for case in cases)
        return open_case(key, self.now, max((self.start, *counted_elsewhere)))

    def _with_facts(self, case: Case) -> Case:
        """Return the case with the key as it was looked up, unless that could not be done."""
        found = self.finding.facts
        if found.key.state is None and case.key.state is not None:
            return case
        return replace(case, key=found.key, unknown=found.unknown)


def _tell_all(case: Case, now: datetime) -> tuple[Case, tuple[Notice, ...]]:
    notices: list[Notice] = []
    while reason := due(case):
        case, notice = tell(case, reason, now)
        notices.append(notice)
    return case, tuple(notices)


def _findings(reading: Reading, known: Mapping[KeyArn, KeyFacts]) -> Iterator[_Finding]:
    """Yield what was found of each key; what came under an alias joins the key that it stands for."""
    named: dict[KeyArn, list[KeyArn]] = {}
    for key in reading.keys:
        named.setdefault(known[key].key.arn, []).append(key)
    for arn, names in named.items():
        facts_of_key = known.get(arn) or known[names[0]]
        schedulings = tuple(found for name in names for found in reading.schedulings.get(name, ()))
        yield _Finding(facts_of_key, merged(reading.of(name) for name in names), schedulings)
