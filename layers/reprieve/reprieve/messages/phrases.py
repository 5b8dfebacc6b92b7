"""What every channel and page says, in words: plain text that no medium has been applied to yet."""

from dataclasses import replace
from datetime import datetime

from reprieve.cases.case import UNKNOWN_DATE, ScheduledBy
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, Window
from reprieve.cases.notified import NEW_LISTED
from reprieve.cases.tallies import RESOURCES_LISTED, SESSIONS_LISTED
from reprieve.cases.usage import CallerUses, Uses
from reprieve.clock import for_people, left
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.summary import summarised
from reprieve.messages.defang import defanged
from reprieve.untrusted import ELLIPSIS, one_line, within_quotes

CALLERS_SHOWN = 8
RESOURCES_SHOWN = 3
_DOTS = "..."
_WITH_NEWS = frozenset({Reason.NEW_CALLER, Reason.STILL_IN_USE})


def shortened(text: str, limit: int) -> str:
    """Return a text without addresses, of so many characters: three dots stand for what is cut off.

    The dots are ASCII, as subjects need them.
    """
    safe = defanged(one_line(text, 4 * limit)).replace(ELLIPSIS, _DOTS)
    return safe if len(safe) <= limit else _cut(safe, limit - len(_DOTS))


def _cut(safe: str, room: int) -> str:
    """Return the beginning of a text: where the cut makes an address of what was none, without that."""
    cut = safe[:room].rstrip()
    if defanged(cut) == cut:
        return f"{cut}{_DOTS}"
    return _cut(safe, max(0, *map(safe[: room - 1].rfind, " .:")))


def names(key: Key) -> str:
    """Return the key's aliases and description on one line: no description looks like an alias."""
    described = within_quotes(key.description)
    return ", ".join((*key.aliases, *([f'"{described}"'] if described else []))) or key.arn.key_id


def scheduled_by(by: ScheduledBy | None) -> str:
    """Return since when the deletion is scheduled, and by whom; "" where that is not known."""
    return f"{for_people(by.at)} by {by.caller.label}" if by else ""


def owner(key: Key) -> str:
    """Return what the key's tags say about its owner."""
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
    agents = [agent for agent in part.user_agents if agent not in _services(part)]
    return ", ".join(dict.fromkeys((*_addresses(part), *agents[:1])))


def addresses(part: CallerUses) -> str:
    """Return from where a caller came."""
    return ", ".join(_addresses(part))


def _addresses(part: CallerUses) -> list[str]:
    return [address for address in part.source_ips if address not in _services(part)][:2]


def _services(part: CallerUses) -> frozenset[str | None]:
    return frozenset({part.caller.invoked_by, "AWS Internal"})


def rest(uses: Uses, shown: int = CALLERS_SHOWN) -> tuple[str, ...]:
    """Return what was done by callers who are not shown: each by name, and a number for those without one."""
    named = (
        *((part.count, part.name) for part in uses.by_last_refusal[shown:]),
        *((other.count, other.name) for other in uses.others),
    )
    listed = ", ".join(f"{name} ({number})" for number, name in named)
    unnamed = f"{uses.unnamed} more by others, whose records are in the log group" if uses.unnamed else ""
    return tuple(filter(None, (f"also {listed}" if listed else "", unnamed)))


def earlier(previous: str | None, *, is_sure: bool) -> str:
    """Return which deletion of the same key was dealt with before; "" for none, or one without a date.

    Args:
        previous: The id of the case before this one.
        is_sure: Whether KMS answers, so that it is not this very deletion.
    """
    date = (previous or "").rpartition("@")[2]
    is_known = date and not date.startswith(UNKNOWN_DATE)
    if not is_known:
        return ""
    if is_sure:
        return f"a deletion of this key on {date[:10]} was stopped"
    return f"an earlier case of this key, about a deletion on {date[:10]}, was closed"


def moment(then: datetime, now: datetime) -> str:
    """Return `14:52 UTC`, with its date where that is not today's."""
    return f"{then:%H:%M} UTC" if then.date() == now.date() else for_people(then)


def requests(number: int) -> str:
    """Return `1 request` or `214 requests`."""
    return "1 request" if number == 1 else f"{number} requests"


def searched(window: Window) -> str:
    """Return which part of which log group was searched."""
    return f"log group {window.log_group}, from {for_people(window.start)} to {for_people(window.end)}"


def news(notice: Notice) -> str:
    """Return the callers and resources that no notice before named, where people had heard of others."""
    if notice.reason not in _WITH_NEWS:
        return ""
    more = " and more" if NEW_LISTED in {len(notice.new_callers), len(notice.new_resources)} else ""
    return f"{', '.join((*notice.new_callers, *notice.new_resources))}{more}"


def until(now: datetime, then: datetime, units: int) -> str:
    """Return how long there is; KMS may take a day longer than it said, and nobody knows how long."""
    return f"in {left(now, then, units)}" if then > now else "any moment now"
