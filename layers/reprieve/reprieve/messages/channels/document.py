"""The document of channels, `events/channels.schema.json`, read strictly.

What is wrong is named by its place, never by its value, and good entries are kept.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import field
from importlib import import_module
from typing import Final

from reprieve.dataclass import dataclass
from reprieve.errors import EntryError
from reprieve.messages.channels.channel import Channel
from reprieve.messages.channels.entry import NAME, Entry
from reprieve.messages.channels.route import Route, read_route
from reprieve.ports import Tools

TYPES: Final = (
    "amazon-q",
    "email",
    "eventbridge",
    "google-chat",
    "pagerduty",
    "slack-app",
    "slack-webhook",
    "sns",
    "teams",
    "webhook",
)
"""The types of channels; each is read by the module of its name, which is imported where it is configured."""

LONGEST: Final = 65_536  # bytes, as Secrets Manager keeps them
MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the document, and where; `name` is that of the channel, if it has one."""

    place: str
    problem: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the document says: the good channels with their routes, and what is wrong with the others.

    `runbooks` has the addresses of the channels that have one.
    """

    channels: tuple[tuple[Channel, Route], ...] = ()
    runbooks: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read_document(text: str, tools: Tools, taken: Collection[str] = ()) -> Document:
    """Return what a document says; whatever it is, nothing is raised.

    Args:
        text: The document.
        tools: What channels are made with.
        taken: The names that parameters of the stack have given to other channels.
    """
    try:
        entries = _entries(text)
    except EntryError as error:
        return Document(faults=(Fault(place="the document", problem=str(error)),))
    names, channels, faults = set(taken), list[tuple[Channel, Route, str]](), list[Fault]()
    for number, found in enumerate(entries):
        try:
            channels.append(_channel(found, tools, names))
        except EntryError as error:
            faults.append(_fault(number, found, error))
    return Document(
        channels=tuple((channel, route) for channel, route, _ in channels),
        runbooks={channel.name: runbook for channel, _, runbook in channels if runbook},
        faults=tuple(faults),
    )


def _entries(text: str) -> list[object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise EntryError("is not JSON") from None
    if not isinstance(found, dict):
        raise EntryError("is not an object")
    entry = Entry(found)
    entry.has("$schema")
    if not entry.has("channels"):
        raise EntryError("channels is missing")
    entry.finish()
    channels = found["channels"]
    if not isinstance(channels, list) or not 0 < len(channels) <= MOST:
        raise EntryError(f"channels is not a list of 1 to {MOST} channels")
    return channels


def _channel(found: object, tools: Tools, names: set[str]) -> tuple[Channel, Route, str]:
    if not isinstance(found, dict):
        raise EntryError("is not an object")
    entry = Entry(found)
    name, kind = entry.text("name", NAME), entry.text("type")
    if name in names:
        raise EntryError("name is already used by another channel")
    names.add(name)
    if kind not in TYPES:
        raise EntryError("type is not known")
    module = import_module(f"{__package__}.{kind.replace('-', '_')}")
    route = read_route(entry)
    channel: Channel = module.read(name, entry, tools)
    runbook = entry.page("runbook") if entry.has("runbook") else ""
    entry.finish()
    return channel, route, runbook


def _fault(number: int, found: object, error: EntryError) -> Fault:
    name = found.get("name") if isinstance(found, dict) else None
    known = name if isinstance(name, str) and NAME.fullmatch(name) else ""
    return Fault(place=f"channels[{number}]{f' ({known})' if known else ''}", problem=str(error), name=known)
