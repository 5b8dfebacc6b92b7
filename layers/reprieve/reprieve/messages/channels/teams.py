"""Microsoft Teams, by the webhook of a Workflows flow: an Adaptive Card 1.4, the latest that renders.

All words are text runs: unlike text blocks, they know no Markdown, so nothing in them is a link, a mention or
formatting. Source: Adaptive Cards, "TextRun".
The one text block is a mention, of a person: a tag can't be mentioned through a webhook. Source: Microsoft
Teams, "Format cards", user mention in an incoming webhook, by Entra object ID or user principal name.
A flow takes 28 KB with what Teams adds of its own: a card has at most `LIMIT` bytes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.mention import NOBODY, Mentions, read_mentions
from reprieve.messages.channels.posting import as_json, post
from reprieve.messages.parts import Kind, Part, Room, fitting, parts
from reprieve.messages.story import Story
from reprieve.ports import Http, Tools

TYPE: Final = "teams"
LIMIT: Final = 20_000
_MENTIONED: Final = re.compile(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[\w.+-]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII
)

Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Teams(ToAll):
    """The channel."""

    name: str
    http: Http = field(repr=False)
    url: str = field(repr=False)
    mentions: Mentions = NOBODY

    def send(self, sent: Delivery) -> None:
        """Post the notice; that it is accepted does not say that it is shown."""
        post(self.http, self.name, self.url, message(sent.story, self.mentions.of(sent.notice)))


def message(story: Story, mention: str = "") -> bytes:
    """Return the card as it is posted."""
    return fitting(lambda room: as_json(_message(story, room, mention)), len, LIMIT)


def _message(story: Story, room: Room, mention: str) -> Mapping[str, Any]:
    title, *rest = _elements(story, room)
    mentioned = f"<at>{mention}</at>"
    entity = {"type": "mention", "text": mentioned, "mentioned": {"id": mention, "name": mention}}
    card = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full", **({"entities": [entity]} if mention else {})},
        "body": [title, *([{"type": "TextBlock", "text": mentioned}] if mention else []), *rest],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _elements(story: Story, room: Room) -> Iterator[Element]:
    """Yield an element for each part; buttons beside each other are one set."""
    buttons: list[Element] = []
    for part in parts(story, room):
        if part.kind in {Kind.LINK, Kind.CONSOLE}:
            buttons.append({"type": "Action.OpenUrl", "title": part.label, "url": part.text})
            continue
        if buttons:
            yield {"type": "ActionSet", "actions": buttons}
            buttons = []
        yield _ELEMENTS[part.kind](part)


def _runs(*runs: Element, **more: Any) -> Element:  # noqa: ANN401 - properties of an element
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def _run(text: str, **more: Any) -> Element:  # noqa: ANN401 - as above
    return {"type": "TextRun", "text": text, **more}


_ELEMENTS: Final[Mapping[Kind, Callable[[Part], Element]]] = {
    Kind.TITLE: lambda part: _runs(_run(part.text, size="Large", weight="Bolder")),
    Kind.STATE: lambda part: _runs(_run(part.text, weight="Bolder"), spacing="Small"),
    Kind.TEXT: lambda part: _runs(_run(part.text)),
    Kind.HEADING: lambda part: _runs(_run(part.text, weight="Bolder"), separator=True),
    Kind.ROW: lambda part: _runs(_run(part.text), spacing="Small"),
    Kind.FACT: lambda part: _runs(_run(f"{part.label}: ", isSubtle=True), _run(part.text), spacing="Small"),
    Kind.COMMANDS: lambda part: _runs(_run(part.text, fontType="Monospace", size="Small")),
    Kind.SMALL: lambda part: _runs(_run(part.text, isSubtle=True, size="Small"), spacing="Small"),
}


def read(name: str, entry: Entry, tools: Tools) -> Teams:
    """Return the channel of an entry."""
    return Teams(name, tools.http, entry.address("url"), read_mentions(entry, _MENTIONED))
