"""What one reading of the log group, and one look at KMS, do to the cases of one key."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Counts, Ending, Notified, open_case
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import KmsAnswer
from reprieve.cases.transitions import (
    count,
    cut,
    glimpse,
    note_answer,
    note_changes,
    note_schedulings,
    of_deletion,
)
from reprieve.clock import to_minute
from reprieve.dataclass import dataclass
from reprieve.investigate.case_change import CaseChange, Left, Telling, as_answered, succeeding, with_facts
from reprieve.investigate.key_activity import KeyActivity

LATE_USE: Final = timedelta(hours=1)
"""How long after its end a case still takes the uses of before, which were delivered late."""

UNSTORED_FOR: Final = timedelta(minutes=40)
"""How old the bookmark is when a case could not be stored for some runs: 15 minutes are usual."""

_HEARD: Final = Notified(notices=1, in_use=True)
"""What people know who were notified of a key without its case."""


@dataclass(frozen=True, slots=True)
class ReadWindow:
    """The part of the log group that was read.

    Attributes:
        start: Minutes from this one on are counted.
        settle_until: Minutes before this one are complete.
        read_until: How far it was read.
        is_whole: Whether that was all; else what was found is only good for a first notice.
    """

    start: datetime
    settle_until: datetime
    read_until: datetime
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Update:
    """The activity of a key, and everything that decides what is done with it."""

    activity: KeyActivity
    span: ReadWindow
    rules: NoticeRules
    now: datetime

    @property
    def key(self) -> KeyArn:
        """The key that it is about."""
        return self.activity.facts.key.arn

    def apply(self, cases: tuple[Case, ...]) -> CaseChange | None:
        """Return what is to be stored; None if there is nothing to keep, or nothing new.

        Args:
            cases: The key's cases so far, in the order in which they were opened.
        """
        return replace(self, activity=self.activity.apart_from(cases)).change(cases)

    def change(self, cases: tuple[Case, ...]) -> CaseChange | None:
        """Return what is to be stored, where no record is of a deletion that is another case's."""
        before = self._case_of(cases)
        if before is None:
            return None
        others = tuple(case for case in cases if case.name != before.name) if self.span.is_whole else ()
        left = tuple(self._left(other, before, is_latest=other is others[-1]) for other in others)
        case = self._noted(self._counted(succeeding(before, left)))
        changed = tuple(each.case for each, other in zip(left, others, strict=True) if each.case != other)
        telling = Telling(cases, self.rules, self.now)
        return telling.change(case, changed, unless=before if before in cases else None)

    @property
    def may_be_pending(self) -> bool:
        """Whether KMS calls the key pending, or does not answer."""
        return self._answer.is_pending or not self._answer.is_answer

    def is_known(self, cases: tuple[Case, ...]) -> bool:
        """Return whether people need not hear of it again: they kept the deletion, or know about its end."""
        case = self._case_of(cases)
        if case is None:
            return False
        return case.is_kept or (case.closure is not None and not self._answer.is_pending)

    def untracked(self) -> Case:
        """Return what was found as a case of its own, of which nothing of before is known."""
        case = open_case(self.activity.facts.key, self.now, self.span.start)
        case = replace(case, unknown=self.activity.facts.unknown)
        return glimpse(case, self.activity.minutes)

    @property
    def _answer(self) -> KmsAnswer:
        return self.activity.facts.answer

    def _case_of(self, cases: tuple[Case, ...]) -> Case | None:
        """Return the case that the records belong to, which may be a new one; None if there is none."""
        running = tuple(case for case in cases if case.closure is None)
        if self._answer.is_pending:
            return self._of_this_deletion(cases) or self._new(cases)
        if self._answer.is_answer:
            return self._of_ended_deletion(cases, running) if self.span.is_whole else None
        return self._of_unknown_deletion(cases, running)

    def _of_this_deletion(self, cases: tuple[Case, ...]) -> Case | None:
        """Return the case of the deletion that KMS reports, open or not.

        Of two that wait for replicas KMS says the same: only a record tells which was scheduled later.
        """
        date, scheduled = self._answer.deletion_date, self.activity.last_scheduled
        same = (case for case in reversed(cases) if case.deletion_date == date)
        if date:
            return next(same, None)
        going_on = (case for case in same if case.closure is None or not case.closure.confirmed)
        return next((case for case in going_on if scheduled is None or scheduled <= case.opened_at), None)

    def _of_ended_deletion(self, cases: tuple[Case, ...], running: tuple[Case, ...]) -> Case | None:
        """Return the case whose end KMS reports, one that ended just now, or one that was never stored."""
        found = running or self._just_ended(cases)
        return found[-1] if found else self._unstored(cases)

    def _unstored(self, cases: tuple[Case, ...]) -> Case | None:
        """Return a case of a key that was used, and rescued, while none could be stored for long.

        People may have been notified of its use, without a case. So they are notified that it is over.
        """
        last_use = self.activity.last_use
        if last_use is None or self._answer.is_absent or self.now - self.span.start <= UNSTORED_FOR:
            return None
        if any(case.closure and case.closure.at >= last_use for case in cases):
            return None
        case = self._new(cases)
        return replace(case, notified=_HEARD) if case else None

    def _just_ended(self, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        """Return the latest case, where uses of before its end may still be delivered."""
        latest = cases[-1:] if self.activity.minutes else ()
        return tuple(case for case in latest if case.closure and self.now - case.closure.at <= LATE_USE)

    def _of_unknown_deletion(self, cases: tuple[Case, ...], running: tuple[Case, ...]) -> Case | None:
        """Return the case while KMS does not answer: the open one, as long as it may go on.

        A use after the end of a case never joins it.
        """
        if running and not self._is_over(running[-1]):
            return running[-1]
        if running and self.activity.last_use is None:
            return running[-1]
        last_refused = self.activity.last_refused
        latest = cases[-1].closure if cases and not running else None
        if latest and last_refused and last_refused <= latest.at:
            return cases[-1]
        return self._new(cases)

    def _is_over(self, case: Case) -> bool:
        """Return whether a case has ended, and its key is in use again.

        KMS said so before it stopped answering. Or the records say so of a case without a date, or of one
        that someone decided to keep: nobody decided that of the next deletion.
        """
        if not self.span.is_whole:
            return False
        activity, reported = self.activity, case.cancel_reported if case.is_kept else None
        scheduled, last_use = activity.last_scheduled, activity.last_use
        cancelled = activity.last_cancelled or (reported.at if reported else None)
        if case.not_pending_since and last_use and last_use > case.not_pending_since:
            return True
        if case.deletion_date and not case.is_kept:
            return False
        is_scheduled_again = scheduled and scheduled > case.opened_at
        is_used_after = cancelled and last_use and case.opened_at < cancelled < last_use
        return bool(is_scheduled_again or is_used_after)

    def _new(self, cases: tuple[Case, ...]) -> Case | None:
        """Return a new case. What an earlier one has counted is not counted again in it."""
        if not (self._answer.is_pending or self.activity.minutes or self._is_scheduled(cases)):
            return None
        start = max((self.span.start, *(self._counted_until(case) for case in cases)))
        case = open_case(self.activity.facts.key, self.now, start)
        number = max((each.number for each in cases), default=0) + 1
        return replace(case, number=number, previous=cases[-1].id if cases else None)

    def _is_scheduled(self, cases: tuple[Case, ...]) -> bool:
        """Return whether records report a new deletion whose date KMS may still say."""
        scheduled, cancelled = self.activity.last_scheduled, self.activity.last_cancelled
        if scheduled is None or not self._answer.can_be_asked or (cancelled and cancelled >= scheduled):
            return False
        return all(scheduled > max(case.opened_at, case.closure.at) for case in cases[-1:] if case.closure)

    def _counted_until(self, case: Case) -> datetime:
        """Return up to which minute an earlier case counts: to the new scheduling, if it is known.

        Else it is as far as it had counted, while KMS still said that the deletion was this one; or to its
        end, for lines of before may still appear.
        """
        known = case.read_until
        if self._answer.is_pending:
            known = self._scheduled_at or min(known, case.answered_until or known)
        elif case.closure:
            known = min(known, case.closure.at)
        return max(to_minute(known), case.settled_until)

    @property
    def _scheduled_at(self) -> datetime | None:
        """When the deletion that KMS reports was scheduled, if a record says so."""
        records = (*self.activity.schedulings, *self.activity.facts.schedulings)
        scheduling = of_deletion(records, self._answer.deletion_date)
        return scheduling.at if scheduling else None

    def _left(self, other: Case, case: Case, *, is_latest: bool) -> Left:
        """Return another case of the key, as it is while this one counts."""
        is_first = case.read_until == case.settled_until
        is_sure = other.closure is not None and (other.closure.confirmed or not is_latest)
        if not is_sure and other.deletion_date is None and self._is_continued(other):
            return Left(replace(other, closure=Closure(how=Ending.CONTINUED, at=self.now)), continues=True)
        gives = Counts()
        if is_first and is_latest and self._answer.is_pending and not self._is_of_before(other.unanswered):
            gives, other = other.unanswered, replace(other, unanswered=gives)
        ended = self._ended(other, is_first=is_first) if other.closure is None else other
        if is_first and is_latest:
            ended = cut(ended, self.activity.minutes, case.settled_until, read_from=self.span.start)
        return Left(ended, gives=gives)

    def _ended(self, other: Case, *, is_first: bool) -> Case:
        """Return an open case of another deletion as KMS' answer, or the use of the key after it, has it."""
        other = note_changes(other, self.activity.changes, self.now)
        if self._answer.is_answer:
            return note_answer(with_facts(other, self.activity.facts), self._answer, self.now)
        if not is_first:
            return other
        closure = other.cancel_reported or Closure(how=Ending.CANCELLED, at=self.now)
        ended = replace(other, closure=replace(closure, confirmed=False), cancel_reported=None)
        return as_answered(ended, self._answer)

    def _is_continued(self, undated: Case) -> bool:
        """Return whether the deletion that KMS reports now belongs to a case without a date."""
        return self._answer.is_pending and not self._is_of_before(undated.counts)

    def _is_of_before(self, counts: Counts) -> bool:
        """Return whether all uses were before the scheduling that KMS reports, if a record says when."""
        scheduled, last_use = self._scheduled_at, counts.uses.last_at
        return bool(scheduled and last_use and scheduled > last_use)

    def _noted(self, case: Case) -> Case:
        """Return the case with what was looked up, and who did what."""
        case = note_schedulings(with_facts(case, self.activity.facts), self.activity.schedulings)
        case = note_answer(note_changes(case, self.activity.changes, self.now), self._answer, self.now)
        return as_answered(case, self._answer)

    def _counted(self, case: Case) -> Case:
        if not self.span.is_whole:
            return case if case.uses.count else glimpse(case, self.activity.minutes)
        return count(
            case,
            self.activity.minutes,
            self.span.settle_until,
            self.span.read_until,
            is_answered=self._answer.is_answer or not self._answer.can_be_asked,
        )
