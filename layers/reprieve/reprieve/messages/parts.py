"""A story cut into the parts of a message, in the one order, for media that show them one by one.

What strangers wrote is defanged, on one line and no longer than there is room. A medium escapes it, and that
is all. Commands and addresses are our own, and are never shortened.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, TypeVar

from reprieve.dataclass import dataclass
from reprieve.messages.phrases import shortened
from reprieve.messages.story import Actions, Calls, Folded, Story
from reprieve.messages.way_out import RUNBOOK, WITHOUT_LINK

TITLE_LIMIT: Final = 150

_Made = TypeVar("_Made")


class Kind(StrEnum):
    """How a part is shown."""

    TITLE = "title"
    STATE = "state"
    TEXT = "text"
    HEADING = "heading"
    ROW = "row"
    FACT = "fact"
    COMMANDS = "commands"
    LINK = "link"
    CONSOLE = "console"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `label` is a fact's, or what a link is called."""

    kind: Kind
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much a medium has room for: characters of a text, and how many callers and lines."""

    text: int
    callers: int
    lines: int


ROOMS: Final = (
    Room(text=600, callers=8, lines=40),
    Room(text=400, callers=5, lines=20),
    Room(text=200, callers=3, lines=10),
    Room(text=100, callers=2, lines=5),
    Room(text=40, callers=1, lines=2),
)


def fitting(render: Callable[[Room], _Made], size: Callable[[_Made], int], limit: int) -> _Made:
    """Return a message that is as long as there is room for."""
    *wide, least = ROOMS
    return next((made for made in map(render, wide) if size(made) <= limit), None) or render(least)


def parts(story: Story, room: Room) -> Iterator[Part]:
    """Yield the parts of a story, in their order."""
    yield Part(Kind.TITLE, shortened(story.title.within(TITLE_LIMIT), TITLE_LIMIT))
    for part in _parts(story, room):
        if part.text:
            yield part if part.kind in _OWN else _shown(part, room)


_OWN: Final = frozenset({Kind.COMMANDS, Kind.LINK, Kind.CONSOLE})


def _shown(part: Part, room: Room) -> Part:
    return Part(part.kind, shortened(part.text, room.text), part.label)


def _parts(story: Story, room: Room) -> Iterator[Part]:
    for line in (*story.lead.opening, story.lead.place):
        yield Part(Kind.STATE, line)
    yield Part(Kind.TEXT, " ".join(story.lead.sentences))
    yield from _way_out(story.actions, story.commands)
    for fact in (*story.facts, *story.particulars):
        yield Part(Kind.FACT, fact.words, fact.label)
    yield Part(Kind.TEXT, story.advice)
    for calls in story.uses:
        yield from _calls(calls, room)
    yield Part(Kind.FACT, story.searched, "Searched")
    if story.folded:
        yield from _folded(story.folded, room)
    if story.actions.is_first and story.commands:
        yield Part(Kind.TEXT, WITHOUT_LINK)
        yield Part(Kind.COMMANDS, "\n".join(story.commands))
    for unknown in story.unknown[: room.lines]:
        yield Part(Kind.SMALL, unknown)
    yield Part(Kind.SMALL, f"Notice {story.id}")


def _way_out(actions: Actions, commands: tuple[str, ...]) -> Iterator[Part]:
    """Yield the link and who may use it; or the commands, whom to ask, and the link to try anyway."""
    if actions.is_first or commands:
        yield Part(Kind.TEXT, actions.heading)
    if not actions.is_first:
        yield Part(Kind.COMMANDS, "\n".join(commands))
    yield Part(Kind.TEXT, actions.why_not)
    yield Part(Kind.LINK, actions.link or "", actions.button)
    yield Part(Kind.CONSOLE, actions.console_url or "", "Open the console")
    yield Part(Kind.CONSOLE, actions.runbook or "", RUNBOOK)
    yield Part(Kind.SMALL, actions.forwarding)


def _calls(calls: Calls, room: Room) -> Iterator[Part]:
    yield Part(Kind.HEADING, calls.heading)
    for row in calls.rows[: room.callers]:
        last = f"; {row.how_often}"
        words = "; ".join(filter(None, (row.who, row.what, row.origin)))
        yield Part(Kind.ROW, shortened(words, max(room.text - len(last), len(last))) + last)
    for line in calls.rest(room.callers):
        yield Part(Kind.ROW, line)


def _folded(folded: Folded, room: Room) -> Iterator[Part]:
    for line, _ in folded.lines[: room.lines]:
        yield Part(Kind.ROW, line)
    if more := max(0, len(folded.lines) - room.lines) + folded.more:
        yield Part(Kind.ROW, f"and {more} more, which are in the log group")
