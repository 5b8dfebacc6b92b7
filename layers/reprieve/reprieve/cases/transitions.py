"""What a reading of the log group, and KMS' answer, do to a case: from one value to the next.

KMS' answer, asked after the records were read, outranks every record: a record says who did something
and when, KMS says what holds. What only a record says is kept as reported, until KMS answers, or has not
answered for a while.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.case import Case, Closure, Counts, Ending, ScheduledBy
from reprieve.cases.key import KmsAnswer
from reprieve.cases.minute_counts import Counted
from reprieve.clock import to_minute
from reprieve.cloudtrail.key_use import KeyChange, KeyEvent, Scheduling

DELETED_WITHIN: Final = timedelta(hours=24)
"""How long after its date KMS may delete a key; source: KMS developer guide, "Deleting AWS KMS keys"."""

LONGEST_DELETION: Final = timedelta(days=31)
"""The longest waiting period, and a day: a case without a date is over after that."""

CANCEL_RECORD_DELAY: Final = timedelta(minutes=15)
"""How long the record that says who cancelled a deletion may be under way."""

SETTLING: Final = timedelta(minutes=5)
"""How long after a cancellation KMS may still show the state before it."""

ANSWER_DELAY: Final = timedelta(minutes=10)
"""How long KMS' answer is waited for, before people are told what only CloudTrail says."""

_DAY: Final = timedelta(days=1)
_SAME_DATE: Final = timedelta(minutes=2)  # between a record's own seconds and DescribeKey's DeletionDate


def count(
    case: Case,
    minutes: Mapping[datetime, Counted],
    settle_until: datetime,
    read_until: datetime,
    *,
    is_answered: bool = True,
) -> Case:
    """Return the case with what a reading of the log group found.

    Args:
        case: The case as it was.
        minutes: What was counted in each minute that was read, by the start of the minute.
            They must reach back at least to `case.settled_until`.
        settle_until: Minutes before this one are complete: no more lines of theirs are awaited.
        read_until: How far the log group was read. A reading that neither reached further than one
            before it nor settles more brings nothing new, and leaves the case as it is.
        is_answered: Whether KMS answers, or never does: else what was not read before this reading is counted
            apart, because the key may have been scheduled again since KMS last answered.
    """
    if read_until <= case.read_until and settle_until <= case.settled_until:
        return case
    settle_until = max(settle_until, case.settled_until)
    answered_until = case.answered_until
    if answered_until is None and case.version and not is_answered:
        answered_until = to_minute(case.read_until)
    is_sure_until = answered_until or settle_until
    fresh = sorted(minute for minute in minutes if minute >= case.settled_until)
    done = [minute for minute in fresh if minute < settle_until]
    return replace(
        case,
        settled=case.settled.plus(minutes[minute] for minute in done if minute < is_sure_until),
        unanswered=case.unanswered.plus(minutes[minute] for minute in done if minute >= is_sure_until),
        recent=Counts().plus(minutes[minute] for minute in fresh if minute >= settle_until),
        is_glimpsed=False,
        settled_until=settle_until,
        read_until=read_until,
        answered_until=answered_until,
    )


def glimpse(case: Case, minutes: Mapping[datetime, Counted]) -> Case:
    """Return the case with what has been read of a window so far, for a first notice.

    Only the recent counts change, and they are counted again when the window is read to its end.
    """
    fresh = sorted(minute for minute in minutes if minute >= case.settled_until)
    return replace(case, recent=Counts().plus(minutes[minute] for minute in fresh), is_glimpsed=True)


def cut(case: Case, minutes: Mapping[datetime, Counted], end: datetime, read_from: datetime) -> Case:
    """Return an earlier case as a later one of the key leaves it: minutes from `end` on are that one's."""
    if case.settled_until < read_from:  # what is recent is not read again, unless it was only glimpsed
        kept = Counts() if case.is_glimpsed else case.recent
        return replace(case, settled=case.settled + kept, recent=Counts(), is_glimpsed=False)
    end = max(end, case.settled_until)
    ours = sorted(minute for minute in minutes if case.settled_until <= minute < end)
    settled = case.settled.plus(minutes[minute] for minute in ours)
    return replace(case, settled=settled, recent=Counts(), settled_until=end, read_until=end)


def note_schedulings(case: Case, schedulings: Iterable[Scheduling]) -> Case:
    """Return the case with who scheduled it, where one of the records is of this very deletion.

    A key may be scheduled twice within the minutes that a record's date may be off: the nearest record stays.
    Of two that are as near, it is the one that was read first: a later one may be forged.
    """
    scheduling, known = of_deletion(schedulings, case.deletion_date), case.scheduled_by
    if scheduling is None or (known and _off(known.at, case) <= _off(scheduling.at, case)):
        return case
    return replace(case, scheduled_by=ScheduledBy(caller=scheduling.caller, at=scheduling.at))


def _off(scheduled_at: datetime, case: Case) -> timedelta:
    """Return how far a scheduling is from whole days before the deletion, which every waiting period has."""
    over = ((case.deletion_date or scheduled_at) - scheduled_at) % _DAY
    return min(over, _DAY - over)


