"""A reading: what a stretch of CloudTrail records comes to, by key and minute, while it streams past."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, assert_never

from reprieve.arn import KeyArn
from reprieve.clock import to_minute
from reprieve.ports import LogLine
from reprieve.records import KeyChange, KeyUse, Passed, Scheduling, Unnamed
from reprieve.records import Reading as Record
from reprieve.records.alike import LineReader
from reprieve.tallies import Counted, Requests

_UNNAMED_LISTED: Final = 5
_SCHEDULINGS_LISTED: Final = 20


def _minutes() -> dict[datetime, Counted]:
    return defaultdict(Counted)


@dataclass(slots=True)
class Reading:
    """What has been read so far. It grows with keys, callers and minutes, not with records.

    Attributes:
        minutes: For each key, what was counted in each minute of delivery.
        schedulings: For each key, who scheduled it for deletion: the latest few.
        changes: For each key, who cancelled that, or enabled it, or that it was deleted: the latest few.
        unnamed: The first few refused requests whose records name no key.
        passed: How many lines were passed over, and why.
        lines: How many lines were read.
        last_at: When the last of them was delivered.
    """

    minutes: dict[KeyArn, dict[datetime, Counted]] = field(default_factory=lambda: defaultdict(_minutes))
    schedulings: dict[KeyArn, list[Scheduling]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[KeyArn, list[KeyChange]] = field(default_factory=lambda: defaultdict(list))
    unnamed: list[Unnamed] = field(default_factory=list)
    passed: Counter[Passed] = field(default_factory=Counter)
    lines: int = 0
    last_at: datetime | None = None
    _requests: Requests = field(default_factory=Requests)
    _reader: LineReader = field(default_factory=LineReader)

    def take_lines(self, lines: Iterable[LogLine]) -> None:
        """Take in the events of a log group."""
        for line in lines:
            self.lines += 1
            self.last_at = line.timestamp
            self.take(self._reader.read(line.message, line.timestamp))

    def take(self, record: Record) -> None:
        """Take in one record."""
        match record:
            case KeyUse():
                self._requests.count(record, self.minutes[record.key][to_minute(record.delivered_at)])
            case Scheduling():
                self.schedulings[record.key] = [*self.schedulings[record.key], record][-_SCHEDULINGS_LISTED:]
            case KeyChange():
                self.changes[record.key] = [*self.changes[record.key], record][-_SCHEDULINGS_LISTED:]
            case Unnamed():
                self.unnamed = [*self.unnamed, record][:_UNNAMED_LISTED]
            case Passed():
                self.passed[record] += 1
            case _:
                assert_never(record)

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
