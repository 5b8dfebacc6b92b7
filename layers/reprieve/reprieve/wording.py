"""What every channel and page says, in words: plain text that no medium has been applied to yet."""

from collections.abc import Sequence
from datetime import datetime

from reprieve.cases import Decision, Key, KeyState, ScheduledBy
from reprieve.clock import for_people, left
from reprieve.notices import Notice, Reason, Window
from reprieve.tallies import CallerUses, Uses

CALLERS_SHOWN = 8
PENDING = "waiting to be deleted"


def headline(notice: Notice) -> str:
    """Return the first sentence: the answer."""
    match notice.reason:
        case Reason.NO_EVENT_FOUND:
            return "The alarm rang, and no CloudTrail record that names a key explains it."
        case Reason.DELETION_CANCELLED:
            return "The deletion of a KMS key was cancelled."
        case Reason.MANAGEMENT_CALL:
            return f"Somebody tried to manage a KMS key that is {PENDING}. It was not used."
        case _:
            return in_use(notice.key)


def subject(notice: Notice, limit: int) -> str:
    """Return one line that names the key, its account, the operation and the caller.

    Args:
        notice: The notice.
        limit: How many characters it may have; the names in it give way.
    """
    key = notice.key
    if key is None:
        return "KMS key in use: the alarm rang, and no record explains it"[:limit]
    if notice.reason is Reason.DELETION_CANCELLED:
        return _fit(
            limit, "Deletion cancelled: ", key.title, f" in {key.account}, key is {key.state or 'unknown'}"
        )
    used = notice.reason is not Reason.MANAGEMENT_CALL
    parts = (notice.uses if used else notice.management_calls).by_caller
    verb = "Still in use" if used else "Management call refused"
    ends = f", deleted {_until(notice.at, key.deletion_date, units=1)}" if key.deletion_date else ""
    how = f" ({next(iter(parts[0].operations), '')} by {parts[0].caller.name})" if parts else ""
    return _fit(limit, f"{verb}: ", key.title, f" in {key.account}{ends}", how)


def deletion(key: Key, now: datetime) -> str:
    """Return when the key is deleted, or what stands in the way of saying so."""
    if key.deletion_date:
        return f"{for_people(key.deletion_date)}, {_until(now, key.deletion_date, units=2)}"
    match key.state:
        case None:
            return "date not known"
        case KeyState.PENDING_REPLICA_DELETION:
            return "when the last of its replicas is deleted"
        case _:
            return f"not scheduled any more: KMS says {key.state}"


def names(key: Key) -> str:
    """Return the key's aliases and description on one line."""
    return ", ".join((*key.aliases, *([f'"{key.description}"'] if key.description else []))) or key.arn.key_id


def scheduled_by(by: ScheduledBy | None) -> str:
    """Return since when the deletion is scheduled, and by whom; "" where that is not known."""
    return f"scheduled {for_people(by.at)} by {by.caller.label}" if by else ""


def owner(key: Key) -> str:
    """Return what the key's tags say of its owner."""
    return next((key.tags[tag] for tag in ("Owner", "owner", "team") if tag in key.tags), "")


def operations(part: CallerUses) -> str:
    """Return what a caller did: `Decrypt`, or `Decrypt 12, Encrypt 3`."""
    if len(part.operations) == 1:
        return next(iter(part.operations))
    return ", ".join(f"{name} {number}" for name, number in part.operations.items() if number)


def origin(part: CallerUses) -> str:
    """Return from where and with what a caller came."""
    return ", ".join((*part.source_ips[:2], *part.user_agents[:1]))


def rest(uses: Uses) -> str:
    """Return how much was done by callers who are not shown; "" if that is none."""
    callers = uses.by_caller[CALLERS_SHOWN:]
    number = sum(part.count for part in callers) + uses.unlisted
    return f"{number} more by others" if number else ""


def requests(number: int) -> str:
    """Return `1 request` or `214 requests`."""
    return "1 request" if number == 1 else f"{number} requests"


def decided(decision: Decision) -> Sequence[str]:
    """Return what was decided, from where, and what came of it."""
    state = (
        f"KMS says the key is {decision.state} now."
        if decision.state
        else "KMS could not be asked what state the key is in."
    )
    how = "with the key to be enabled again" if decision.enable else "with the key to stay disabled"
    return (
        f"Somebody with the link from {decision.channel} did so at {for_people(decision.at)}, {how}.",
        f"From {decision.source_ip or 'an unknown address'}, {decision.user_agent or 'an unnamed browser'}.",
        state,
    )


def searched(window: Window) -> str:
    """Return which part of which log group was searched."""
    return f"log group {window.log_group}, from {for_people(window.start)} to {for_people(window.end)}"


def in_use(key: Key | None) -> str:
    """Return the sentence that the key is in use, or was while it waited."""
    if key and key.state and not key.is_pending:
        return f"A KMS key was used while it was {PENDING}. The deletion is off: KMS says {key.state} now."
    return f"A KMS key that is {PENDING} is still in use."


def _until(now: datetime, then: datetime, units: int) -> str:
    """Return how long there is; KMS may take a day longer than it said, and nobody knows how long."""
    return f"in {left(now, then, units)}" if then > now else "any moment now"


def _fit(limit: int, *parts: str) -> str:
    """Join the parts; if that is too long, leave out or shorten from the end."""
    line = ""
    for part in parts:
        if len(line) + len(part) > limit:
            return f"{(line + part)[: limit - 1]}…"
        line += part
    return line
