"""When a notice is due, and why: one pure function of the case, the clock and the settings.

| what is new                                                     | reason               |
| --------------------------------------------------------------- | -------------------- |
| the deletion is off, and people knew of the case                | `deletion-cancelled` |
| somebody decided to keep the deletion, which is in 24 hours     | `deletion-soon`      |
| it is used for the first time                                   | `key-in-use`         |
| a caller or a protected resource that nobody was told of        | `new-caller`         |
| it has been used since the last notice, a day ago               | `still-in-use`       |
| somebody not told of made a management call                     | `management-call`    |
| it is in use, and the deletion is in 72 or 24 hours             | `deletion-soon`      |
| somebody scheduled it, and it has not been used                 | `deletion-scheduled` |

The first line that fits decides. A case that is closed, or whose deletion is meant, is quiet otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from reprieve.bookkeeping import DELETED_WITHIN
from reprieve.cases import Case, Ending
from reprieve.notices import Reason
from reprieve.tallies import CallerUses

HOURS_BEFORE: Final = (72, 24)
NEW_CALLERS_AN_HOUR: Final = 5
PATIENCE: Final = timedelta(minutes=20)
"""How long the record that says who cancelled a deletion may be under way."""

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the stack's owner decided.

    Attributes:
        repeat_after: How long after a notice the uses since then are told of, folded; None for never.
        tells_of_scheduling: Whether people are told of a deletion that was scheduled and does no harm so far.
        ignored_callers: Patterns with `*` of callers that are counted and shown, and wake nobody.
    """

    repeat_after: timedelta | None = timedelta(hours=24)
    tells_of_scheduling: bool = True
    ignored_callers: tuple[str, ...] = ()

    def ignores(self, part: CallerUses) -> bool:
        """Return whether what this caller does wakes nobody."""
        return any(fnmatchcase(part.caller.id, pattern) for pattern in self.ignored_callers)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a notice is due, for which reason, and why (or why not)."""

    reason: Reason | None
    why: str


def due(case: Case, now: datetime, policy: Policy) -> Verdict:
    """Return what people have to be told of this case now, if anything."""
    if case.closure:
        return _closed(case)
    if case.is_kept:
        return _kept(case, now)
    for rule in _RULES:
        if verdict := rule(case, now, policy):
            return verdict
    return Verdict(None, "nothing is new")


def wake_at(case: Case, policy: Policy) -> datetime | None:
    """Return when the case is to be looked at although nothing was read of it; None for never."""
    if case.closure:
        return None
    date = case.deletion_date
    times = [
        case.not_pending_since + PATIENCE if case.not_pending_since else None,
        date + DELETED_WITHIN if date else None,
        *([] if case.is_kept else _later_notices(case, policy)),
        *(date - hours * _HOUR for hours in HOURS_BEFORE if date and _is_left(case, hours)),
    ]
    return min((moment for moment in times if moment), default=None)


def _later_notices(case: Case, policy: Policy) -> list[datetime | None]:
    told = case.told
    repeats = policy.repeat_after and told.last_at and ringing(case, policy) > told.uses
    folded = told.new_callers_at and _unheard(case, policy)
    return [
        told.last_at + policy.repeat_after if repeats and told.last_at and policy.repeat_after else None,
        told.new_callers_at[0] + _HOUR if folded else None,
    ]


def ringing(case: Case, policy: Policy) -> int:
    """Return the number of uses that people are to be woken for."""
    return case.uses.count - sum(part.count for part in case.uses.by_caller if policy.ignores(part))


def _closed(case: Case) -> Verdict:
    if (
        case.closure
        and case.closure.how is Ending.CANCELLED
        and case.told.notices
        and not case.told.cancelled
    ):
        return Verdict(Reason.DELETION_CANCELLED, "the deletion is off")
    return Verdict(None, "the case is closed")


def _kept(case: Case, now: datetime) -> Verdict:
    last = HOURS_BEFORE[-1]
    if _is_left(case, last) and _is_near(case, now, last):
        return Verdict(Reason.DELETION_SOON, f"the deletion, which is meant, is in less than {last} hours")
    return Verdict(None, "somebody decided that the deletion is meant")


def _key_in_use(case: Case, _now: datetime, policy: Policy) -> Verdict | None:
    if case.told.in_use or not ringing(case, policy):
        return None
    return Verdict(Reason.KEY_IN_USE, "it is used, and nobody has been told")


def _new_caller(case: Case, now: datetime, policy: Policy) -> Verdict | None:
    if not case.told.in_use or not _unheard(case, policy):
        return None
    lately = sum(now - moment < _HOUR for moment in case.told.new_callers_at)
    if lately >= NEW_CALLERS_AN_HOUR:
        return None
    return Verdict(Reason.NEW_CALLER, "a caller, or a resource, is new")


def _still_in_use(case: Case, now: datetime, policy: Policy) -> Verdict | None:
    last_at = case.told.last_at
    if not case.told.in_use or not policy.repeat_after or ringing(case, policy) <= case.told.uses:
        return None
    if last_at and now - last_at < policy.repeat_after:
        return None
    return Verdict(Reason.STILL_IN_USE, "it was used since the last notice, long ago")


def _management_call(case: Case, _now: datetime, policy: Policy) -> Verdict | None:
    told = frozenset(case.told.management_callers)
    parts = case.management_calls.by_caller
    if all(part.caller.id in told or policy.ignores(part) for part in parts):
        return None
    return Verdict(Reason.MANAGEMENT_CALL, "somebody tried to manage it")


def _deletion_soon(case: Case, now: datetime, policy: Policy) -> Verdict | None:
    for hours in reversed(HOURS_BEFORE):
        if ringing(case, policy) and _is_left(case, hours) and _is_near(case, now, hours):
            return Verdict(
                Reason.DELETION_SOON, f"it is in use, and the deletion is in less than {hours} hours"
            )
    return None


def _deletion_scheduled(case: Case, _now: datetime, policy: Policy) -> Verdict | None:
    if not policy.tells_of_scheduling or case.told.scheduled or case.told.notices or not case.scheduled_by:
        return None
    return Verdict(Reason.DELETION_SCHEDULED, "somebody scheduled its deletion")


def _unheard(case: Case, policy: Policy) -> bool:
    """Return whether a caller or a resource is new to those who were told."""
    callers, resources = frozenset(case.told.callers), frozenset(case.told.resources)
    return any(
        part.caller.id not in callers or any(str(resource) not in resources for resource in part.resources)
        for part in case.uses.by_caller
        if not policy.ignores(part)
    )


def _is_left(case: Case, hours: int) -> bool:
    return case.told.hours_left is None or case.told.hours_left > hours


def _is_near(case: Case, now: datetime, hours: int) -> bool:
    date = case.deletion_date
    return date is not None and timedelta(0) < date - now <= hours * _HOUR


_Rule = Callable[[Case, datetime, Policy], Verdict | None]
_RULES: Final[tuple[_Rule, ...]] = (
    _key_in_use,
    _new_caller,
    _still_in_use,
    _management_call,
    _deletion_soon,
    _deletion_scheduled,
)
