"""The Slack apps of a stack, from its document of channels."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import EntryError
from reprieve.messages.channels.entry import NAME, Entry
from reprieve.messages.channels.slack_app_entry import TYPE, SlackAppEntry, read_app
from reprieve.respond.slack.signature import is_recent, is_signed
from reprieve.untrusted import objects

KEPT: Final = timedelta(minutes=1)
"""How long the document is cached: an unsigned request does not cause another read."""


def read_apps(document: str) -> tuple[SlackAppEntry, ...]:
    """Return the apps that a document names. What is wrong with it, deliver and health report."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return ()
    return tuple(_apps(objects(found, "channels")))


def _apps(entries: tuple[Mapping[str, object], ...]) -> Iterator[SlackAppEntry]:
    for each in entries:
        entry = Entry(each)
        try:
            if entry.text("type") == TYPE:
                yield read_app(entry.text("name", NAME), entry)
        except EntryError:
            continue


@dataclass(slots=True)
class SlackApps:
    """The apps, as the document has them now or had them a minute ago."""

    document: Callable[[], str] = field(repr=False)
    clock: Clock
    _apps: tuple[SlackAppEntry, ...] = ()
    _read_at: datetime | None = None

    def that_signed(self, headers: Mapping[str, str], body: bytes) -> tuple[SlackAppEntry, ...]:
        """Return those with whose secret a request was signed in these minutes.

        Raises:
            AwsError: the document can't be read.
        """
        if not is_recent(headers, self.clock()):
            return ()
        return tuple(app for app in self._known() if is_signed(app.signing_secret, headers, body))

    def _known(self) -> tuple[SlackAppEntry, ...]:
        now = self.clock()
        if self._read_at is None or now - self._read_at >= KEPT:
            self._apps, self._read_at = read_apps(self.document()), now
        return self._apps
