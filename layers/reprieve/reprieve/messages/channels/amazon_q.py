"""Amazon Q Developer in chat applications, by a topic that it is subscribed to: Slack, Teams, Chime.

Its Markdown is that of the chat program, which may be any: what one of them gives a meaning to is replaced by
a sign that looks alike, as they have no escape that all of them know.
Source: Amazon Q Developer in chat applications, "Custom notifications", event schema.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, Threads, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.posting import as_json
from reprieve.messages.parts import Kind, Part, Room, fitting, parts
from reprieve.ports import Tools, Topic

TYPE: Final = "amazon-q"
LIMIT: Final = 20_000
_DESCRIPTION_LIMIT: Final = 4_000
_CUT: Final = "The rest of this message does not fit."
_ALIKE: Final = str.maketrans({
    "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "*": "\N{ASTERISK OPERATOR}",
    "~": "\N{TILDE OPERATOR}",
    "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    "|": "\N{DIVIDES}",
    "\\": "\N{SET MINUS}",
})  # fmt: skip
_OUTER_LINE: Final = re.compile(r"(?<!\w)_+|_+(?!\w)")
_LINKED: Final = re.compile(r"\](?=[(\[:])")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")


@dataclass(frozen=True, slots=True)
class AmazonQ(Threads, ToAll):
    """The channel."""

    name: str
    topic: Topic

    def send(self, sent: Delivery) -> None:
        """Publish the notice."""
        self.topic.publish("", message(sent), {})


def message(sent: Delivery) -> str:
    """Return the custom notification."""
    return fitting(lambda room: _message(sent, room), _size, LIMIT)


def _size(made: str) -> int:
    return len(made.encode())


def _message(sent: Delivery, room: Room) -> str:
    story, key = sent.story, sent.notice.key
    title, *rest = parts(story, room)
    about: dict[str, Any] = {"relatedResources": [str(key.arn)]} if key else {}
    return as_json({
        "version": "1.0",
        "source": "custom",
        "id": sent.id,
        "content": {
            "textType": "client-markdown",
            "title": _safe(title.text),
            "description": _description(rest),
        },
        "metadata": {
            "threadId": story.case or story.id,
            "summary": _safe(title.text),
            "eventType": story.reason,
            **about,
        },
    }).decode()  # fmt: skip


def _description(found: list[Part]) -> str:
    """Return as many parts as there is room for, each whole, and at the end that it is not all."""
    shown = [_TEXTS[part.kind](part) for part in found]
    if len("\n".join(shown)) <= _DESCRIPTION_LIMIT:
        return "\n".join(shown)
    while len("\n".join((*shown, _CUT))) > _DESCRIPTION_LIMIT:
        shown.pop()
    return "\n".join((*shown, _CUT))


def _safe(text: str) -> str:
    """Return a text in which no chat program finds a link, a mention or formatting."""
    lines = _OUTER_LINE.sub("\N{FULLWIDTH LOW LINE}", text.translate(_ALIKE))
    return _MENTION.sub("\N{FULLWIDTH COMMERCIAL AT}", _LINKED.sub("] ", lines))


def _bold(part: Part) -> str:
    return f"*{_safe(part.text)}*"


def _plain(part: Part) -> str:
    return _safe(part.text)


_TEXTS: Final[Mapping[Kind, Callable[[Part], str]]] = {
    Kind.STATE: _bold,
    Kind.TEXT: _plain,
    Kind.HEADING: _bold,
    Kind.ROW: lambda part: f"\N{BULLET} {_safe(part.text)}",
    Kind.FACT: lambda part: f"{part.label}: {_safe(part.text)}",
    Kind.COMMANDS: lambda part: f"```\n{part.text}\n```",
    Kind.LINK: lambda part: f"{part.label}: {part.text}",
    Kind.CONSOLE: lambda part: f"{part.label}: {part.text}",
    Kind.SMALL: _plain,
}


def read(name: str, entry: Entry, tools: Tools) -> AmazonQ:
    """Return the channel of an entry."""
    return AmazonQ(name, tools.topic(entry.arn("topic", "sns")))
