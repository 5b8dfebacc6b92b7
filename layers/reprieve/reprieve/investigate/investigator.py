"""From the alarm, or the schedule, to notices in the queue.

The alarm is only the trigger: it fires when its state changes, and stays silent while a second key is used.
The log group is the truth: every run reads what was delivered since the bookmark, and a while before it,
so that late lines are counted and the two copies of one request meet.
What fails in a run is raised at its end; everything that does not depend on it is done by then.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from reprieve.alarm import Alarm, read_alarm, sns_messages
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import Unknown
from reprieve.cases.notice import Window, no_event_found
from reprieve.cases.outbox import Outbox
from reprieve.cases.outgoing import Outgoing
from reprieve.cases.store import CaseStore
from reprieve.clock import Clock, is_recent
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.cloudtrail.record import READ_PATTERN
from reprieve.console import log_group_url
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError, IncompleteError, NotUnderstoodError, ReprieveError
from reprieve.investigate.case_updates import CaseUpdater
from reprieve.investigate.facts.lookup import Facts
from reprieve.investigate.log_reader import LogGroupReading
from reprieve.investigate.log_window import LogWindow
from reprieve.ports import Log, LogReader, MessageQueue
from reprieve.ports.log_messages import NOT_FROM_AN_ALARM

TIME_TO_READ: Final = 50.0
"""Seconds that have to be left for another page: what it may take, and storing what it holds."""

TIME_TO_STORE: Final = 20.0
"""Seconds that have to be left for storing another few keys."""

NEIGHBOR: Final = Unknown(
    fact="what fired the alarm", why="another metric filter may count other events in the same metric"
)
"""For an alarm without any record: public templates write other events to the metric of AWS' instructions."""

NO_EVENT_AGAIN: Final = timedelta(hours=1)
RETRIES_AFTER: Final = (2.0, 5.0)
"""Seconds to wait for a line that made the alarm fire and can't be read yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigator:
    """The use case, with all that it needs.

    Attributes:
        log_group: The log group that CloudTrail delivers to.
        alarm_name: The one alarm that is ours; the topic may carry others.
        account: The account of this stack.
        region: The Region of the log group and of the alarm.
        rules: When a notice is due.
        remaining: How many seconds this invocation has left.
        lines: What reads the lines of the log group. A run knows what earlier runs have learned of them.
    """

    log_group: str
    alarm_name: str
    account: str
    region: str
    rules: NoticeRules
    logs: LogReader
    facts: Facts
    store: CaseStore
    queue: MessageQueue
    pool: Executor
    clock: Clock
    sleep: Callable[[float], None]
    remaining: Callable[[], float]
    log: Log
    lines: LineReader = field(default_factory=LineReader)

    def run(self, event: Mapping[str, Any]) -> None:
        """Investigate what a Lambda event asks for: an alarm's message, or anything else for the schedule.

        Raises:
            IncompleteError: something could not be done; the event is to be retried.
        """
        messages = sns_messages(event)
        ours = tuple(self._ours(messages))
        if messages and not ours:
            return
        self._run(ours)

    def _run(self, ours: tuple[Alarm, ...]) -> None:
        outbox = self._outbox()
        updater = self._updater(outbox)
        outbox.begin()
        updater.begin()
        parts: dict[str, Callable[[], None]] = {
            "reading the log group": partial(self._read, ours, self._log_group(updater), outbox),
            "reviewing open cases": updater.review,
            "sending what is decided": outbox.finish,
        }
        for what, do in parts.items():
            try:
                do()
            except ReprieveError as error:
                self.log.error("Could not finish a part of the run", part=what, problem=str(error))
                updater.unfinished.note(what, error)
        if updater.unfinished.failures:
            raise IncompleteError(tuple(updater.unfinished.failures))

    def _read(self, ours: tuple[Alarm, ...], reading: LogGroupReading, outbox: Outbox) -> None:
        now = self.clock()
        found = reading.read_on(min((alarm.since(now) for alarm in ours), default=now))
        ringing = [alarm for alarm in ours if alarm.is_ringing]
        if ringing:
            self._explain(min(alarm.since(now) for alarm in ringing), found, reading, outbox)

    def _ours(self, messages: tuple[str, ...]) -> Iterator[Alarm]:
        for message in messages:
            try:
                alarm = read_alarm(message)
            except NotUnderstoodError as error:
                self.log.warning(NOT_FROM_AN_ALARM, problem=str(error))
                continue
            if (alarm.name, alarm.account, alarm.region) == (self.alarm_name, self.account, self.region):
                yield alarm
            else:
                self.log.info("Ignored a message of another alarm", alarm=alarm.name)

    def _explain(self, since: datetime, found: LogWindow, reading: LogGroupReading, outbox: Outbox) -> None:
        """Notify people if no record explains the alarm: it may only be slow to appear."""
        for pause in RETRIES_AFTER:
            if found.found_since(since):
                return
            self.sleep(pause)
            found = reading.read_on(since)
        now = self.clock()
        looked, is_whole = reading.look(since, now)
        if is_whole and not looked.found_since(since):
            self._tell_of_no_event(Window(log_group=self.log_group, start=since, end=now), looked, outbox)

    def _tell_of_no_event(self, window: Window, looked: LogWindow, outbox: Outbox) -> None:
        bookmark = self.store.bookmark(self.log_group)
        told_at = bookmark.no_event_told_at
        if told_at and is_recent(told_at, self.clock(), NO_EVENT_AGAIN):
            return
        notice = no_event_found(window, self.region, READ_PATTERN, self.clock(), _unproven(looked))
        try:
            self.store.post(self.log_group, replace(bookmark, no_event_told_at=self.clock()), notice)
        except ConflictError:
            self.log.info("Another run sent the no-event-found notice")
            return
        outbox.send([Outgoing(notice)])

    def _outbox(self) -> Outbox:
        return Outbox(
            table=self.store.table,
            cases=self.store.cases,
            queue=self.queue,
            console_url=log_group_url(self.log_group, self.region),
            pool=self.pool,
            clock=self.clock,
            log=self.log,
        )

    def _updater(self, outbox: Outbox) -> CaseUpdater:
        return CaseUpdater(
            facts=self.facts,
            store=self.store,
            outbox=outbox,
            rules=self.rules,
            pool=self.pool,
            clock=self.clock,
            has_time=lambda: self.remaining() >= TIME_TO_STORE,
            log=self.log,
        )

    def _log_group(self, updater: CaseUpdater) -> LogGroupReading:
        return LogGroupReading(
            log_group=self.log_group,
            logs=self.logs,
            lines=self.lines,
            store=self.store,
            updater=updater,
            rules=self.rules,
            clock=self.clock,
            has_time=lambda: self.remaining() >= TIME_TO_READ,
            remaining=self.remaining,
            log=self.log,
        )


def _unproven(looked: LogWindow) -> tuple[Unknown, ...]:
    listed = tuple(
        Unknown(
            fact=f"which key {record.caller.label} meant with {record.operation}",
            why=f"record {record.event_id} is not a refusal by KMS: {record.why}",
        )
        for record in looked.unproven
    )
    return listed or (NEIGHBOR,)
