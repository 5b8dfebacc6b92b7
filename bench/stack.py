"""The investigator on a world in memory, whose every call is noted and takes its time."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from bench.storm import KEY
from reprieve.cases.bookmark import Bookmark
from reprieve.cases.due import NoticeRules
from reprieve.cases.store import CaseStore
from reprieve.investigate.investigator import Investigator
from reprieve.ports import LogLine, LogPage
from tests.fakes import (
    FakeClock,
    FakeHistory,
    FakeKms,
    FakeLog,
    FakeQueue,
    FakeTable,
    Here,
    facts_from,
)

LOG_GROUP: Final = "trail"
PAGE_BYTES: Final = 1_000_000
ALARM: Final = "KMSKeyPendingDeletionErrorAlarm"
TICK: Final = {"source": "aws.scheduler"}

Read = Callable[[datetime, datetime], Iterator[LogLine]]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of AWS, with the seconds at which it began and ended."""

    name: str
    start: float
    end: float


@dataclass(slots=True)
class Calls:
    """All calls, in the order in which they ended; `wait` is what each of them takes."""

    wait: Callable[[], None]
    made: list[Call] = field(default_factory=list)

    def make(self, name: str, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        """Make a call."""
        start = time.perf_counter()
        self.wait()
        try:
            return act(*arguments, **named)
        finally:
            self.made.append(Call(name, start, time.perf_counter()))

    def of(self, there: object) -> Any:  # noqa: ANN401 - it stands for whatever port it is given
        """Return a stand-in for an adapter, each method of which is one call."""
        return _Noted(there, self)


@dataclass(frozen=True, slots=True)
class _Noted:
    there: object
    calls: Calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        act = getattr(self.there, name)
        return lambda *arguments, **named: self.calls.make(name, act, *arguments, **named)


@dataclass(slots=True)
class Logs:
    """A log group that makes its lines while they are read.

    Attributes:
        lines: The lines of a window.
        turn: What each page takes.
        empty_pages: How many pages without a line come before each one with lines.
        pages: How many pages were read.
    """

    lines: Read
    turn: Callable[[], None] = lambda: None
    empty_pages: int = 0
    pages: int = 0

    def read(self, start: datetime, end: datetime, _pattern: str, token: str = "") -> Iterator[LogPage]:
        """Yield the pages of a window, from the one that a token leads to."""
        for number, lines in enumerate(self._pages(start, end)):
            if number >= int(token or 0):
                self.pages += 1
                self.turn()
                yield LogPage(lines or (), "" if lines is None else str(number + 1))

    def _pages(self, start: datetime, end: datetime) -> Iterator[Sequence[LogLine] | None]:
        """Yield pages of `PAGE_BYTES`, empty ones before them, and None for the last."""
        page, size = list[LogLine](), 0
        for line in self.lines(start, end):
            if size + len(line.message) > PAGE_BYTES:
                yield from ((),) * self.empty_pages
                yield page
                page, size = [], 0
            page.append(line)
            size += len(line.message)
        yield from ((),) * self.empty_pages
        yield page
        yield None


@dataclass(slots=True)
class Stack:
    """The investigator, and the world around it."""

    clock: FakeClock
    logs: Logs
    calls: Calls = field(default_factory=lambda: Calls(lambda: None))
    pool: Executor = field(default_factory=Here)
    lookups: Executor = field(default_factory=Here)
    remaining: Callable[[], float] = lambda: 200.0
    log: FakeLog = field(default_factory=FakeLog)
    queue: FakeQueue = field(default_factory=FakeQueue)
    kms: FakeKms | None = None
    store: CaseStore = field(default_factory=lambda: CaseStore(FakeTable()))

    def read_until(self, moment: datetime) -> None:
        """Set the bookmark, as an earlier run has left it."""
        self.store.move_bookmark(LOG_GROUP, Bookmark(settled_until=moment))

    def settled_until(self) -> datetime:
        """Return up to when the log group has been read for good, once a bookmark has been set."""
        settled_until = self.store.bookmark(LOG_GROUP).settled_until
        if settled_until is None:
            raise AssertionError("there is no bookmark")
        return settled_until

    def run(self, event: dict[str, Any] | None = None) -> None:
        """Run one invocation."""
        if self.kms is None:
            self.kms = FakeKms(self.clock)
            self.kms.add(KEY, days=6)
        Investigator(
            log_group=LOG_GROUP,
            alarm_name=ALARM,
            account=KEY.account,
            region=KEY.region,
            rules=NoticeRules(),
            logs=self.logs,
            facts=replace(
                facts_from(self.calls.of(self.kms), history=self.calls.of(FakeHistory()), clock=self.clock),
                pool=self.lookups,
            ),
            store=CaseStore(self.calls.of(self.store.table)),
            queue=self.calls.of(self.queue),
            pool=self.pool,
            clock=self.clock,
            sleep=self.clock.sleep,
            remaining=self.remaining,
            log=self.log,
        ).run(event or TICK)
