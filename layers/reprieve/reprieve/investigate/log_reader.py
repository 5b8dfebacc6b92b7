"""Reads what the log group got since the bookmark: a stream that looks at the time with every page.

The bookmark runs on the log's own clock. Minutes are counted for good once no late line of theirs is awaited;
what was read of later ones is only for a first look, and is read again.
A backlog is read in one stream, with a bookmark for every `STEP` of the log. Where time runs out,
all whole minutes are kept; where not one was read, for CloudWatch Logs searches long and finds little,
the next run goes on within the same question.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.bookmark import Bookmark, ReadOn
from reprieve.cases.due import NoticeRules
from reprieve.cases.store import CaseStore
from reprieve.clock import MINUTE, Clock, to_minute
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.cloudtrail.record import READ_PATTERN
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, ConflictError, TooMuchError
from reprieve.investigate.case_updates import CaseUpdater
from reprieve.investigate.log_window import LogWindow
from reprieve.investigate.update import ReadWindow
from reprieve.ports import Log, LogPage, LogReader
from reprieve.ports.log_messages import READ_LOG_GROUP

LATENESS: Final = timedelta(minutes=15)
"""How long after its own timestamp a line may appear in the log group, and still be counted."""

COPIES_APART: Final = timedelta(minutes=15)
"""How far apart the copies of one request may be delivered, and still count once."""

STEP: Final = timedelta(minutes=5)
"""How much of a backlog is read before what was found is stored, and the bookmark moved."""

BACKLOG: Final = timedelta(minutes=30)
"""With a bookmark older than this, what is going on now is looked at first."""

HELD_FOR: Final = timedelta(hours=4)
"""How long the bookmark waits for a key whose case can't be stored, or for a minute that is more than a run
can read; people are notified meanwhile."""

GLANCE_SECONDS: Final = 20.0
"""How long this look may take."""

STORM: Final = 50_000
"""With more lines than this in one run, or more than there is time for, minutes are settled as soon
as they are read, because there is no time to read them again: a late line is not counted then."""

TOKEN_LIFE: Final = timedelta(hours=20)
"""How long a page's token is used; source: CloudWatch Logs API reference, FilterLogEvents: 24 hours."""

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_BAD_PARAMETER: Final = "InvalidParameterException"


