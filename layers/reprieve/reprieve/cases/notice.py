"""Notices: what people are notified of."""

from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, ScheduledBy
from reprieve.cases.decision import Decision
from reprieve.cases.key import Key, KeyState, Unknown
from reprieve.cases.notified import new_callers, new_resources, notified_of
from reprieve.cases.problem import Problem
from reprieve.cases.usage import Uses
from reprieve.cases.visitor import AuthMethod
from reprieve.console import careful_commands, key_url, log_url, rescue_commands
from reprieve.dataclass import dataclass

_NAMESPACE: Final = UUID("3c0f6e0e-5a0e-4b0e-9a54-0f2a6f0f6d53")
LINK: Final = "link"
"""The fact that is unknown where there is no link, with why."""

_NO_DATE: Final = "records are matched by the deletion date, and a key that waits for its replicas has none"
_UNSTORED_AGAIN: Final = timedelta(hours=2)


class Reason(StrEnum):
    """Why people are notified."""

    KEY_IN_USE = "key-in-use"
    NEW_CALLER = "new-caller"
    STILL_IN_USE = "still-in-use"
    MANAGEMENT_CALL = "management-call"
    DELETION_SCHEDULED = "deletion-scheduled"
    DELETION_SOON = "deletion-soon"
    DELETION_CANCELLED = "deletion-cancelled"
    DELETION_KEPT = "deletion-kept"
    KEY_DELETED = "key-deleted"
    CASE_CONTINUED = "case-continued"
    CORRECTION = "correction"
    NO_EVENT_FOUND = "no-event-found"
    DIGEST = "digest"
    STACK_UNHEALTHY = "stack-unhealthy"
    TEST = "test"


ENDS_THREADS: Final = frozenset({Reason.KEY_DELETED, Reason.CASE_CONTINUED})
"""What goes only to channels that may keep something open for the case; it mentions nobody."""


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
    """One notice in a digest: why, of which key, until when, and who was refused to use or to manage it.

    `case` is the id of its case, and `closure` how that ended, without who ended it.
    """

    reason: Reason
    key: KeyArn
    title: str
    case: str = ""
    deletion_date: datetime | None = None
    callers: tuple[str, ...] = ()
    closure: Closure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The notices of one digest; `more` is how many others there were beyond `entries`."""

    entries: tuple[DigestEntry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The stack that sends a test notice: its account and Region."""

    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell people, whatever the channel: `events/notice.schema.json` describes it.

    `case` is absent where an alarm rang and no record was found, and `window` is there only then;
    in a digest, which has a `digest` instead; and where the stack itself is not well: there is a `problem`.
    In a test notice it is a sample, and there is a `sender`.
    `new_callers` and `new_resources` are those that no notice before this one named, the first
    `NEW_LISTED` of them: of the uses, and in a notice of a management call, of the management calls.
    `link`, `link_expires_at` and `approvers`, which is what its holder has to show beside it, are added by
    the function that sends, at the moment of sending, and are never stored.
    `runbook` is what a channel's entry names, added for this channel in the same way.
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
    new_callers: tuple[str, ...] = ()
    new_resources: tuple[str, ...] = ()
    last_refused_at: datetime | None = None
    window: Window | None = None
    digest: Digest | None = None
    problem: Problem | None = None
    sender: Sender | None = None
    link: str | None = None
    link_expires_at: datetime | None = None
    approvers: AuthMethod | None = None
    runbook: str | None = None

    @property
    def key(self) -> Key | None:
        """The key it is about."""
        return self.case.key if self.case else None


def tell(
    case: Case, reason: Reason, now: datetime, ringing: int | None = None, *, is_decided: bool = False
) -> tuple[Case, Notice]:
    """Return the notice for `reason`, and the case in which it is noted what people have been notified of.

    Args:
        case: The case.
        reason: Why they are notified.
        now: The present.
        ringing: How many uses people are to be woken for; all of them unless said otherwise.
        is_decided: Whether it reports a decision on the page. Such a notice does not count towards any limit,
            and neither does one that only ends a thread.
    """
    uses = case.uses.count if ringing is None else ringing
    notice = _notice(case, reason, now, max(0, uses - case.notified.uses))
    notified = notified_of(case, now, uses, is_new_caller=reason is Reason.NEW_CALLER)
    if is_decided or reason in ENDS_THREADS:
        notified = replace(notified, lately=case.notified.lately)
    return replace(case, notified=notified), notice


def no_event_found(
    window: Window, region: str, pattern: str, now: datetime, unknown: tuple[Unknown, ...]
) -> Notice:
    """Return the notice that the alarm fired and no record that names a key explains it."""
    return Notice(
        id=notice_id(window.log_group, Reason.NO_EVENT_FOUND, int(window.start.timestamp())),
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
        notice, id=notice_id(str(case.key.arn), Reason.KEY_IN_USE, number), unknown=(why, *notice.unknown)
    )


def stack_unhealthy(problem: Problem, now: datetime, console_url: str | None = None) -> Notice:
    """Return the notice that something is wrong with the stack: the same one all day (UTC) for one cause."""
    return Notice(
        id=notice_id(problem.cause, Reason.STACK_UNHEALTHY, now.toordinal()),
        reason=Reason.STACK_UNHEALTHY,
        at=now,
        console_url=console_url,
        problem=problem,
    )


def _notice(case: Case, reason: Reason, now: datetime, since_last: int) -> Notice:
    return Notice(
        id=notice_id(case.id, reason, case.notified.notices),
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
        **_news(case, reason),
    )


def _news(case: Case, reason: Reason) -> dict[str, Any]:
    """Return what no notice of the case has named so far, and when KMS refused a use last."""
    known, counts = case.notified, case.counts
    is_management = reason is Reason.MANAGEMENT_CALL
    calls, callers = (
        (counts.management_calls, known.management_callers) if is_management else (counts.uses, known.callers)
    )
    return {
        "new_callers": new_callers(calls, callers),
        "new_resources": () if is_management else new_resources(calls, known.resources),
        "last_refused_at": counts.uses.last_at,
    }


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
    waits = case.key.state == KeyState.PENDING_REPLICA_DELETION
    return (Unknown(fact=fact, why=_NO_DATE if waits else "the log lines read so far do not say"),)


def notice_id(subject: str, reason: Reason, number: int) -> str:
    """Return the same id for the same notice, however often it is made."""
    return str(uuid5(_NAMESPACE, f"{subject}|{reason}|{number}"))


__all__ = [
    "ENDS_THREADS",
    "LINK",
    "CaseSummary",
    "Digest",
    "DigestEntry",
    "Notice",
    "Reason",
    "Sender",
    "Window",
    "no_event_found",
    "notice_id",
    "stack_unhealthy",
    "tell",
]
