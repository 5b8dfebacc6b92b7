"""How a case was decided, or how it ended: what came of it, who did it and what they said."""

from typing import Final

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import Notice, Reason
from reprieve.clock import for_people
from reprieve.messages.phrases import shortened

_KEPT: Final = frozenset({Reason.DELETION_KEPT, Reason.DELETION_SOON})
_LABEL_LIMIT: Final = 100


def is_kept(notice: Notice) -> bool:
    """Return whether it tells that the key is deleted because a person decided so."""
    return notice.reason in _KEPT and notice.decision is not None and notice.decision.choice is Choice.KEEP


def is_pending_again(notice: Notice) -> bool:
    """Return whether KMS calls the key pending after a cancellation: with a new date, or none yet."""
    closure = notice.closure
    if notice.reason is not Reason.DELETION_CANCELLED or closure is None:
        return False
    waits = notice.key is not None and notice.key.state == KeyState.PENDING_REPLICA_DELETION
    return closure.scheduled_again is not None or (closure.confirmed and waits)


def cancelled(notice: Notice) -> str:
    """Return that the deletion was cancelled, how much of that is known, and whether calls work."""
    closure, key = notice.closure, notice.key
    if is_pending_again(notice):
        date = closure.scheduled_again if closure else None
        due = for_people(date) if date else "after its replicas"
        return f"Pending deletion again, due {due}, after a cancellation."
    if closure and not closure.confirmed:
        if made_here(notice):
            return "KMS accepted the cancellation, and has not confirmed it yet."
        return "CloudTrail says that the deletion was cancelled. KMS could not be asked."
    return _state(key) if key and key.state else "The deletion is cancelled. The key's state is not known."


def deleted(notice: Notice) -> str:
    """Return that the deletion is over, and how much of that is known."""
    closure = notice.closure
    if closure is None or closure.confirmed:
        return "The key is deleted: KMS has no such key any more. What it encrypted can't be read."
    passed = (
        "No deletion takes this long" if closure.how is Ending.UNKNOWN else "The deletion date has passed"
    )
    return f"{passed}, and KMS could not be asked whether the key is deleted."


def _state(key: Key) -> str:
    if key.state == KeyState.DISABLED:
        return "The deletion is cancelled, and calls still fail: KMS says that the key is Disabled."
    return f"The deletion is cancelled. KMS says that the key is {key.state}."


def made_here(notice: Notice) -> bool:
    """Return whether it was cancelled on the page: a decision to let the key be deleted is not the reason."""
    return notice.decision is not None and notice.decision.choice is not Choice.KEEP


def concluded(notice: Notice) -> tuple[str, ...]:
    """Return who decided or cancelled, when, why and from where; nothing where neither happened."""
    if notice.reason is not Reason.DELETION_CANCELLED:
        return decided(notice.decision) if notice.decision else ()
    if notice.decision and made_here(notice):
        return decided(notice.decision)
    return ended(notice.closure) if notice.closure else ()


def decided(decision: Decision) -> tuple[str, ...]:
    """Return what a person chose on the page, when, why and from where."""
    by = decision.by
    who, at = shortened(by.label, _LABEL_LIMIT), for_people(decision.at)
    reason = (f'The reason given: "{decision.why}".',) if decision.why else ()
    browser = "" if by.slack else f", {by.user_agent or 'an unnamed browser'}"
    origin = f"From {by.origin}{browser}."
    match decision.choice:
        case Choice.KEEP:
            return (f"{who} decided at {at} to let the key be deleted.", *reason, origin)
        case Choice.ENABLE:
            return (f"{who} decided at {at} to enable the key.", *reason, origin)
        case _:
            also = "to enable the key" if decision.enable else "to leave the key disabled"
            return (f"{who} decided at {at} to cancel the deletion and {also}.", *reason, origin)


def ended(closure: Closure) -> tuple[str, ...]:
    """Return who cancelled a deletion outside the page."""
    by, at = closure.by and shortened(closure.by.label, _LABEL_LIMIT), for_people(closure.at)
    if closure.scheduled_again or not closure.confirmed:
        return (f"{by} cancelled it at {at}.",) if by else ()
    if by:
        return (f"{by} cancelled it at {at}, outside this stack's page.",)
    return (f"Cancelled outside this stack's page by {at}. CloudTrail does not show who yet.",)
