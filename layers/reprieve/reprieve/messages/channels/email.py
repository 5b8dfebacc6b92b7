"""Mail by Amazon SES: HTML and plain text, one mail for each recipient.

Source: SES API v2 reference, SendEmail, MessageHeader: a header's name and value have at most 996 ASCII
characters. That SES accepts a mail does not say that it arrives.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from reprieve.cases.notice import Notice
from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.route import TO_ALL
from reprieve.messages.html_mail import LIMIT, html
from reprieve.messages.plain_mail import body, subject
from reprieve.ports import Mail, Mailer, Tools

__all__ = ["LIMIT", "TYPE", "Email", "read"]

TYPE: Final = "email"
EVERYBODY_ELSE: Final = "*"
"""The owner whose recipients get what belongs to no other owner."""

_ADDRESS: Final = re.compile(r"[!#-+\--?A-\[\]-~]{1,64}@[A-Za-z0-9.-]{1,255}")
_OWNERS_LIMIT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """The channel; `to` has the recipients of each owner."""

    name: str
    mailer: Mailer = field(repr=False)
    sender: str
    to: Mapping[str, tuple[str, ...]]

    @property
    def has_link(self) -> bool:
        """Only its recipients read a mail."""
        return True

    @property
    def has_threads(self) -> bool:
        """Each mail stands by itself."""
        return False

    def recipients(self, notice: Notice) -> tuple[str, ...]:
        """Return those of the key's owner, else those of everybody else, else all: nobody is left out."""
        owner = notice.key.owner if notice.key else None
        if notice.reason not in TO_ALL:
            for name in (owner or "", EVERYBODY_ELSE):
                if name in self.to:
                    return self.to[name]
        return tuple(dict.fromkeys(address for listed in self.to.values() for address in listed))

    def send(self, sent: Delivery) -> None:
        """Send the notice to one recipient."""
        why = f"You receive this email because the channel {self.name} of kms-reprieve lists your address."
        self.mailer.send(
            Mail(
                sender=self.sender,
                recipient=sent.recipient,
                subject=subject(sent.story),
                text=f"{body(sent.story)}\n{why}\n",
                html=html(sent.story, why),
                headers={
                    "Auto-Submitted": "auto-generated",
                    "X-KMS-Reprieve-Notice": sent.notice.id,
                    "X-KMS-Reprieve-Reason": str(sent.notice.reason),
                },
            )
        )


def read(name: str, entry: Entry, tools: Tools) -> Email:
    """Return the channel of an entry."""
    sender = entry.text("from", _ADDRESS)
    return Email(name=name, mailer=tools.mailer, sender=sender, to=_recipients(entry))


def _recipients(entry: Entry) -> Mapping[str, tuple[str, ...]]:
    """Return the recipients of each owner: `to` is a list, or has a list for each of them."""
    if not isinstance(entry.fields.get("to"), dict):
        return {EVERYBODY_ELSE: _addresses(entry, "to")}
    owners = entry.inner("to")
    if not 0 < len(owners.fields) <= _OWNERS_LIMIT:
        raise entry.wrong("to", f"does not have 1 to {_OWNERS_LIMIT} owners")
    return {owner: _addresses(owners, owner) for owner in owners.fields}


def _addresses(entry: Entry, name: str) -> tuple[str, ...]:
    found = entry.texts(name)
    for place, address in enumerate(found):
        if not _ADDRESS.fullmatch(address):
            raise entry.wrong(f"{name}[{place}]", "is not an email address")
    return tuple(dict.fromkeys(found))
