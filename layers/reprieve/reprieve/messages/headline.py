"""One line for a notice: its subject, or its line in a digest. First what happened, at last the deadline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import ENDS_THREADS, DigestEntry, Notice, Reason
from reprieve.cases.notified import NEW_LISTED
from reprieve.cases.usage import Uses
from reprieve.clock import for_people
from reprieve.messages.outcome import is_kept, is_pending_again
from reprieve.messages.phrases import shortened, until
from reprieve.messages.problem_phrases import title

VERBS: Final[Mapping[Reason, str]] = {
    Reason.KEY_IN_USE: "Calls refused",
    Reason.NEW_CALLER: "New caller refused",
    Reason.STILL_IN_USE: "Calls still refused",
    Reason.MANAGEMENT_CALL: "Management call refused",
    Reason.DELETION_SCHEDULED: "Deletion scheduled",
    Reason.DELETION_SOON: "Deletion soon",
    Reason.DELETION_CANCELLED: "Deletion cancelled",
    Reason.DELETION_KEPT: "Deletion not stopped",
    Reason.KEY_DELETED: "Key deleted",
    Reason.CASE_CONTINUED: "Deletion date known, see the new message",
    Reason.CORRECTION: "Correction",
    Reason.TEST: "Test",
}
ENDED: Final = frozenset({Reason.DELETION_CANCELLED, *ENDS_THREADS})
_NO_KEY: Final = "Correction, no such key"
_STILL_PENDING: Final = "Correction, still pending deletion"
_UNCONFIRMED: Final = f"{VERBS[Reason.DELETION_CANCELLED]}, not confirmed by KMS"
_AGAIN: Final = "Pending deletion again"
_NEW: Final = "New caller or use refused"
"""In a digest, which does not say which of the two is new."""

_STATE_LIMIT: Final = 24
_LEAST: Final = 8


def subject(notice: Notice, limit: int) -> str:
    """Return one line: what happened, to which key, who is refused, and how long there is.

    Args:
        notice: The notice.
        limit: How many characters it may have; the names in it give way, and end in three dots.
    """
    if notice.digest:
        number = len(notice.digest.entries) + notice.digest.more
        return f"{number} more notices about KMS keys, in one message"
    if notice.problem:
        return title(notice.problem)
    if notice.sender:
        where = f"{notice.sender.account}, {notice.sender.region}"
        return f"Test of kms-reprieve in {where}: nothing is broken, please open the link"
    if notice.key is None:
        return "Alarm: a KMS key that is pending deletion may be in use, no record names it"
    return _of_key(notice, notice.key, limit)


def _of_key(notice: Notice, key: Key, limit: int) -> str:
    start, end = f"{verb(notice)}: ", _end(notice, key)
    room = limit - len(start) - len(end)
    name, others = who(notice)
    wanted = min(len(f" ({name}{others})") if name else 0, room // 2)
    called = shortened(key.title, room - wanted)
    left = room - len(called) - len(f" ({others})")
    if not name or left < _LEAST:
        return f"{start}{shortened(key.title, room)}{end}"
    return f"{start}{called} ({shortened(name, left)}{others}){end}"


def verb(notice: Notice) -> str:
    """Return what happened, in a few words."""
    match notice.reason:
        case Reason.CORRECTION:
            return _NO_KEY if is_gone(notice) else _STILL_PENDING
        case Reason.NEW_CALLER if not notice.new_callers:
            return "New use refused" if notice.new_resources else VERBS[Reason.KEY_IN_USE]
        case Reason.DELETION_SOON:
            return f"Deletion soon, {'as decided' if is_kept(notice) else 'calls refused'}"
        case Reason.DELETION_CANCELLED | Reason.KEY_DELETED:
            return _ending(notice)
        case reason if is_off(notice.key) and reason in _REFUSED:
            return "Calls were refused"
        case reason:
            return VERBS[reason]


def _ending(notice: Notice) -> str:
    """Return how a case ended, or that it has not."""
    closure, is_deletion = notice.closure, notice.reason is Reason.KEY_DELETED
    if is_pending_again(notice):
        return _AGAIN
    if closure and not closure.confirmed:
        return "Deletion date passed" if is_deletion else _UNCONFIRMED
    return VERBS[notice.reason]


_REFUSED: Final = frozenset({Reason.KEY_IN_USE, Reason.STILL_IN_USE})


def is_gone(notice: Notice) -> bool:
    """Return whether it says that KMS has no such key."""
    return notice.reason is Reason.CORRECTION and notice.closure is not None


def is_over(notice: Notice) -> bool:
    """Return whether nobody has to do anything any more: KMS itself says so, or a person decided so."""
    match notice.reason:
        case Reason.DELETION_CANCELLED:
            ending = notice.closure
            return not ending or (ending.confirmed and not is_pending_again(notice))
        case Reason.DELETION_KEPT | Reason.KEY_DELETED | Reason.CASE_CONTINUED:
            return True
        case _:
            return is_gone(notice)


def is_off(key: Key | None) -> bool:
    """Return whether KMS says that the key is not pending deletion."""
    return bool(key and key.state and not key.is_pending)


def who(notice: Notice) -> tuple[str, str]:
    """Return the name of the caller that the notice is about, and how many others there are, in words."""
    if notice.reason in ENDED or is_gone(notice):
        return "", ""
    if new := _new(notice):
        return new[0], and_more(len(new) - 1, is_more=len(new) == NEW_LISTED)
    uses: Uses = notice.management_calls if notice.reason is Reason.MANAGEMENT_CALL else notice.uses
    name = next(iter(uses.names), "")
    return name, and_more(uses.callers - 1, is_more=bool(uses.unnamed))


def _new(notice: Notice) -> tuple[str, ...]:
    """Return who or what is new, where that is what the notice is about."""
    match notice.reason:
        case Reason.NEW_CALLER:
            return notice.new_callers or notice.new_resources
        case Reason.MANAGEMENT_CALL:
            return notice.new_callers
        case _:
            return ()


def and_more(number: int, *, is_more: bool) -> str:
    """Return ` and 2 more`, or ` and at least 2 more`; "" for none."""
    if number <= 0:
        return " and more" if is_more else ""
    return f" and at least {number} more" if is_more else f" and {number} more"


def _end(notice: Notice, key: Key) -> str:
    """Return how long there is, or what stands in the way of saying so."""
    if notice.reason is Reason.CASE_CONTINUED and not key.deletion_date:
        return ""
    if key.state is None:
        return "" if notice.reason in ENDED or is_gone(notice) else ", state not known"
    if key.is_pending and verb(notice) == _UNCONFIRMED:
        return ""
    if not key.is_pending:
        return f", key is {shortened(key.state, _STATE_LIMIT)}"
    if key.deletion_date:
        return f", deleted {until(notice.at, key.deletion_date, units=1)}"
    replicas = key.state == KeyState.PENDING_REPLICA_DELETION
    return ", deleted after its replicas" if replicas else ", deletion date not known"


def folded(entry: DigestEntry, now: datetime) -> str:
    """Return one line of a digest: why, which key, until when, who."""
    title = "" if entry.title == entry.key.key_id else f" ({entry.key.key_id})"
    callers = f". Callers: {', '.join(entry.callers)}" if entry.callers else ""
    where = f" in {entry.key.account}, {entry.key.region}"
    return f"{_happened(entry)}: {entry.title}{title}{where}{_ends(entry, now)}{callers}"


def _happened(entry: DigestEntry) -> str:
    """Return what happened, in a few words, and how much of it KMS says."""
    match entry.reason:
        case Reason.CORRECTION:
            return _NO_KEY if entry.closure else _STILL_PENDING
        case Reason.NEW_CALLER:
            return _NEW
        case Reason.DELETION_CANCELLED if entry.closure and entry.closure.scheduled_again:
            return _AGAIN
        case Reason.DELETION_CANCELLED if entry.closure and not entry.closure.confirmed:
            return _UNCONFIRMED
        case reason:
            return VERBS[reason]


def _ends(entry: DigestEntry, now: datetime) -> str:
    """Return until when there is time; nothing where the deletion is off."""
    again = entry.closure.scheduled_again if entry.closure else None
    if again is None and (entry.closure or entry.reason in ENDED):
        return ""
    date = again or entry.deletion_date
    if date is None:
        return ", deletion date not known"
    return f", deleted {for_people(date)}, {until(now, date, units=1)}"
