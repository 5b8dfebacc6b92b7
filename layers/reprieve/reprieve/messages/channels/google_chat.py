"""Google Chat, by the webhook of a space: a card, in the thread of its case.

Text in a card knows a few HTML elements: the characters that make one are escaped, so nothing from outside is
a link, a mention or formatting. Source: Google Chat, "Cards v2", "Text formatting", "Mention users"; a
message has at most 32,000 bytes. A `requestId` that comes again makes no second message.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from html import escape
from typing import Any, Final
from urllib.parse import quote

from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, Threads, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.mention import NOBODY, Mentions, read_mentions
from reprieve.messages.channels.posting import as_json, post
from reprieve.messages.parts import Kind, Part, Room, fitting, parts
from reprieve.messages.story import Story
from reprieve.ports import Http, Tools

TYPE: Final = "google-chat"
LIMIT: Final = 32_000
_MENTIONED: Final = re.compile(r"users/(all|\d{1,40})")

Widget = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GoogleChat(Threads, ToAll):
    """The channel."""

    name: str
    http: Http = field(repr=False)
    url: str = field(repr=False)
    mentions: Mentions = NOBODY

    def send(self, sent: Delivery) -> None:
        """Post the notice into the thread of its case; without such a thread it begins one."""
        post(self.http, self.name, self._address(sent), message(sent.story, self.mentions.of(sent.notice)))

    def _address(self, sent: Delivery) -> str:
        separator = "&" if "?" in self.url else "?"
        request = quote(sent.notice.id, safe="")
        option = "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
        return f"{self.url}{separator}{option}&requestId={request}"


def message(story: Story, mention: str = "") -> bytes:
    """Return the card as it is posted; a mention is in the text above it, as cards have none."""
    above = {"text": f"<{mention}>"} if mention else {}
    return fitting(lambda room: as_json(above | _message(story, room)), len, LIMIT)


def _message(story: Story, room: Room) -> dict[str, Any]:
    title, *rest = parts(story, room)
    card = {"header": {"title": title.text}, "sections": [{"widgets": list(_widgets(rest))}]}
    return {
        "fallbackText": title.text,
        "cardsV2": [{"cardId": story.id, "card": card}],
        "thread": {"threadKey": story.case or story.id},
    }


def _widgets(found: list[Part]) -> Iterator[Widget]:
    """Yield a widget for each part; buttons beside each other are one list."""
    buttons: list[Widget] = []
    for part in found:
        if part.kind in {Kind.LINK, Kind.CONSOLE}:
            buttons.append({"text": part.label, "onClick": {"openLink": {"url": part.text}}})
            continue
        if buttons:
            yield {"buttonList": {"buttons": buttons}}
            buttons = []
        yield _WIDGETS[part.kind](part)


def _paragraph(html: str) -> Widget:
    return {"textParagraph": {"text": html}}


def _safe(text: str) -> str:
    return escape(text, quote=False)


def _plain(part: Part) -> Widget:
    return _paragraph(_safe(part.text))


def _bold(part: Part) -> Widget:
    return _paragraph(f"<b>{_safe(part.text)}</b>")


_WIDGETS: Final[Mapping[Kind, Callable[[Part], Widget]]] = {
    Kind.STATE: _bold,
    Kind.TEXT: _plain,
    Kind.HEADING: _bold,
    Kind.ROW: _plain,
    Kind.FACT: lambda part: {
        "decoratedText": {"topLabel": part.label, "text": _safe(part.text), "wrapText": True}
    },
    Kind.COMMANDS: lambda part: _paragraph(_safe(part.text).replace("\n", "<br>")),
    Kind.SMALL: _plain,
}


def read(name: str, entry: Entry, tools: Tools) -> GoogleChat:
    """Return the channel of an entry."""
    return GoogleChat(name, tools.http, entry.address("url"), read_mentions(entry, _MENTIONED))
