"""How far the log group has been read."""

from datetime import datetime

from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOn:
    """Where a reading was interrupted: the question, and the token of the next page."""

    start: datetime
    end: datetime
    token: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """How far a log group has been read: minutes before `settled_until` are never read again.

    `no_event_told_at` is when people were last notified of an alarm that no record explains.
    `copies_from` is set by a storm: what was delivered before it is not searched for copies again.
    `read_on` is set if a run had to stop within a question that CloudWatch Logs takes long to answer.
    `stuck_since` is set while the minute after `settled_until` is more than a run can read.
    `held_since` is set while a key that was read can't be stored.
    """

    settled_until: datetime | None = None
    copies_from: datetime | None = None
    no_event_told_at: datetime | None = None
    read_on: ReadOn | None = None
    stuck_since: datetime | None = None
    held_since: datetime | None = None
    version: int = 0
