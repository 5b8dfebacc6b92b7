"""Links: the signed, expiring address of a case's page.

A token is `v2a.CLAIMS.MAC`, both parts in unpadded base64url: readable by anyone who holds it, and made by
this stack only, because the code is an HMAC under a KMS key that never leaves KMS.
The version says how the claims are written, the letter which of the stack's signing keys signed them,
so that a key can give way to another one while its links are still good. Both are signed too.
The link is good for one key and one deletion date: once either is another, it opens nothing.
It names whom it was sent to by an id that means something only to this stack's table. `v1`, which names
nobody, is still good until it expires.

The link in a test notice is `t1a.CLAIMS.MAC`: another version, which is signed too, and claims that name no
key. Neither kind can be made into the other, and what reads one does not take the other.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass
from reprieve.errors import ExpiredLinkError, ForgedLinkError, MalformedLinkError, NotUnderstoodError
from reprieve.ports import LinkChecker, LinkMinter

VERSION: Final = "v2"
FORMER: Final = "v1"
"""The version without a recipient: nothing makes it any more."""

LONGEST: Final = 1024  # characters; a real one has about 400
_PURPOSE: Final = "kms-reprieve link"  # what the key signs for one use can't serve another
SAMPLE_VERSION: Final = "t1"
_SAMPLE: Final = "test"
_PARTS: Final = r"([a-z])\.([A-Za-z0-9_-]{8,})\.([A-Za-z0-9_-]{43})"
_FORM: Final = re.compile(f"({VERSION}|{FORMER}){_PARTS}", re.ASCII)
_SAMPLE_FORM: Final = re.compile(SAMPLE_VERSION + _PARTS, re.ASCII)
_NOTICE: Final = re.compile(r"[0-9a-f-]{36}")
_CHANNEL: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_RECIPIENT: Final = re.compile(r"[0-9a-f]{0,32}")
_FORMER_TYPES: Final = [str, int, str, str, int]
_LATEST: Final = 1 << 34  # seconds since 1970, some 500 years ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaims:
    """What a link says, and the signature vouches for.

    Attributes:
        key: The key that its holder may rescue.
        deletion_date: The deletion that may be cancelled, and no other.
        channel: The channel that it was sent to.
        notice: The id of the notice that it was sent in: no two have the same link.
        expires_at: When it stops to open anything.
        recipient: Whom it was sent to, by an id; "" where the channel has one recipient only.
    """

    key: KeyArn
    deletion_date: datetime
    channel: str
    notice: str
    expires_at: datetime
    recipient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleClaims:
    """What the link in a test notice says: it names no key, so that nothing can be decided with it.

    Attributes:
        channel: The channel that it was sent to.
        notice: The id of the test notice.
        expires_at: When it stops to open anything.
    """

    channel: str
    notice: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs new links, by its letter."""

    letter: str
    minter: LinkMinter


def mint(claims: LinkClaims, key: SigningKey) -> str:
    """Return the token for `claims`; one call of KMS."""
    body = _encode(claims)
    mac = key.minter.generate_mac(_purpose(key.letter) + body)
    return _token(key.letter, body, mac)


def verify(token: str, checkers: Mapping[str, LinkChecker], now: datetime) -> LinkClaims:
    """Return what a token vouches for; at most one call of KMS, and none for what is malformed.

    Args:
        token: The last part of a link.
        checkers: Each signing key whose links are good, by its letter.
        now: The present.

    Raises:
        MalformedLinkError: it does not have the form that `mint` gives, to the last bit.
        ForgedLinkError: none of this stack's keys signed it.
        ExpiredLinkError: one did, and the link has expired.
    """
    claims = authentic(token, checkers)
    if now >= claims.expires_at:
        raise ExpiredLinkError(claims.expires_at)
    return claims


def authentic(token: str, checkers: Mapping[str, LinkChecker]) -> LinkClaims:
    """Return what a token vouched for when it was made: it may have expired, and decides nothing then.

    Raises:
        MalformedLinkError: as for `verify`.
        ForgedLinkError: as for `verify`.
    """
    version, letter, body, mac, claims = _parse(token)
    checker = checkers.get(letter)
    if checker is None or not checker.verify_mac(_purpose(letter, version) + body, mac):
        raise ForgedLinkError
    return claims


def is_sample(token: str) -> bool:
    """Return whether a token calls itself that of a test notice; `verify_sample` proves it."""
    return token.startswith(SAMPLE_VERSION)


