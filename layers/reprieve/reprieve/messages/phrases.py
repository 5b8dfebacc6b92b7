"""What every channel and page says, in words: plain text that no medium has been applied to yet."""

from dataclasses import replace
from datetime import datetime

from reprieve.cases.case import UNKNOWN_DATE, ScheduledBy
from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import Window
from reprieve.cases.tallies import RESOURCES_LISTED, SESSIONS_LISTED
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import AuthMethod
from reprieve.clock import for_people, left
from reprieve.cloudtrail.callers import Caller
from reprieve.cloudtrail.resources import summarised

CALLERS_SHOWN = 8
RESOURCES_SHOWN = 3
PENDING = "waiting to be deleted"


def deletion(key: Key, now: datetime) -> str:
    """Return when the key is deleted, or what stands in the way of saying so."""
    if key.deletion_date:
        return f"{for_people(key.deletion_date)}, {until(now, key.deletion_date, units=2)}"
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
    return key.owner or ""


def operations(part: CallerUses) -> str:
    """Return what a caller did: `Decrypt`, or `Decrypt 12, Encrypt 3`."""
    if len(part.operations) == 1:
        return next(iter(part.operations))
    return ", ".join(f"{name} {number}" for name, number in part.operations.items() if number)


def caller(part: CallerUses) -> str:
    """Return who it was; one who came to KMS in several ways is not said to have come in one of them."""
    who = _role_of(part)
    if who.service and set(part.source_ips) - {who.invoked_by}:
        return f"{replace(who, service=None).label}, at least in part through {who.service}"
    return who.label


def _role_of(part: CallerUses) -> Caller:
    """Return the caller of a row: the role, with its sessions, where there are several of it."""
    who, sessions = part.caller, part.sessions
    if len(sessions) <= 1:
        return who
    more = " and more" if len(sessions) >= SESSIONS_LISTED else ""
    named = f"{who.behind or who.name}, sessions {', '.join(sessions)}{more}"
    return replace(who, name=named, behind=None, session=None, source_identity=None, on_behalf_of=None)


def protects(uses: Uses) -> str:
    """Return what the key protects, as far as the requests told: one line, or ""."""
    found = (resource for part in uses.by_caller for resource in part.resources)
    full = any(len(part.resources) >= RESOURCES_LISTED for part in uses.by_caller)
    return summarised(found, more=full or bool(uses.unlisted))


def about(part: CallerUses) -> str:
    """Return what a caller's requests were about: the first few, and how many more are known."""
    return ", ".join((*map(str, part.resources[:RESOURCES_SHOWN]), *filter(None, (other_resources(part),))))


def other_resources(part: CallerUses) -> str:
    """Return how many resources are not shown; "" if that is none."""
    number = len(part.resources) - RESOURCES_SHOWN
    if number <= 0:
        return ""
    return f"and at least {number} more" if len(part.resources) >= RESOURCES_LISTED else f"and {number} more"


def origin(part: CallerUses) -> str:
    """Return from where and with what a caller came; a service between is told with the caller already."""
    services = {part.caller.invoked_by, "AWS Internal"}
    addresses = [address for address in part.source_ips if address not in services]
    agents = [agent for agent in part.user_agents if agent not in services]
    return ", ".join(dict.fromkeys((*addresses[:2], *agents[:1])))


def rest(uses: Uses, shown: int = CALLERS_SHOWN) -> tuple[str, ...]:
    """Return what was done by callers who are not shown: each by name, and a number for those without one."""
    named = (
        *((part.count, part.caller.behind or part.caller.name) for part in uses.by_caller[shown:]),
        *((other.count, other.name) for other in uses.others),
    )
    listed = ", ".join(f"{name} ({number})" for number, name in named)
    unnamed = f"{uses.unnamed} more by others, whose records are in the log group" if uses.unnamed else ""
    return tuple(filter(None, (f"also {listed}" if listed else "", unnamed)))


def earlier(previous: str | None) -> str:
    """Return which deletion of the same key was dealt with before; "" for none, or one without a date."""
    date = (previous or "").rpartition("@")[2]
    is_known = date and not date.startswith(UNKNOWN_DATE)
    return f"a deletion of this key on {date[:10]} was stopped" if is_known else ""


def moment(then: datetime, now: datetime) -> str:
    """Return `14:52 UTC`, with its date where that is not today's."""
    return f"{then:%H:%M} UTC" if then.date() == now.date() else for_people(then)


def requests(number: int) -> str:
    """Return `1 request` or `214 requests`."""
    return "1 request" if number == 1 else f"{number} requests"


def searched(window: Window) -> str:
    """Return which part of which log group was searched."""
    return f"log group {window.log_group}, from {for_people(window.start)} to {for_people(window.end)}"


def who_may(approvers: AuthMethod | None) -> str:
    """Return who can act with a link."""
    match approvers:
        case AuthMethod.SIGN_IN:
            return "Approvers alone can do so, when they have signed in, until it expires."
        case AuthMethod.NETWORK:
            return "Whoever holds this link can do so, from the approvers' network, until it expires."
        case _:
            return "Whoever holds this link can do so, until it expires."


def until(now: datetime, then: datetime, units: int) -> str:
    """Return how long there is; KMS may take a day longer than it said, and nobody knows how long."""
    return f"in {left(now, then, units)}" if then > now else "any moment now"
