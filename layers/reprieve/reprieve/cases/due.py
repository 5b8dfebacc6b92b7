"""When a notice is due, and why: one pure function of the case, the clock and the settings.

| what is new                                                     | reason               |
| --------------------------------------------------------------- | -------------------- |
| people were told that the deletion is off, and KMS says it is not | `correction`       |
| the deletion is off, and people knew of the case                | `deletion-cancelled` |
| the deletion is over, and people knew of the case               | `key-deleted`        |
| its date is known, and people knew of the case without it       | `case-continued`     |
| KMS knows no such key, and people knew of the case              | `correction`         |
| someone decided to keep the deletion, which is in 24 hours      | `deletion-soon`      |
| it is used for the first time                                   | `key-in-use`         |
| a caller or a protected resource that no notice has named       | `new-caller`         |
| it has been used since the last notice, a day ago               | `still-in-use`       |
| a caller that no notice has named made a management call        | `management-call`    |
| it is in use, and the deletion is in 72 or 24 hours             | `deletion-soon`      |
| someone scheduled it, and it has not been used                  | `deletion-scheduled` |

The first line that fits decides. Otherwise a case that is closed, or whose deletion is intentional, makes
no notice.
A key with many notices today makes further ones only for what changes its fate: its first use, its
cancellation, a correction, its nearing deletion. The rest waits, and is in the next notice.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from reprieve.cases.case import Case, Closure, Ending, Notified
from reprieve.cases.notice import Reason
from reprieve.cases.transitions import (
    ANSWER_DELAY,
    CANCEL_RECORD_DELAY,
    DELETED_WITHIN,
    LONGEST_DELETION,
    SETTLING,
    credible_report,
)
from reprieve.cases.usage import CallerUses, caller_hash
from reprieve.clock import is_recent
from reprieve.cloudtrail.caller import Caller
from reprieve.dataclass import dataclass

HOURS_BEFORE: Final = (72, 24)
NEW_CALLERS_AN_HOUR: Final = 5
NOTICES_A_DAY: Final = 8
"""With this many notices about one key in a day, only those that can't wait are sent."""

MOST_NOTICES_A_DAY: Final = 12
"""With this many, even these are sent in a digest."""

DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRules:
    """What the stack's parameters say.

    Attributes:
        repeat_after: How long after a notice one notice reports the uses since; None for never.
        tells_of_scheduling: Whether people are notified of a scheduled deletion that does no harm so far.
        ignored_callers: Patterns with `*` of callers that are counted and shown, but never trigger a notice.
    """

    repeat_after: timedelta | None = timedelta(hours=24)
    tells_of_scheduling: bool = True
    ignored_callers: tuple[str, ...] = ()

    def ignores(self, part: CallerUses) -> bool:
        """Return whether what this caller does never triggers a notice."""
        return self.ignores_caller(part.caller)

    def ignores_caller(self, caller: Caller) -> bool:
        """Return whether it is one of those that never do."""
        return any(fnmatchcase(caller.id, pattern) for pattern in self.ignored_callers)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a notice is due, for which reason, and why (or why not)."""

    reason: Reason | None
    why: str


def due(case: Case, now: datetime, rules: NoticeRules, heard_today: int = 0) -> Verdict:
    """Return what people must be notified of in this case now, if anything.

    Args:
        case: The case.
        now: The present.
        rules: What the stack's parameters say.
        heard_today: How many notices of the key there were in the last 24 hours.
    """
    if case.closure:
        return _closed(case)
    if case.not_pending_since:
        return Verdict(None, "KMS does not call the key pending any more, and the record of why is awaited")
    if _is_to_be_corrected(case, now):
        return Verdict(Reason.CORRECTION, "people heard that it is off, and KMS says that it is not")
    if case.is_kept:
        return _kept(case, now)
    for rule in _RULES if heard_today < NOTICES_A_DAY else _RULES_THAT_CANNOT_WAIT:
        if verdict := rule(case, now, rules):
            return verdict
    return Verdict(None, "nothing is new")


def wake_at(case: Case, rules: NoticeRules, heard_at: Collection[datetime] = ()) -> datetime | None:
    """Return when the case is to be looked at although nothing was read of it; None for never.

    Args:
        case: The case.
        rules: What the stack's parameters say.
        heard_at: When people heard of the key, lately.
    """
    if case.closure:
        return None
    date = case.deletion_date
    times = [
        case.not_pending_since + CANCEL_RECORD_DELAY if case.not_pending_since else None,
        _report_is_believed_at(case),
        case.notified.last_at + SETTLING if case.notified.cancelled and case.notified.last_at else None,
        date + DELETED_WITHIN if date else case.opened_at + LONGEST_DELETION,
        *([] if case.is_kept else _later_notices(case, rules)),
        _limit_ends_at(case, rules, heard_at),
        *(date - hours * _HOUR for hours in _reminders(case, rules) if date and _is_left(case, hours)),
    ]
    return min((moment for moment in times if moment), default=None)


def _reminders(case: Case, rules: NoticeRules) -> tuple[int, ...]:
    """Return at how many hours before the deletion a notice is due: none for a key that nobody uses."""
    if case.is_kept:
        return HOURS_BEFORE[-1:]
    return HOURS_BEFORE if ringing(case, rules) else ()


def _report_is_believed_at(case: Case) -> datetime | None:
    """Return when people are notified of a cancellation that only CloudTrail reports."""
    reported = credible_report(case)
    if reported is None:
        return None
    return case.unanswered_since + ANSWER_DELAY if case.unanswered_since else reported.at


def _later_notices(case: Case, rules: NoticeRules) -> list[datetime | None]:
    told = case.notified
    repeats = rules.repeat_after and told.last_at and ringing(case, rules) > told.uses
    folded = told.new_callers_at and _unheard(case, rules)
    return [
        told.last_at + rules.repeat_after if repeats and told.last_at and rules.repeat_after else None,
        told.new_callers_at[0] + _HOUR if folded else None,
    ]


def _limit_ends_at(case: Case, rules: NoticeRules, heard_at: Collection[datetime]) -> datetime | None:
    """Return when a notice goes out that waits because people heard of the key often; None if none waits."""
    if len(heard_at) < NOTICES_A_DAY:
        return None
    end = sorted(heard_at)[-NOTICES_A_DAY] + DAY
    return end if due(case, end, rules).reason else None


def ringing(case: Case, rules: NoticeRules) -> int:
    """Return the number of uses that count for notices."""
    return case.uses.count - sum(part.count for part in case.uses.by_caller if rules.ignores(part))


def is_untold(case: Case, rules: NoticeRules) -> bool:
    """Return whether there is a use, a caller or a resource that people have to hear of, and have not."""
    return (ringing(case, rules) > 0 and not case.notified.in_use) or _unheard(case, rules)


def _closed(case: Case) -> Verdict:
    closure, known = case.closure, case.notified
    reason = _TOLD_ENDINGS.get(closure.how) if closure else None
    if closure and reason and known.notices and not _has_heard(known, closure):
        return Verdict(reason, _WHY.get(reason, "the deletion is off"))
    return Verdict(None, "the case is closed")


def _has_heard(known: Notified, closure: Closure) -> bool:
    """Return whether people know about an end; of a case that goes on they may have heard that it was off."""
    if closure.how is Ending.CONTINUED:
        return known.last_at is not None and known.last_at >= closure.at
    return known.cancelled


def _is_to_be_corrected(case: Case, now: datetime) -> bool:
    """Return whether people heard that a deletion is off, and KMS has had the time to say so itself."""
    heard_at, silent_since = case.notified.last_at, case.unanswered_since
    if silent_since and is_recent(silent_since, now, ANSWER_DELAY):
        return False
    return case.notified.cancelled and heard_at is not None and not is_recent(heard_at, now, SETTLING)


def _kept(case: Case, now: datetime) -> Verdict:
    last = HOURS_BEFORE[-1]
    if _is_left(case, last) and _is_near(case, now, last):
        return Verdict(Reason.DELETION_SOON, f"the intentional deletion is in less than {last} hours")
    return Verdict(None, "someone decided that the deletion is intentional")


def _key_in_use(case: Case, _now: datetime, rules: NoticeRules) -> Verdict | None:
    if case.notified.in_use or not ringing(case, rules):
        return None
    return Verdict(Reason.KEY_IN_USE, "it is used, and nobody has been told")


def _new_caller(case: Case, now: datetime, rules: NoticeRules) -> Verdict | None:
    if not case.notified.in_use or not _unheard(case, rules):
        return None
    lately = sum(is_recent(moment, now, _HOUR) for moment in case.notified.new_callers_at)
    if lately >= NEW_CALLERS_AN_HOUR:
        return None
    return Verdict(Reason.NEW_CALLER, "a caller, or a resource, is new")


def _still_in_use(case: Case, now: datetime, rules: NoticeRules) -> Verdict | None:
    last_at = case.notified.last_at
    if not case.notified.in_use or not rules.repeat_after or ringing(case, rules) <= case.notified.uses:
        return None
    if last_at and is_recent(last_at, now, rules.repeat_after):
        return None
    return Verdict(Reason.STILL_IN_USE, "it was used since the last notice, long ago")


def _management_call(case: Case, _now: datetime, rules: NoticeRules) -> Verdict | None:
    told, calls = frozenset(case.notified.management_callers), case.management_calls
    new = any(
        caller_hash(part.caller.place) not in told and not rules.ignores(part) for part in calls.by_caller
    )
    if not new and all(other.id in told for other in calls.others):
        return None
    return Verdict(Reason.MANAGEMENT_CALL, "someone tried to manage it")


def _deletion_soon(case: Case, now: datetime, rules: NoticeRules) -> Verdict | None:
    for hours in reversed(HOURS_BEFORE):
        if ringing(case, rules) and _is_left(case, hours) and _is_near(case, now, hours):
            return Verdict(Reason.DELETION_SOON, f"it is in use, and deleted in less than {hours} hours")
    return None


def _deletion_scheduled(case: Case, _now: datetime, rules: NoticeRules) -> Verdict | None:
    known = case.notified
    if not rules.tells_of_scheduling or known.scheduled or known.notices or not case.scheduled_by:
        return None
    return Verdict(Reason.DELETION_SCHEDULED, "someone scheduled its deletion")


def _unheard(case: Case, rules: NoticeRules) -> bool:
    """Return whether a caller or a resource is new to those who were told."""
    callers, resources = frozenset(case.notified.callers), frozenset(case.notified.resources)
    uses = case.uses
    return any(other.id not in callers for other in uses.others) or any(
        caller_hash(part.caller.place) not in callers
        or any(caller_hash(str(resource)) not in resources for resource in part.resources)
        for part in uses.by_caller
        if not rules.ignores(part)
    )


def _is_left(case: Case, hours: int) -> bool:
    return case.notified.hours_left is None or case.notified.hours_left > hours


def _is_near(case: Case, now: datetime, hours: int) -> bool:
    date = case.deletion_date
    return date is not None and timedelta(0) < date - now <= hours * _HOUR


_TOLD_ENDINGS: Final = {
    Ending.CANCELLED: Reason.DELETION_CANCELLED,
    Ending.ABSENT: Reason.CORRECTION,
    Ending.DELETED: Reason.KEY_DELETED,
    Ending.UNKNOWN: Reason.KEY_DELETED,
    Ending.CONTINUED: Reason.CASE_CONTINUED,
}
_WHY: Final = {
    Reason.KEY_DELETED: "the deletion is over",
    Reason.CASE_CONTINUED: "the case goes on as another one, which has a date",
}
_Rule = Callable[[Case, datetime, NoticeRules], Verdict | None]
_RULES: Final[tuple[_Rule, ...]] = (
    _key_in_use,
    _new_caller,
    _still_in_use,
    _management_call,
    _deletion_soon,
    _deletion_scheduled,
)
_RULES_THAT_CANNOT_WAIT: Final[tuple[_Rule, ...]] = (_key_in_use, _deletion_soon)
