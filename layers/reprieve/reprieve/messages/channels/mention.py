"""Whom a channel mentions, so that they are woken: by the key's owner, and only where it is worth it.

Ids come from the channel's entry, and are checked when it is read: no text from outside mentions anyone.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from reprieve.cases.notice import Notice, Reason
from reprieve.dataclass import dataclass
from reprieve.messages.channels.entry import Entry

IN_SLACK: Final = re.compile(r"[SUW][A-Z0-9]{2,30}")
"""A user group or a user. Source: Slack, "Formatting text for app surfaces"."""

ANYONE: Final = "*"
"""The owner whose id is mentioned for keys of all other owners."""

WAKING: Final = frozenset({Reason.KEY_IN_USE, Reason.DELETION_SOON})
"""The first notice of a key in use, and the last chance."""

_OWNERS_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Mentions:
    """The ids to mention, by owner."""

    by_owner: Mapping[str, str] = field(default_factory=dict)

    def of(self, notice: Notice) -> str:
        """Return the id that a notice mentions; "" for none."""
        if notice.key is None or notice.reason not in WAKING:
            return ""
        return self.by_owner.get(notice.key.owner or ANYONE) or self.by_owner.get(ANYONE, "")


NOBODY: Final = Mentions()


def read_mentions(entry: Entry, pattern: re.Pattern[str]) -> Mentions:
    """Return whom an entry mentions: its `mention` has an id of the medium for each owner.

    Raises:
        EntryError: it is not understood.
    """
    if not entry.has("mention"):
        return NOBODY
    owners = entry.inner("mention")
    if not 0 < len(owners.fields) <= _OWNERS_LIMIT:
        raise entry.wrong("mention", f"does not have 1 to {_OWNERS_LIMIT} owners")
    return Mentions({owner: owners.text(owner, pattern) for owner in owners.fields})