def mint_sample(claims: SampleClaims, key: SigningKey) -> str:
    """Return the token of a test notice; one call of KMS."""
    body = _encode_sample(claims)
    mac = key.minter.generate_mac(_purpose(key.letter, SAMPLE_VERSION) + body)
    return _token(key.letter, body, mac, SAMPLE_VERSION)


def verify_sample(token: str, checkers: Mapping[str, LinkChecker], now: datetime) -> SampleClaims:
    """Return what the token of a test notice vouches for; else as `verify`.

    Raises:
        MalformedLinkError: as for `verify`; so is the token of any other notice.
        ForgedLinkError: as for `verify`.
        ExpiredLinkError: as for `verify`.
    """
    form = _SAMPLE_FORM.fullmatch(token) if len(token) <= LONGEST else None
    if not form:
        raise MalformedLinkError
    try:
        body, mac = _bytes(form[2]), _bytes(form[3])
        claims = _decode_sample(body)
    except (NotBase64Error, ValueError, RecursionError) as error:
        raise MalformedLinkError from error
    if _token(form[1], body, mac, SAMPLE_VERSION) != token or _encode_sample(claims) != body:
        raise MalformedLinkError
    checker = checkers.get(form[1])
    if checker is None or not checker.verify_mac(_purpose(form[1], SAMPLE_VERSION) + body, mac):
        raise ForgedLinkError
    if now >= claims.expires_at:
        raise ExpiredLinkError(claims.expires_at)
    return claims


def _purpose(letter: str, version: str = VERSION) -> bytes:
    return f"{_PURPOSE} {version}{letter}\n".encode()


def _token(letter: str, body: bytes, mac: bytes, version: str = VERSION) -> str:
    return f"{version}{letter}.{_base64(body)}.{_base64(mac)}"


def _encode(claims: LinkClaims, version: str = VERSION) -> bytes:
    fields: list[str | int] = [
        str(claims.key),
        _seconds(claims.deletion_date),
        claims.channel,
        claims.notice,
        _seconds(claims.expires_at),
        *([] if version == FORMER else [claims.recipient]),
    ]
    return json.dumps(fields, separators=(",", ":")).encode()


def _parse(token: str) -> tuple[str, str, bytes, bytes, LinkClaims]:
    form = _FORM.fullmatch(token) if len(token) <= LONGEST else None
    if not form:
        raise MalformedLinkError
    try:
        body, mac = _bytes(form[3]), _bytes(form[4])
        claims = _decode(body, form[1])
    except (NotBase64Error, ValueError, RecursionError, NotUnderstoodError) as error:
        raise MalformedLinkError from error
    if _token(form[2], body, mac, form[1]) != token or _encode(claims, form[1]) != body:
        raise MalformedLinkError
    return form[1], form[2], body, mac, claims


def _decode(body: bytes, version: str) -> LinkClaims:
    fields = json.loads(body)
    types = _FORMER_TYPES if version == FORMER else [*_FORMER_TYPES, str]
    if not isinstance(fields, list) or [type(field) for field in fields] != types:
        raise MalformedLinkError
    key, deletion_date, channel, notice, expires_at, *more = fields
    recipient = more[0] if more else ""
    if not (
        _CHANNEL.fullmatch(channel) and _NOTICE.fullmatch(notice) and _RECIPIENT.fullmatch(recipient)
    ) or not all(0 < moment < _LATEST for moment in (deletion_date, expires_at)):
        raise MalformedLinkError
    return LinkClaims(
        key=KeyArn.parse(key),
        deletion_date=datetime.fromtimestamp(deletion_date, UTC),
        channel=channel,
        notice=notice,
        expires_at=datetime.fromtimestamp(expires_at, UTC),
        recipient=recipient,
    )


def _encode_sample(claims: SampleClaims) -> bytes:
    fields = [_SAMPLE, claims.channel, claims.notice, _seconds(claims.expires_at)]
    return json.dumps(fields, separators=(",", ":")).encode()


def _decode_sample(body: bytes) -> SampleClaims:
    fields = json.loads(body)
    if not isinstance(fields, list) or [type(field) for field in fields] != [str, str, str, int]:
        raise MalformedLinkError
    _, channel, notice, expires_at = fields
    if not (_CHANNEL.fullmatch(channel) and _NOTICE.fullmatch(notice)) or not 0 < expires_at < _LATEST:
        raise MalformedLinkError
    return SampleClaims(channel=channel, notice=notice, expires_at=datetime.fromtimestamp(expires_at, UTC))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
