"""Microsoft Teams, by the webhook of a Workflows flow: an Adaptive Card 1.4, the latest that renders.

All words are text runs: unlike text blocks, they know no Markdown, so nothing in them is a link, a mention or
formatting. Source: Adaptive Cards, "TextRun".
A flow takes 28 KB with what Teams adds of its own: a card has at most `LIMIT` bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.posting import as_json, post
from reprieve.messages.parts import Kind, Part, Room, fitting, parts
from reprieve.messages.story import Story
from reprieve.ports import Http, Tools

TYPE: Final = "teams"
LIMIT: Final = 20_000

Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Teams(ToAll):
    """The channel."""

    name: str
    http: Http = field(repr=False)
    url: str = field(repr=False)

    def send(self, sent: Delivery) -> None:
        """Post the notice; that it is accepted does not say that it is shown."""
        post(self.http, self.name, self.url, message(sent.story))


def message(story: Story) -> bytes:
    """Return the card as it is posted."""
    return fitting(lambda room: as_json(_message(story, room)), len, LIMIT)


def _message(story: Story, room: Room) -> Mapping[str, Any]:
    card = {
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": list(_elements(story, room)),
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
    return Teams(name, tools.http, entry.address("url"))
