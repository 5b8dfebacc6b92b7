"""What a person can do about it: the link and who may use it, or the commands and whom to ask."""

from reprieve.cases.key import Unknown
from reprieve.cases.notice import LINK, Notice, Reason
from reprieve.cases.visitor import AuthMethod
from reprieve.clock import for_people
from reprieve.messages.headline import ENDED
from reprieve.messages.outcome import is_kept, is_pending_again

BUTTON = "Review and decide"
WITHOUT_LINK = "To check or decide without the link:"
"""What stands before the commands that do the same as the page, and show whether a message is true."""
TEST_BUTTON = "Open the test page"
RUNBOOK = "Open the runbook"


def commands(notice: Notice) -> tuple[str, ...]:
    """Return the commands that bring the key back; none once the deletion is off, or where a link does."""
    is_needed = notice.reason not in ENDED or (is_pending_again(notice) and not notice.link)
    return notice.command if is_needed else ()


def has_page(notice: Notice) -> bool:
    """Return whether the link comes first: there is one, and nobody knows that it can't help."""
    return bool(notice.link) and not why_not(notice)


def why_not(notice: Notice) -> str:
    """Return why the page can't rescue the key, and whom to ask; "" where it can, or nobody knows."""
    rescuable = notice.key and notice.key.rescuable
    return f"Why: {rescuable.why}." if rescuable and not rescuable.allowed and commands(notice) else ""


def heading(notice: Notice) -> str:
    """Return what stands before the link, or before the commands that take its place."""
    if has_page(notice):
        return _before_link(notice)
    account = notice.key.account if notice.key else ""
    if why_not(notice):
        return f"The page can't rescue this key. Ask an administrator of account {account} to run:"
    why = "".join(f": {each.why}" for each in notice.unknown if each.fact == LINK)
    return f"There is no link{why}. Run in account {account}, or ask its administrator:"


def _before_link(notice: Notice) -> str:
    if notice.reason is Reason.TEST:
        return 'Open the page and press "I have seen this". Opening changes nothing:'
    if is_kept(notice):
        return "You disagree? Stop it. Opening the link changes nothing:"
    return f"{BUTTON}: opening changes nothing. If unsure, press Rescue:"


def unknown(notice: Notice) -> tuple[Unknown, ...]:
    """Return what is not known; why there is no link is said before the commands."""
    return tuple(each for each in notice.unknown if each.fact != LINK or not commands(notice))


def button(notice: Notice) -> str:
    """Return what the button that opens the page says."""
    return TEST_BUTTON if notice.reason is Reason.TEST else BUTTON


def forwarding(notice: Notice) -> str:
    """Return whether the link may be forwarded, until when it works, and what it takes to decide with it."""
    expires_at = notice.link_expires_at
    until = f"until {for_people(expires_at)}" if expires_at else "until it expires"
    if notice.reason is Reason.TEST:
        return f"This link can't change any key. It works {until}."
    match notice.approvers:
        case AuthMethod.SIGN_IN:
            return f"Safe to forward: only approvers who sign in can decide, {until}."
        case AuthMethod.NETWORK:
            return f"Do not forward: in the approvers' network, anyone with this link can decide {until}."
        case _:
            return f"Do not forward: anyone with this link can decide, without a sign-in, {until}."
