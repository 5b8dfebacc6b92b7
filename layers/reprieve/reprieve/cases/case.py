"""A case: one key and one scheduled deletion of it.

What the log group holds is counted by whole minutes of its own clock, the time of delivery.
A case is `settled` up to a minute: what was delivered before it is added up for good.
What came after it is `recent`, and is counted again whenever the log group is read,
so that reading a window twice, or by two invocations at once, changes nothing.
"""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key, Unknown
from reprieve.cases.minute_counts import Counted
from reprieve.cases.tallies import total
from reprieve.cases.timeline import Timeline
from reprieve.cases.usage import Uses
from reprieve.clock import rfc3339
from reprieve.cloudtrail.caller import Caller
from reprieve.dataclass import dataclass

UNKNOWN_DATE: Final = "unknown"
NOTICES_REMEMBERED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledBy:
    """Who scheduled the deletion, and when."""

    caller: Caller
    at: datetime


class Ending(StrEnum):
    """How a case ends."""

    CANCELLED = "cancelled"
    DELETED = "deleted"
    CONTINUED = "continued"
    """Its date became known, or its key was found under another case: that case goes on with its counts."""
    ABSENT = "absent"
    """KMS knows no such key, long before its date."""
    UNKNOWN = "unknown"
    """KMS could not be asked, and no deletion takes as long as this one would have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The end of a case.

    Attributes:
        how: How it ended.
        at: When; if no record says so, when KMS first said so.
        by: Who ended it; None if no record says so.
        confirmed: Whether KMS was asked and says the same; else only CloudTrail or the calendar does.
        scheduled_again: The new deletion date, if KMS says that the key was scheduled again.
    """

    how: Ending
    at: datetime
    by: Caller | None = None
    confirmed: bool = True
    scheduled_again: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """What people have been notified of in a case.

    Attributes:
        notices: How many notices there were.
        last_at: When the last one was decided.
        in_use: Whether they know that the key is in use.
        uses: How many uses the last notice reported.
        callers: Hashes of the callers that they know of.
        resources: Hashes of the resources that they know of.
        new_callers_at: When they were recently notified of new callers.
        management_callers: Hashes of those who made management calls that they know of.
        hours_left: The nearest of the hours before the deletion at which they have been told.
        scheduled: Whether they know who scheduled the deletion.
        cancelled: Whether they know that the deletion was cancelled.
        lately: When the latest notices were decided, `NOTICES_REMEMBERED` of them at the most.
    """

    notices: int = 0
    last_at: datetime | None = None
    in_use: bool = False
    uses: int = 0
    callers: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    new_callers_at: tuple[datetime, ...] = ()
    management_callers: tuple[str, ...] = ()
    hours_left: int | None = None
    scheduled: bool = False
    cancelled: bool = False
    lately: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Uses and management calls, apart, and when the uses were."""

    uses: Uses = field(default_factory=Uses)
    management_calls: Uses = field(default_factory=Uses)
    timeline: Timeline = field(default_factory=Timeline)

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sum of this and of what came later."""
        return Counts(
            uses=total((self.uses, other.uses)),
            management_calls=total((self.management_calls, other.management_calls)),
            timeline=self.timeline + other.timeline,
        )

    def plus(self, minutes: Iterable[Counted]) -> "Counts":
        """Return the sum of this and of single minutes, in their order."""
        minutes = tuple(minutes)
        return Counts(
            uses=total((self.uses, *(minute.uses.uses() for minute in minutes))),
            management_calls=total(
                (self.management_calls, *(minute.management_calls.uses() for minute in minutes))
            ),
            timeline=sum((minute.timeline for minute in minutes), self.timeline),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One key and one scheduled deletion of it.

    Attributes:
        key: The key as it was last looked up.
        deletion_date: When it is to be deleted; None where that could not be read.
        opened_at: When the case was opened.
        settled_until: Log minutes before this one are counted for good.
        read_until: Up to when the log group had been read when the counts were made.
        settled: What was counted in minutes before `settled_until` while KMS called the key pending.
        unanswered: What was counted in such minutes while KMS could not be asked. It may belong to a later
            deletion of the same key, and goes there if KMS reports one.
        recent: What was counted from then up to `read_until`.
        is_glimpsed: Whether what is recent is of a window that was not read to its end, and is read again.
        notified: What people have been notified of.
        unknown: Facts about the key that could not be looked up.
        scheduled_by: Who scheduled the deletion, where the log group says.
        decision: What a person decided on the page.
        closure: How it ended.
        cancel_reported: The cancellation that CloudTrail reports, while KMS has not been asked since.
        not_pending_since: Since when KMS does not call the key pending any more, and no record says why.
        unanswered_since: Since when KMS could not be asked.
        answered_until: The first minute that was not read while KMS still answered; None while it does.
        previous: The id of the key's case before this one.
        number: Which of the key's cases it is, by the order in which they were opened.
        is_trimmed: Whether details were left out because the case would have been too large to store.
        version: How often the case has been written.
    """

    key: Key
    deletion_date: datetime | None
    opened_at: datetime
    settled_until: datetime
    read_until: datetime
    settled: Counts = field(default_factory=Counts)
    unanswered: Counts = field(default_factory=Counts)
    recent: Counts = field(default_factory=Counts)
    is_glimpsed: bool = False
    notified: Notified = field(default_factory=Notified)
    unknown: tuple[Unknown, ...] = ()
    scheduled_by: ScheduledBy | None = None
    decision: Decision | None = None
    closure: Closure | None = None
    cancel_reported: Closure | None = None
    not_pending_since: datetime | None = None
    unanswered_since: datetime | None = None
    answered_until: datetime | None = None
    previous: str | None = None
    number: int = 1
    is_trimmed: bool = False
    version: int = 0

    @property
    def name(self) -> str:
        """What distinguishes it from the key's other cases: its date; if it has none, a day and a number.

        Two runs that open one at the same time give it the same name, so that one of them has to look again.
        """
        if self.deletion_date:
            return rfc3339(self.deletion_date)
        return f"{UNKNOWN_DATE}-{self.opened_at:%Y-%m-%d}-{self.number}"

    @property
    def id(self) -> str:
        """The key ARN and the name: a key that is scheduled again is another case."""
        return f"{self.key.arn}@{self.name}"

    @property
    def is_kept(self) -> bool:
        """Whether someone decided that the deletion is intentional, and muted the notices."""
        return self.decision is not None and self.decision.choice is Choice.KEEP

    def is_known_to_be_off(self, since: datetime) -> bool:
        """Return whether people have heard, since a time, that the deletion is off."""
        is_cancelled = self.closure is not None and self.closure.how is Ending.CANCELLED
        heard_at = self.notified.last_at if is_cancelled and self.notified.cancelled else None
        return heard_at is not None and heard_at >= since

    @property
    def counts(self) -> Counts:
        """All that has been counted."""
        return self.settled + self.unanswered + self.recent

    @property
    def uses(self) -> Uses:
        """All uses that have been counted."""
        return total(each.uses for each in (self.settled, self.unanswered, self.recent))

    @property
    def timeline(self) -> Timeline:
        """When all uses were."""
        return self.counts.timeline

    @property
    def management_calls(self) -> Uses:
        """All management calls that have been counted."""
        return self.counts.management_calls


def case_id(key: KeyArn, deletion_date: datetime) -> str:
    """Return the id of the case of a key and one scheduled deletion of it."""
    return f"{key}@{rfc3339(deletion_date)}"


def open_case(key: Key, now: datetime, settled_until: datetime) -> Case:
    """Return a new case of `key`, in which nothing has been counted yet."""
    return Case(
        key=key,
        deletion_date=key.deletion_date,
        opened_at=now,
        settled_until=settled_until,
        read_until=settled_until,
    )
