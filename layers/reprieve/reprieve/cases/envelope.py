"""How a notice is kept in the outbox, and how the queue carries it."""

import json
from collections.abc import Iterable
from typing import Final

from reprieve.cases.notice import Notice
from reprieve.cases.serialization import to_json
from reprieve.ports import Document

OUTBOX: Final = "outbox"


def outbox_entry(notice: Notice, *, in_digest: bool = False) -> Document:
    """Return the document of a notice in the outbox."""
    body = to_json(notice) | ({"in_digest": True} if in_digest else {})
    return Document(partition=OUTBOX, sort=notice.id, body=body, is_guarded=False)


def envelopes(notices: Iterable[Notice]) -> list[str]:
    """Return the queue's messages for some notices: one for each; deliver knows which channels get it."""
    return [envelope(notice) for notice in notices]


def envelope(notice: Notice, channel: str = "", recipient: str = "") -> str:
    """Return the queue's message: one notice, for one recipient of one channel as soon as that is known."""
    about = {"channel": channel, "recipient": recipient}
    body = {name: value for name, value in about.items() if value} | {"notice": to_json(notice)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