def of_deletion(schedulings: Iterable[Scheduling], deletion_date: datetime | None) -> Scheduling | None:
    """Return the record of the scheduling of the deletion at a date: the nearest, if there are several."""
    if deletion_date is None:
        return None
    near = [each for each in schedulings if abs(each.deletion_date - deletion_date) < _SAME_DATE]
    return min(near, key=lambda each: abs(each.deletion_date - deletion_date), default=None)


def without_those_of(
    others: Iterable[Case], schedulings: Iterable[Scheduling], deletion_date: datetime | None
) -> tuple[Scheduling, ...]:
    """Return the records of schedulings that come no nearer to the date of another case than to this one."""
    if deletion_date is None:
        return tuple(schedulings)
    dates = [case.deletion_date for case in others if case.deletion_date]
    return tuple(
        each
        for each in schedulings
        if all(abs(each.deletion_date - deletion_date) <= abs(each.deletion_date - date) for date in dates)
    )


def note_changes(case: Case, changes: Iterable[KeyChange], now: datetime) -> Case:
    """Return the case with the latest cancellation that CloudTrail reports, if it can be of this deletion.

    It can't, if it came before the scheduling, or if KMS refused a use of the key after it.
    """
    since = _reported_since(case)
    for change in changes:
        reported = case.cancel_reported
        if (
            case.closure is None
            and change.change is KeyEvent.CANCELLED
            and (since is None or change.at >= since)
            and (reported is None or change.at > reported.at)
        ):
            closure = Closure(how=Ending.CANCELLED, at=min(change.at, now), by=change.caller)
            case = replace(case, cancel_reported=closure)
    return case


def _reported_since(case: Case) -> datetime | None:
    """Return since when a record of a cancellation can be of this deletion.

    Who lets a key be deleted does so on KMS' word that it is pending: older records are no news.
    """
    if case.decision and case.is_kept:
        return case.decision.at - SETTLING
    return case.scheduled_by.at if case.scheduled_by else None


def note_answer(case: Case, answer: KmsAnswer, now: datetime) -> Case:
    """Return the case as KMS' answer has it: open while KMS calls the key pending for its date.

    Args:
        case: The case.
        answer: What KMS says, asked after the records that the case holds were read.
        now: The present.
    """
    if not answer.is_answer:
        return _unanswered(case, answer, now)
    case = _answered(case)
    if answer.is_pending and answer.deletion_date == case.deletion_date:
        return replace(case, closure=None, cancel_reported=None, not_pending_since=None)
    if case.closure:
        return replace(case, closure=replace(case.closure, confirmed=True))
    closure = _ending(case, answer, now)
    return (
        _closed(case, closure) if closure else replace(case, not_pending_since=case.not_pending_since or now)
    )


def _answered(case: Case) -> Case:
    if case.unanswered_since is None and case.answered_until is None:
        return case
    return replace(
        case,
        settled=case.settled + case.unanswered,
        unanswered=Counts(),
        unanswered_since=None,
        answered_until=None,
    )


def _ending(case: Case, answer: KmsAnswer, now: datetime) -> Closure | None:
    """Return how a case ends whose deletion KMS does not know; None while the record of it is awaited."""
    reported, since = case.cancel_reported, case.not_pending_since or now
    if answer.is_pending:
        cancelled = reported or Closure(how=Ending.CANCELLED, at=now)
        return replace(cancelled, scheduled_again=answer.deletion_date)
    if answer.is_absent and case.deletion_date and now >= case.deletion_date:
        return Closure(how=Ending.DELETED, at=now)
    if reported and not answer.is_absent:
        return reported
    if now - since < CANCEL_RECORD_DELAY:
        return None
    return Closure(how=Ending.ABSENT if answer.is_absent else Ending.CANCELLED, at=since)


def credible_report(case: Case) -> Closure | None:
    """Return the cancellation that CloudTrail reports; None without one, or if a use was refused later."""
    reported, last_use = case.cancel_reported, case.uses.last_at
    return None if reported and last_use and last_use > reported.at else reported


def _unanswered(case: Case, answer: KmsAnswer, now: datetime) -> Case:
    """Return the case with what the calendar and CloudTrail say, once that is all there is."""
    if case.closure:
        return case
    since = case.unanswered_since or now
    case = replace(case, unanswered_since=since if answer.can_be_asked else None)
    over_at = case.deletion_date + DELETED_WITHIN if case.deletion_date else case.opened_at + LONGEST_DELETION
    if now >= over_at:
        how = Ending.DELETED if case.deletion_date else Ending.UNKNOWN
        return _closed(case, Closure(how=how, at=now, confirmed=False))
    reported = credible_report(case)
    if reported is None:
        return case
    if answer.can_be_asked and now - since < ANSWER_DELAY:
        return case
    return _closed(case, replace(reported, confirmed=False))


def _closed(case: Case, closure: Closure) -> Case:
    return replace(case, closure=closure, cancel_reported=None, not_pending_since=None)
