"""Notices: what people are told of a case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final
from uuid import UUID, uuid5

from reprieve.arn import KeyArn
from reprieve.cases.case import NOTICES_REMEMBERED, Case, Closure, Notified, ScheduledBy
from reprieve.cases.decision import Decision
from reprieve.cases.key import Key, Unknown
from reprieve.cases.problem import Problem
from reprieve.cases.usage import Uses, caller_hash
from reprieve.cases.visitor import AuthMethod
from reprieve.console import careful_commands, key_url, log_url, rescue_commands
from reprieve.untrusted import one_line

_NAMESPACE: Final = UUID("3c0f6e0e-5a0e-4b0e-9a54-0f2a6f0f6d53")
_HOUR: Final = timedelta(hours=1)
DIGEST_LISTED: Final = 400
HASHES_REMEMBERED: Final = 1000
_SHORT: Final = 40
_UNSTORED_AGAIN: Final = timedelta(hours=2)


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
    CORRECTION = "correction"
    NO_EVENT_FOUND = "no-event-found"
    DIGEST = "digest"
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
class DigestEntry:
    """One notice in a digest: why, of which key, until when, and by whom, the first one first."""

    reason: Reason
    key: KeyArn
    title: str
    deletion_date: datetime | None = None
    callers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The notices of one digest; `more` is how many others there were beyond `entries`."""

    entries: tuple[DigestEntry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell people, whatever the channel: `events/notice.schema.json` describes it.

    `case` is absent where an alarm rang and no record was found, and `window` is there only then;
    in a digest, which has a `digest` instead; and where the stack itself is not well: there is a `problem`.
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
    digest: Digest | None = None
    problem: Problem | None = None
    link: str | None = None
    approvers: AuthMethod | None = None

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
    notice = _notice(case, reason, now, max(0, uses - case.notified.uses))
    return replace(case, notified=_told(case, reason, now, uses)), notice


def _told(case: Case, reason: Reason, now: datetime, uses: int) -> Notified:
    """Return what people know once they have had a notice: everything that it shows."""
    told, counts = case.notified, case.counts
    new_callers_at = [at for at in told.new_callers_at if now - at < _HOUR]
    return Notified(
        notices=told.notices + 1,
        last_at=now,
        in_use=told.in_use or bool(uses),
        uses=max(uses, told.uses),
        callers=_known(told.callers, _callers(counts.uses)),
        resources=_known(told.resources, _resources(counts.uses)),
        new_callers_at=(*new_callers_at, now) if reason is Reason.NEW_CALLER else tuple(new_callers_at),
        management_callers=_known(told.management_callers, _callers(counts.management_calls)),
        hours_left=_hours_left(case, now),
        scheduled=told.scheduled or case.scheduled_by is not None,
        cancelled=case.closure is not None,
        lately=(*told.lately, now)[-NOTICES_REMEMBERED:],
    )


def _known(before: tuple[str, ...], now: Iterator[str]) -> tuple[str, ...]:
    """Return the latest of what people have heard of, also what is left out of the case by now."""
    return tuple(dict.fromkeys((*before, *now)))[-HASHES_REMEMBERED:]


def _callers(uses: Uses) -> Iterator[str]:
    yield from (caller_hash(part.caller.place) for part in uses.by_caller)
    yield from (other.id for other in uses.others)


def _resources(uses: Uses) -> Iterator[str]:
    return (caller_hash(str(resource)) for part in uses.by_caller for resource in part.resources)


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


def without_case(case: Case, why: Unknown, now: datetime) -> Notice:
    """Return the notice of a key in use whose case can't be stored: the same one for `_UNSTORED_AGAIN`."""
    notice = _notice(case, Reason.KEY_IN_USE, now, 0)
    number = int(now.timestamp() // _UNSTORED_AGAIN.total_seconds())
    return replace(
        notice, id=_id(str(case.key.arn), Reason.KEY_IN_USE, number), unknown=(why, *notice.unknown)
    )


def digest(notices: Sequence[Notice], now: datetime, console_url: str | None) -> Notice:
    """Return the one notice that stands for several: each key with its deadline and its first caller.

    Args:
        notices: The notices, the most urgent ones first.
        now: The present.
        console_url: Where the records of all of them are.
    """
    about = [notice for notice in notices if notice.case]
    entries = tuple(_entry(notice, notice.case) for notice in about[:DIGEST_LISTED] if notice.case)
    return Notice(
        id=_id(",".join(sorted(notice.id for notice in notices)), Reason.DIGEST, len(notices)),
        reason=Reason.DIGEST,
        at=now,
        console_url=console_url,
        digest=Digest(entries=entries, more=len(notices) - len(entries)),
    )


def _entry(notice: Notice, case: CaseSummary) -> DigestEntry:
    uses = notice.uses if notice.uses.count else notice.management_calls
    return DigestEntry(
        reason=notice.reason,
        key=case.key.arn,
        title=one_line(case.key.title, _SHORT),
        deletion_date=case.key.deletion_date,
        callers=tuple(one_line(name, _SHORT) for name in uses.names),
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
    return Notice(
        id=_id(case.id, reason, case.notified.notices),
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
        unknown=(*case.unknown, *_unknown_scheduling(case), *_left_out(case)),
        console_url=key_url(case.key.arn),
        command=_commands(case.key),
        decision=case.decision,
        closure=case.closure,
        uses_since_last=since_last if case.notified.in_use else None,
    )


def _commands(key: Key) -> tuple[str, ...]:
    """Return the commands that bring a pending key back.

    For a key of unknown state they are those that KMS refuses unless it is pending; for any other, none.
    """
    if key.is_pending:
        return rescue_commands(key.arn)
    return () if key.state else careful_commands(key.arn)


def _left_out(case: Case) -> tuple[Unknown, ...]:
    if not case.is_trimmed:
        return ()
    return (
        Unknown(fact="some details of the callers", why="they are more than this stack keeps of one case"),
    )


def _unknown_scheduling(case: Case) -> tuple[Unknown, ...]:
    fact = "who scheduled the deletion, and when"
    if case.scheduled_by or any(fact in each.fact for each in case.unknown):
        return ()
    return (Unknown(fact=fact, why="the log lines read so far do not say"),)


def _id(subject: str, reason: Reason, number: int) -> str:
    """Return the same id for the same notice, however often it is made."""
    return str(uuid5(_NAMESPACE, f"{subject}|{reason}|{number}"))


__all__ = [
    "CaseSummary",
    "Digest",
    "DigestEntry",
    "Notice",
    "Reason",
    "Window",
    "digest",
    "no_event_found",
    "stack_unhealthy",
    "tell",
]