@dataclass(slots=True)
class _Pages:
    """The tokens that led to the pages which may have to be read again, with the time of their last line."""

    token: str
    _seen: deque[tuple[str, datetime]] = field(default_factory=deque)

    def took(self, page: LogPage, last_at: datetime) -> None:
        self._seen.append((self.token, last_at))
        self.token = page.token

    def settled(self, until: datetime) -> None:
        while self._seen and self._seen[0][1] < until:
            self._seen.popleft()

    def before(self, moment: datetime) -> str:
        """Return the token of the first page with a line at `moment` or later; else of the page to come."""
        return next((token for token, last_at in self._seen if last_at >= moment), self.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupReading:
    """The log group, read from the bookmark on.

    Attributes:
        log_group: Its name.
        lines: What reads its lines.
        has_time: Whether another page may be read.
        remaining: How many seconds this invocation has left.
    """

    log_group: str
    logs: LogReader
    lines: LineReader
    store: CaseStore
    updater: CaseUpdater
    rules: NoticeRules
    clock: Clock
    has_time: Callable[[], bool]
    remaining: Callable[[], float]
    log: Log

    def read_on(self, wanted_from: datetime) -> LogWindow:
        """Read from the bookmark to the present; return what was read last.

        Without a bookmark, what was delivered since `wanted_from` is read.

        Raises:
            AwsError: the log group or the bookmark is out of reach.
            TooMuchError: one minute of the log group is more than can be read in one invocation.
        """
        is_first = True
        while True:
            bookmark, now = self.store.bookmark(self.log_group), self.clock()
            start = self._start(bookmark, wanted_from, now)
            if is_first and now - start > BACKLOG:
                self._glance(start, now)
            is_first = False
            window, reached = self._read(bookmark, start, now)
            if reached >= now or not self.has_time():
                if reached < now:
                    self.log.warning(
                        "Ran out of time; the next run does the rest", read_until=reached.isoformat()
                    )
                return window

    def look(self, start: datetime, end: datetime) -> tuple[LogWindow, bool]:
        """Read a window, as far as there is time, and change nothing; return also whether that was all."""
        window = self._new_window()
        for page in self.logs.read(start, end, READ_PATTERN):
            window.take_lines(page.lines)
            if page.token and not self.has_time():
                return window, False
        return window, True

    def _start(self, bookmark: Bookmark, wanted_from: datetime, now: datetime) -> datetime:
        """Return from which minute on lines are counted: never one to come, where a clock was ahead."""
        latest = to_minute(now - LATENESS)
        return min(bookmark.settled_until or to_minute(min(wanted_from, latest)), latest)

    def _glance(self, start: datetime, now: datetime) -> None:
        """Before a backlog is worked off, notify people of what is going on now."""
        until = self.remaining() - GLANCE_SECONDS
        window = self._new_window()
        for page in self.logs.read(max(start, now - LATENESS), now, READ_PATTERN):
            window.take_lines(page.lines)
            if not self.has_time() or self.remaining() < until:
                break
        self._keep(window, ReadWindow(start, start, start, is_whole=False), window.keys)

    def _read(self, bookmark: Bookmark, start: datetime, now: datetime) -> tuple[LogWindow, datetime]:
        """Read one question's pages, store what they hold, move the bookmark; return how far that is."""
        question = self._question(bookmark, start, now)
        window, pages, settled = self._new_window(), _Pages(question.token), start
        seen: set[KeyArn] = set()
        try:
            for page in self.logs.read(question.start, question.end, READ_PATTERN, question.token):
                window.take_lines(page.lines)
                pages.took(page, page.lines[-1].timestamp if page.lines else EARLIEST)
                whole = to_minute(window.last_at or start)
                if now - start > BACKLOG and settled + STEP <= whole <= to_minute(now - LATENESS):
                    settled = self._checkpoint(window, settled, whole)
                    pages.settled(settled)
                if page.token and not self.has_time():
                    return window, self._broken_off(window, question, pages, (start, settled))
                new = [key for key in window.minutes if key not in seen]
                if page.token and new:
                    seen.update(new)
                    self._keep(window, ReadWindow(settled, settled, settled, is_whole=False), new)
        except AwsError as error:
            if question.token and error.code == _BAD_PARAMETER:
                self._move(settled_until=settled)
            raise
        self._note_reading(window, question)
        is_storm = window.lines > STORM
        complete = question.end if is_storm else min(question.end, now - LATENESS)
        settle = max(settled, to_minute(complete))
        if self._keep(window, ReadWindow(settled, settle, question.end), window.keys):
            self._move(settled_until=settle, copies_from=settle if is_storm else None)
        else:
            self._ask_anew()
        return window, question.end

    def _question(self, bookmark: Bookmark, start: datetime, now: datetime) -> ReadOn:
        """Return what to ask: the rest of what an earlier run could not finish, or all up to the present."""
        begun = bookmark.read_on
        if begun and now - begun.at < TOKEN_LIFE and begun.end <= now:
            return begun
        return ReadOn(
            start=max(start - COPIES_APART, bookmark.copies_from or EARLIEST), end=now, token="", at=now
        )

    def _checkpoint(self, window: LogWindow, settled: datetime, whole: datetime) -> datetime:
        """Store the whole minutes that were read of a backlog; return up to where that is done."""
        span = ReadWindow(settled, whole, window.last_at or whole)
        if not self._keep(window, span, window.keys):
            return settled
        window.drop_before(whole)
        self._move(settled_until=whole)
        return whole

    def _broken_off(
        self, window: LogWindow, question: ReadOn, pages: _Pages, done: tuple[datetime, datetime]
    ) -> datetime:
        """Store what was read when time ran out, and where to go on; return up to where that is done.

        Raises:
            TooMuchError: not a whole minute was read, and no page that need not be read again.
        """
        began, settled = done
        whole = max(settled, to_minute(window.last_at or settled))
        token = pages.before(whole)
        if token == question.token:
            self._glance(whole + MINUTE, self.clock())
            if whole == began:
                self._stuck(window, settled)
                raise TooMuchError(window.lines)
        self._note_reading(window, question)
        if self._keep(window, ReadWindow(settled, whole, window.last_at or whole), window.keys):
            read_on = replace(question, token=token, at=self.clock()) if token else None
            self._move(settled_until=whole, copies_from=whole, read_on=read_on)
        return whole

    def _stuck(self, window: LogWindow, minute: datetime) -> None:
        """Store what was read of a minute that is too much; after a while, go on behind it without the rest.

        Anyone who writes into the log group can write such a minute, which would stop the reading for good.
        """
        bookmark, now = self.store.bookmark(self.log_group), self.clock()
        since = bookmark.stuck_since or now
        if now - since <= HELD_FOR:
            self._keep(window, ReadWindow(minute, minute, minute, is_whole=False), window.keys)
            self._store(bookmark, replace(bookmark, stuck_since=since))
            return
        behind = minute + MINUTE
        self._keep(window, ReadWindow(minute, behind, behind), window.keys)
        self._move(settled_until=behind, copies_from=behind, stuck_since=since)
        self.log.error(
            "Skipped the rest of a minute that is more than a run can read", minute=minute.isoformat()
        )

    def _keep(self, window: LogWindow, span: ReadWindow, keys: Collection[KeyArn]) -> bool:
        """Store what was read; return whether the bookmark may pass it."""
        unfinished = self.updater.unfinished
        unfinished.is_held = False
        self.updater.keep(window, span, keys)
        return not unfinished.is_held or self._has_waited()

    def _has_waited(self) -> bool:
        """Return whether what could not be stored was tried for so long that the rest must go on."""
        bookmark, now = self.store.bookmark(self.log_group), self.clock()
        since = bookmark.held_since or now
        self._store(bookmark, replace(bookmark, held_since=since))
        return now - since > HELD_FOR

    def _move(
        self,
        *,
        settled_until: datetime,
        copies_from: datetime | None = None,
        read_on: ReadOn | None = None,
        stuck_since: datetime | None = None,
    ) -> None:
        bookmark = self.store.bookmark(self.log_group)
        moved = replace(
            bookmark,
            settled_until=max(settled_until, bookmark.settled_until or settled_until),
            copies_from=copies_from or bookmark.copies_from,
            read_on=read_on,
            stuck_since=stuck_since,
            held_since=bookmark.held_since if self.updater.unfinished.is_held else None,
        )
        self._store(bookmark, moved)

    def _ask_anew(self) -> None:
        """Let the next question reach to the present, where a key that can't be stored holds the bookmark."""
        bookmark = self.store.bookmark(self.log_group)
        self._store(bookmark, replace(bookmark, read_on=None))

    def _store(self, before: Bookmark, after: Bookmark) -> None:
        if after == before:
            return
        try:
            self.store.move_bookmark(self.log_group, after)
        except ConflictError:
            self.log.info("Another run moved the bookmark")

    def _new_window(self) -> LogWindow:
        return LogWindow(reader=self.lines, ignores=self.rules.ignores_caller)

    def _note_reading(self, window: LogWindow, question: ReadOn) -> None:
        self.log.info(
            READ_LOG_GROUP,
            start=question.start.isoformat(),
            end=question.end.isoformat(),
            lines=window.lines,
            keys=len(window.keys),
            unproven=window.unproven_lines,
            skipped=dict(window.skipped),
        )
