"""PagerDuty, by its Events API v2: an incident for each case.

Source: PagerDuty, "Send an alert event": `dedup_key` has at most 255 characters, `summary` 1,024, an
event 512 KB; 202 is success. The same routing key has to resolve what it triggered.
Others read later what it keeps, so it gets no link unless its entry says so.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from reprieve.cases.notice import Notice, Reason
from reprieve.clock import rfc3339
from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, Threads, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.posting import GONE, as_json, post
from reprieve.messages.headline import is_over
from reprieve.messages.outcome import is_pending_again
from reprieve.messages.parts import TITLE_LIMIT, Kind, Room, fitting, parts
from reprieve.messages.phrases import shortened
from reprieve.messages.story import Story
from reprieve.ports import Http, Tools

TYPE: Final = "pagerduty"
LIMIT: Final = 512_000
_US: Final = "https://events.pagerduty.com/v2/enqueue"
_ROUTING_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
_FINAL: Final = (400, GONE)
"""400: PagerDuty knows no such routing key, or takes no such event, also if it comes again."""

_LONGEST_KEY: Final = 255
_NEAR: Final = timedelta(days=1)
_UNUSED: Final = frozenset({Reason.DELETION_SCHEDULED, Reason.STACK_UNHEALTHY})


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDuty(Threads, ToAll):
    """The channel."""

    name: str
    http: Http = field(repr=False)
    url: str = field(repr=False)
    routing_key: str = field(repr=False)
    link: bool

    @property
    def has_link(self) -> bool:
        """As its entry says."""
        return self.link

    def send(self, sent: Delivery) -> None:
        """Trigger the case's incident, say more of it, or resolve it."""
        event = fitting(
            lambda room: as_json({"routing_key": self.routing_key, **_event(sent, room)}), len, LIMIT
        )
        post(self.http, self.name, self.url, event, final=_FINAL)


def _event(sent: Delivery, room: Room) -> Mapping[str, Any]:
    notice, story = sent.notice, sent.story
    links = [
        {"href": part.text, "text": part.label}
        for part in parts(story, room)
        if part.kind in {Kind.LINK, Kind.CONSOLE}
    ]
    return {
        "event_action": action(notice),
        "dedup_key": incident(notice),
        "payload": {
            "summary": shortened(story.title.within(TITLE_LIMIT), TITLE_LIMIT),
            "severity": severity(notice),
            "timestamp": rfc3339(notice.at),
            "class": str(notice.reason),
            "custom_details": _details(story, room),
            "source": str(notice.key.arn) if notice.key else "kms-reprieve",
        },
        "links": links,
        "client": "kms-reprieve",
    }


def _details(story: Story, room: Room) -> Mapping[str, Any]:
    """Return what is said, in its order: facts by their names, and the rest under a name of its own."""
    found: dict[str, Any] = {}
    named = _TEXTS[Kind.STATE]
    for part in parts(story, room):
        if part.kind is Kind.FACT:
            found[part.label] = part.text
        elif part.kind is Kind.HEADING:
            named = part.text
        elif part.kind in _TEXTS or part.kind is Kind.ROW:
            name = _TEXTS.get(part.kind, named)
            found.setdefault(name, []).extend(part.text.split("\n"))
    return found


_TEXTS: Final[Mapping[Kind, str]] = {
    Kind.STATE: "State",
    Kind.TEXT: "What happened",
    Kind.COMMANDS: "Commands",
    Kind.SMALL: "Notes",
}


def incident(notice: Notice) -> str:
    """Return the key of the incident that a notice belongs to: that of its case, or of its problem."""
    if notice.case and len(notice.case.id) <= _LONGEST_KEY:
        return notice.case.id
    about = notice.case.id if notice.case else notice.problem.cause if notice.problem else notice.id
    return sha256(about.encode()).hexdigest()


def action(notice: Notice) -> str:
    """Return what becomes of the incident: acknowledged means that a decision is under way."""
    if is_over(notice):
        return "resolve"
    is_decided = notice.reason is Reason.DELETION_CANCELLED and notice.decision is not None
    return "acknowledge" if is_decided and not is_pending_again(notice) else "trigger"


def severity(notice: Notice) -> str:
    """Return how bad it is, by what is left."""
    if notice.reason in _UNUSED:
        return "warning"
    date = notice.key and notice.key.deletion_date
    if date and notice.uses.count and date - notice.at <= _NEAR:
        return "critical"
    return "error" if notice.uses.count or not notice.key else "warning"


def read(name: str, entry: Entry, tools: Tools) -> PagerDuty:
    """Return the channel of an entry."""
    return PagerDuty(
        name=name,
        http=tools.http,
        url=entry.address("url") if entry.has("url") else _US,
        routing_key=entry.text("routing_key", _ROUTING_KEY),
        link=entry.flag("link"),
    )
