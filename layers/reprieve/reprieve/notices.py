"""Notices: what people are told of a case."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final
from uuid import UUID, uuid5

from reprieve.cases import Case, Closure, ScheduledBy, Told
from reprieve.console import key_url, log_url, rescue_commands
from reprieve.decisions import Decision
from reprieve.keys import Key, Unknown
from reprieve.problems import Problem
from reprieve.tallies import Uses
from reprieve.visitors import KnownBy

_NAMESPACE: Final = UUID("3c0f6e0e-5a0e-4b0e-9a54-0f2a6f0f6d53")
_HOUR: Final = timedelta(hours=1)


class Reason(StrEnum):
    """Why people are told."""

    KEY_IN_USE = "key-in-use"
    NEW_CALLER = "new-caller"
    STILL_IN_USE = "still-in-use"
    MANAGEMENT_CALL = "management-call"
    DELETION_SCHEDULED = "deletion-scheduled"
    DELETION_SOON = "deletion-soon"
    DELETION_CANCELLED = "deletion-cancelled"
    DELETION_KEPT = "deletion-kept"
    NO_EVENT_FOUND = "no-event-found"
    STACK_UNHEALTHY = "stack-unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """The case as a notice carries it; `previous` is the id of the key's case before this one."""

    id: str
    key: Key
    opened_at: datetime
    scheduled_by: ScheduledBy | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of a log group that was searched."""

    log_group: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell people, whatever the channel: `events/notice.schema.json` describes it.

    `case` is absent where an alarm rang and no record was found; `window` is there only then.
    `problem` is there, and nothing of a case, where the stack itself is not well.
    `link` and `approvers`, which is what its holder has to show beside it, are added by the function
    that sends, at the moment of sending, and are never stored.
    `console_url` is absent in partitions whose console AWS documents no address of.
    """

    id: str
    reason: Reason
    at: datetime
    console_url: str | None = None
    case: CaseSummary | None = None
    uses: Uses = field(default_factory=Uses)
    management_calls: Uses = field(default_factory=Uses)
    unknown: tuple[Unknown, ...] = ()
    command: tuple[str, ...] = ()
    decision: Decision | None = None
    closure: Closure | None = None
    uses_since_last: int | None = None
    window: Window | None = None
    problem: Problem | None = None
    link: str | None = None
    approvers: KnownBy | None = None

    @property
    def key(self) -> Key | None:
        """The key it is about."""
        return self.case.key if self.case else None


def tell(case: Case, reason: Reason, now: datetime, ringing: int | None = None) -> tuple[Case, Notice]:
    """Return the notice for `reason`, and the case in which it is noted what people have been told.

    Args:
        case: The case.
        reason: Why they are told.
        now: The present.
        ringing: How many uses people are to be woken for; all of them unless said otherwise.
    """
    uses = case.uses.count if ringing is None else ringing
    notice = _notice(case, reason, now, max(0, uses - case.told.uses))
    return replace(case, told=_told(case, reason, now, uses)), notice


def _told(case: Case, reason: Reason, now: datetime, uses: int) -> Told:
    """Return what people know once they have had a notice: everything that it shows."""
    told, parts = case.told, case.uses.by_caller
    new_callers_at = [at for at in told.new_callers_at if now - at < _HOUR]
    return Told(
        notices=told.notices + 1,
        last_at=now,
        in_use=told.in_use or bool(uses),
        uses=max(uses, told.uses),
        callers=tuple(part.caller.id for part in parts),
        resources=tuple(dict.fromkeys(str(resource) for part in parts for resource in part.resources)),
        new_callers_at=(*new_callers_at, now) if reason is Reason.NEW_CALLER else tuple(new_callers_at),
        management_callers=tuple(part.caller.id for part in case.management_calls.by_caller),
        hours_left=_hours_left(case, now),
        scheduled=told.scheduled or case.scheduled_by is not None,
        cancelled=told.cancelled or case.closure is not None,
    )


def _hours_left(case: Case, now: datetime) -> int | None:
    """Return how many hours are left, which a notice says: nobody is told again that it is less than that."""
    return None if case.deletion_date is None else max(0, ceil((case.deletion_date - now) / _HOUR))


def no_event_found(
    window: Window, region: str, pattern: str, now: datetime, unknown: tuple[Unknown, ...]
) -> Notice:
    """Return the notice that an alarm rang and that no record which names a key explains it."""
    return Notice(
        id=_id(window.log_group, Reason.NO_EVENT_FOUND, int(window.start.timestamp())),
        reason=Reason.NO_EVENT_FOUND,
        at=now,
        console_url=log_url(window.log_group, region, pattern, window.start, window.end),
        unknown=unknown,
        window=window,
    )


def stack_unhealthy(problem: Problem, now: datetime, console_url: str | None = None) -> Notice:
    """Return the notice that something is wrong with the stack: the same one all day (UTC) for one cause."""
    return Notice(
        id=_id(problem.cause, Reason.STACK_UNHEALTHY, now.toordinal()),
        reason=Reason.STACK_UNHEALTHY,
        at=now,
        console_url=console_url,
        problem=problem,
    )


def _notice(case: Case, reason: Reason, now: datetime, since_last: int) -> Notice:
    arn = case.key.arn
    return Notice(
        id=_id(case.id, reason, case.told.notices),
        reason=reason,
        at=now,
        case=CaseSummary(
            id=case.id,
            key=case.key,
            opened_at=case.opened_at,
            scheduled_by=case.scheduled_by,
            previous=case.previous,
        ),
        uses=case.uses,
        management_calls=case.management_calls,
        unknown=(*case.unknown, *_unknown_scheduling(case)),
        console_url=key_url(arn),
        command=() if arn.is_alias else rescue_commands(arn),
        decision=case.decision,
        closure=case.closure,
        uses_since_last=since_last if case.told.in_use else None,
    )


def _unknown_scheduling(case: Case) -> tuple[Unknown, ...]:
    fact = "who scheduled the deletion, and when"
    if case.scheduled_by or any(fact in each.fact for each in case.unknown):
        return ()
    return (Unknown(fact=fact, why="the log lines read so far do not say"),)


def _id(subject: str, reason: Reason, number: int) -> str:
    """Return the same id for the same notice, however often it is made."""
    return str(uuid5(_NAMESPACE, f"{subject}|{reason}|{number}"))


__all__ = ["CaseSummary", "Notice", "Reason", "Window", "no_event_found", "stack_unhealthy", "tell"]
