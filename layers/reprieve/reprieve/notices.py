"""Notices: what people are told of a case, when it is due, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from reprieve.cases import Case, Decision, Key, ScheduledBy, Told, Unknown
from reprieve.console import key_url, log_url, rescue_commands
from reprieve.tallies import Uses

_NAMESPACE: Final = UUID("3c0f6e0e-5a0e-4b0e-9a54-0f2a6f0f6d53")
_MANAGEMENT_CALLERS_REMEMBERED: Final = 100


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """The case as a notice carries it."""

    id: str
    key: Key
    opened_at: datetime
    scheduled_by: ScheduledBy | None = None


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
    `link` is added by the function that sends, at the moment of sending, and is never stored.
    """

    id: str
    reason: Reason
    at: datetime
    console_url: str
    case: CaseSummary | None = None
    uses: Uses = field(default_factory=Uses)
    management_calls: Uses = field(default_factory=Uses)
    unknown: tuple[Unknown, ...] = ()
    command: tuple[str, ...] = ()
    decision: Decision | None = None
    window: Window | None = None
    link: str | None = None

    @property
    def key(self) -> Key | None:
        """The key it is about."""
        return self.case.key if self.case else None


def due(case: Case) -> Reason | None:
    """Return why people have to be told of this case now, if they have.

    | what is new                                              | reason            |
    | -------------------------------------------------------- | ----------------- |
    | it has been used, and nobody has been told               | `key-in-use`      |
    | a caller not told of before made a management call       | `management-call` |
    | anything else                                            | none              |
    """
    if case.uses.count and not case.told.in_use:
        return Reason.KEY_IN_USE
    if _new_management_callers(case):
        return Reason.MANAGEMENT_CALL
    return None


def tell(case: Case, reason: Reason, now: datetime) -> tuple[Case, Notice]:
    """Return the notice for `reason`, and the case in which it is noted that people have been told."""
    callers = (*case.told.management_callers, *_new_management_callers(case))
    told = Told(
        notices=case.told.notices + 1,
        in_use=case.told.in_use or bool(case.uses.count),
        management_callers=callers[-_MANAGEMENT_CALLERS_REMEMBERED:],
    )
    return replace(case, told=told), _notice(case, reason, now)


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


def _notice(case: Case, reason: Reason, now: datetime) -> Notice:
    arn = case.key.arn
    return Notice(
        id=_id(case.id, reason, case.told.notices),
        reason=reason,
        at=now,
        case=CaseSummary(id=case.id, key=case.key, opened_at=case.opened_at, scheduled_by=case.scheduled_by),
        uses=case.uses,
        management_calls=case.management_calls,
        unknown=(*case.unknown, *_unknown_scheduling(case)),
        console_url=key_url(arn),
        command=() if arn.is_alias else rescue_commands(arn),
        decision=case.decision,
    )


def _unknown_scheduling(case: Case) -> tuple[Unknown, ...]:
    if case.scheduled_by:
        return ()
    return (Unknown(fact="who scheduled the deletion, and when", why="the log lines read so far do not say"),)


def _new_management_callers(case: Case) -> tuple[str, ...]:
    told: Mapping[str, None] = dict.fromkeys(case.told.management_callers)
    return tuple(part.caller.id for part in case.management_calls.by_caller if part.caller.id not in told)


def _id(subject: str, reason: Reason, number: int) -> str:
    """Return the same id for the same notice, however often it is made."""
    return str(uuid5(_NAMESPACE, f"{subject}|{reason}|{number}"))


__all__ = ["CaseSummary", "Notice", "Reason", "Window", "due", "no_event_found", "tell"]
