"""What a reading of the log group, and a look at KMS, do to a case: from one value to the next."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases import Case, Closure, Counts, Ending, ScheduledBy
from reprieve.records import Change, KeyChange, Scheduling
from reprieve.tallies import Counted

DELETED_WITHIN: Final = timedelta(hours=24)
_SAME_DATE: Final = timedelta(minutes=2)  # between a record's own seconds and DescribeKey's DeletionDate
_ENDINGS: Final = {Change.CANCELLED: Ending.CANCELLED, Change.DELETED: Ending.DELETED}


def count(
    case: Case, minutes: Mapping[datetime, Counted], settle_until: datetime, read_until: datetime
) -> Case:
    """Return the case with what a reading of the log group found.

    Args:
        case: The case as it was.
        minutes: What was counted in each minute that was read, by the start of the minute.
            They must reach back at least to `case.settled_until`.
        settle_until: Minutes before this one are complete: no more lines of theirs are awaited.
        read_until: How far the log group was read. A reading that reached less far than
            one before it brings nothing new, and leaves the case as it is.
    """
    if read_until <= case.read_until:
        return case
    settle_until = max(settle_until, case.settled_until)
    fresh = sorted(minute for minute in minutes if minute >= case.settled_until)
    settled = case.settled.plus(minutes[minute] for minute in fresh if minute < settle_until)
    recent = Counts().plus(minutes[minute] for minute in fresh if minute >= settle_until)
    return replace(case, settled=settled, recent=recent, settled_until=settle_until, read_until=read_until)


def glimpse(case: Case, minutes: Mapping[datetime, Counted]) -> Case:
    """Return the case with what has been read of a window so far, for a first notice.

    Only the recent counts are touched, and they are made anew when the window is read to its end.
    """
    fresh = sorted(minute for minute in minutes if minute >= case.settled_until)
    return replace(case, recent=Counts().plus(minutes[minute] for minute in fresh))


def note_schedulings(case: Case, schedulings: Iterable[Scheduling]) -> Case:
    """Return the case with who scheduled it, where one of the records is of this very deletion."""
    for scheduling in schedulings:
        if case.deletion_date and abs(scheduling.deletion_date - case.deletion_date) < _SAME_DATE:
            return replace(case, scheduled_by=ScheduledBy(caller=scheduling.caller, at=scheduling.at))
    return case


def note_changes(case: Case, changes: Iterable[KeyChange]) -> Case:
    """Return the case, closed if one of the records is of its end, and not of before its beginning."""
    since = case.scheduled_by.at if case.scheduled_by else None
    for change in changes:
        ending = _ENDINGS.get(change.change)
        if case.closure is None and ending and (since is None or change.at >= since):
            case = replace(case, closure=Closure(how=ending, at=change.at, by=change.caller))
    return case


def note_state(case: Case, state: str | None, now: datetime, patience: timedelta) -> Case:
    """Return the case, closed if KMS shows that it is over and no record will tell who saw to it.

    Source: KMS developer guide, "Deleting AWS KMS keys": a key is gone up to 24 hours after the date.

    Args:
        case: The case, with the key as it was last looked up.
        state: The key's state as it was looked up just now; None if it could not be read.
        now: The present.
        patience: How long a record may be under way.
    """
    if case.closure:
        return case
    if state is None:
        is_gone = case.deletion_date is not None and now >= case.deletion_date + DELETED_WITHIN
        return replace(case, closure=Closure(how=Ending.DELETED, at=now)) if is_gone else case
    if case.key.is_pending and case.key.deletion_date == case.deletion_date:
        return replace(case, not_pending_since=None)
    since = case.not_pending_since or now
    if now - since < patience:
        return replace(case, not_pending_since=since)
    return replace(case, closure=Closure(how=Ending.CANCELLED, at=since))
