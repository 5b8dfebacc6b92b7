"""A signed webhook: the notice as data, by the Standard Webhooks specification.

Source: standard-webhooks, "Specification": `webhook-id`, `webhook-timestamp` and `webhook-signature`, which
is `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; a secret has 24 to 64 bytes, written `whsec_…`.
Others read later what it keeps, so it gets no link unless its entry says so.
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from dataclasses import field
from typing import Final

from reprieve.cases.serialization import to_json
from reprieve.clock import rfc3339
from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.posting import JSON, as_json, post
from reprieve.ports import Http, Tools

TYPE: Final = "webhook"
LIMIT: Final = 262_144
_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")
_BYTES: Final = range(24, 65)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(ToAll):
    """The channel; `private` is whether it may be in a private network."""

    name: str
    http: Http = field(repr=False)
    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    link: bool
    private: bool

    @property
    def has_link(self) -> bool:
        """As its entry says."""
        return self.link

    def send(self, sent: Delivery) -> None:
        """Post the notice."""
        body = as_json({
            "type": f"kms-reprieve.{sent.notice.reason}",
            "timestamp": rfc3339(sent.notice.at),
            "data": to_json(sent.notice),
        })  # fmt: skip
        post(
            self.http,
            self.name,
            self.url,
            body,
            JSON | self._signed(sent.notice.id, int(sent.at.timestamp()), body),
            public_only=not self.private,
        )

    def _signed(self, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
        signed = f"{message_id}.{seconds}.".encode() + body
        signature = b64encode(hmac.digest(self.secret, signed, "sha256")).decode()
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": f"v1,{signature}",
        }


def read(name: str, entry: Entry, tools: Tools) -> Webhook:
    """Return the channel of an entry."""
    return Webhook(
        name=name,
        http=tools.http,
        url=entry.address("url"),
        secret=_secret(entry),
        link=entry.flag("link"),
        private=entry.flag("private"),
    )


def _secret(entry: Entry) -> bytes:
    text = entry.text("signing_secret", _SECRET)
    try:
        secret = b64decode(text.removeprefix("whsec_"), validate=True)
    except NotBase64Error:
        secret = b""
    if len(secret) not in _BYTES:
        raise entry.wrong("signing_secret", "is not whsec_ and 24 to 64 bytes in base64")
    return secret
