"""A window of the log group: what its CloudTrail records come to, by key and minute, as they stream past."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Final, TypeVar

from reprieve.arn import KeyArn
from reprieve.cases.minute_counts import Counted, Requests
from reprieve.clock import to_minute
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyChange, KeyUse, Scheduling, Skipped, Unproven
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.cloudtrail.record import ParsedRecord
from reprieve.dataclass import dataclass
from reprieve.ports import LogLine

_UNPROVEN_LISTED: Final = 5
_SCHEDULINGS_LISTED: Final = 20
_CHANGES_LISTED: Final = 20
DISMISSED_REMEMBERED: Final = 100_000
SESSIONS_SHARED: Final = 1_000
"""How many ignored sessions are made once for all of their requests."""

KEYS_KEPT: Final = 20_000
RECORDS_KEPT: Final = 20_000
"""How many keys may have uses at a time, and how many records may say who scheduled or changed one.

Anyone who writes into the log group can name any number of keys, and the memory is limited.
"""


_Record = TypeVar("_Record", Scheduling, KeyChange)


def _minutes() -> dict[datetime, Counted]:
    return defaultdict(Counted)


@dataclass(slots=True)
class LogWindow:
    """What has been read so far. It grows with keys, callers and minutes, not with records.

    Attributes:
        minutes: For each key, what was counted in each minute of delivery.
        schedulings: For each key, who scheduled it for deletion: the latest few.
        changes: For each key, who cancelled that, or enabled it, or that it was deleted: the latest few
            of each.
        unproven: The first few records that look like a refusal and are none that KMS wrote.
        skipped: How many lines were skipped, and why.
        lines: How many lines were read.
        unproven_lines: How many of these there were.
        last_at: When the last of them was delivered.
        reader: What reads the lines.
        ignores: Whether a caller never triggers a notice; it is counted apart from the sessions that do.
    """

    minutes: dict[KeyArn, dict[datetime, Counted]] = field(default_factory=lambda: defaultdict(_minutes))
    schedulings: dict[KeyArn, list[Scheduling]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[KeyArn, list[KeyChange]] = field(default_factory=lambda: defaultdict(list))
    unproven: list[Unproven] = field(default_factory=list)
    unproven_lines: int = 0
    skipped: Counter[Skipped] = field(default_factory=Counter)
    lines: int = 0
    last_at: datetime | None = None
    reader: LineReader = field(default_factory=LineReader)
    ignores: Callable[[Caller], bool] = lambda _: False
    _dismissed: dict[KeyArn, None] = field(default_factory=dict)
    _apart: dict[str, Caller] = field(default_factory=dict)
    _requests: Requests = field(default_factory=Requests)
    _records: int = 0

    def take_lines(self, lines: Iterable[LogLine]) -> None:
        """Take in the events of a log group."""
        for line in lines:
            self.lines += 1
            self.last_at = line.timestamp
            self.take(self.reader.read(line.message, line.timestamp))

    def take(self, record: ParsedRecord) -> None:
        """Take in one record."""
        match record:
            case KeyUse():
                self._take_use(record)
            case Scheduling():
                listed = [*self.schedulings.get(record.key, ()), record]
                self._take_record(self.schedulings, record.key, listed[-_SCHEDULINGS_LISTED:])
            case KeyChange():
                changes = _with(self.changes.get(record.key, []), record)
                self._take_record(self.changes, record.key, changes)
            case Unproven():
                self.unproven = [*self.unproven, record][:_UNPROVEN_LISTED]
                self.unproven_lines += 1
            case _:
                self.skipped[record] += 1

    def _take_use(self, use: KeyUse) -> None:
        if use.key in self._dismissed or not self._has_room(use.key):
            return
        if use.caller.principal and self.ignores(use.caller):
            use = replace(use, caller=self._set_apart(use.caller))
        self._requests.count(use, self.minutes[use.key][to_minute(use.delivered_at)])

    def _take_record(self, kept: dict[KeyArn, list[_Record]], key: KeyArn, listed: list[_Record]) -> None:
        """Keep what is listed of a key now, if that is no more than before or there is room for one more."""
        more = len(listed) - len(kept.get(key, ()))
        if more and self._records >= RECORDS_KEPT:
            self._skip()
            return
        self._records += more
        kept[key] = listed

    def _has_room(self, key: KeyArn) -> bool:
        """Return whether uses of a key may be kept."""
        return key in self.minutes or len(self.minutes) < KEYS_KEPT or self._skip()

    def _skip(self) -> bool:
        self.skipped[Skipped.TOO_MANY_KEYS] += 1
        return False

    def _set_apart(self, caller: Caller) -> Caller:
        """Return an ignored session, which does not share a place with sessions of its role that are not."""
        apart = self._apart.get(caller.id) or replace(caller, principal=f"{caller.principal} (ignored)")
        if len(self._apart) < SESSIONS_SHARED:
            self._apart[caller.id] = apart
        return apart

    def dismiss(self, keys: Iterable[KeyArn]) -> None:
        """Forget keys that KMS does not call pending, and skip what else is read of them."""
        for key in keys:
            for found in (self.minutes, self.schedulings, self.changes):
                found.pop(key, None)
            if len(self._dismissed) < DISMISSED_REMEMBERED:
                self._dismissed[key] = None
        self._recount()

    def drop_before(self, minute: datetime) -> None:
        """Forget the minutes before one, which are stored, and the keys of which nothing is left."""
        for key, minutes in list(self.minutes.items()):
            for each in [each for each in minutes if each < minute]:
                del minutes[each]
            if not minutes:
                del self.minutes[key]
        self.schedulings.clear()
        self.changes.clear()
        self._recount()

    def _recount(self) -> None:
        """Find out how much is kept, as some of it has been dropped."""
        counted = (each for minutes in self.minutes.values() for each in minutes.values())
        self._requests.kept = sum(each.kept for each in counted)
        schedulings = sum(map(len, self.schedulings.values()))
        self._records = schedulings + sum(map(len, self.changes.values()))

    @property
    def keys(self) -> tuple[KeyArn, ...]:
        """The keys that anything was read of, in order."""
        return tuple(dict.fromkeys((*self.minutes, *self.schedulings, *self.changes)))

    def of(self, key: KeyArn) -> Mapping[datetime, Counted]:
        """Return what was counted for one key."""
        return self.minutes.get(key, {})

    def found_since(self, moment: datetime) -> bool:
        """Return whether a refused request that names its key was delivered at `moment` or later."""
        start = to_minute(moment)
        return any(minute >= start for minutes in self.minutes.values() for minute in minutes)


def _with(changes: list[KeyChange], new: KeyChange) -> list[KeyChange]:
    """Return the changes with a new one: many of one kind push out none of another."""
    same = [each for each in changes if each.change is new.change]
    others = [each for each in changes if each.change is not new.change]
    return [*others, *[*same, new][-_CHANGES_LISTED:]]
