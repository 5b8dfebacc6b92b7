"""Looking into JSON from strangers: any field may be missing, of another type, enormous or hostile.

What comes out is short, of the type that was asked for, and printable on one line:
a line break, a control character or one that turns the direction of the text around
can't leave its place in a message. Escaping for a medium is that medium's own affair.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from unicodedata import category
from urllib.parse import urlsplit

_NOTHING: Mapping[str, Any] = {}
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "…"

TEXT_LIMIT = 128
BYTES_A_CHARACTER = 2
EMAIL_LIMIT = 320  # RFC 3696: 64 for the name, 1 for the sign, 255 for the domain
ARN_LIMIT = 640  # an IAM user's path (512) and name (64), and what stands before them
_MARKS: Final = frozenset({"Mn", "Me"})
_MOST_MARKS: Final = 3
"""With more marks on one letter than any language has, they would cover the lines above and below."""

_INVISIBLE: Final = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
"""What Unicode takes for letters, marks and symbols, and nobody sees: a name of these looks like none."""

_VARIANTS: Final = re.compile(r"[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""What says how the character before it is drawn, as emojis have it."""

_LOCALHOST: Final = re.compile(r"^https?://([^/?#]*\.)?localhost\.?(:|[/?#]|$)", re.IGNORECASE)
_HOST: Final = re.compile(r"https://[a-z0-9][a-z0-9.-]*(:\d{1,5})?([/?#]|$)", re.IGNORECASE)
_OVER_TLS: Final = re.compile(
    r"https://[!-?A-\[\]-~]+|http://(127\.0\.0\.1|localhost)(:\d{1,5})?(/[!-?A-\[\]-~]*)?", re.ASCII
)


def look(value: object, *path: str) -> object:
    """Return what lies at `path` in nested objects, or None."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: object, *path: str, limit: int = TEXT_LIMIT) -> str:
    """Return the text at `path`, on one line and shortened to `limit` characters; "" if there is none."""
    found = look(value, *path)
    return one_line(found, limit) if isinstance(found, str) else ""


def mapping(value: object, *path: str) -> Mapping[str, Any]:
    """Return the object at `path`; an empty one if there is none."""
    found = look(value, *path)
    return found if isinstance(found, dict) else _NOTHING


def objects(value: object, *path: str) -> tuple[Mapping[str, Any], ...]:
    """Return the objects in the array at `path`, in order, passing over anything else."""
    found = look(value, *path)
    return tuple(item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()


def one_line(value: str, limit: int = TEXT_LIMIT) -> str:
    """Return `value` with every unprintable character replaced, and cut to `limit` characters.

    It has `BYTES_A_CHARACTER` * `limit` bytes at the most, in UTF-8 and as JSON: a script of long characters
    is cut earlier, so that whatever anybody writes has a bounded size where it is stored.
    """
    shortened = printable(value if len(value) <= limit else value[: limit - 1] + ELLIPSIS)
    return shortened if shortened.isascii() else _within(_visible(shortened), limit * BYTES_A_CHARACTER)


def printable(value: str, also: str = "") -> str:
    """Return `value` with every unprintable character replaced, but for those in `also`."""
    if value.isprintable():
        return value
    return "".join(char if char.isprintable() or char in also else _REPLACEMENT for char in value)


def within_quotes(value: str) -> str:
    """Return a text as it can be shown in quotation marks: nothing in it ends them."""
    return value.replace('"', "'")


def is_over_tls(address: str) -> bool:
    """Return whether an address may be believed: it begins with https, or doesn't leave this machine."""
    return bool(_OVER_TLS.fullmatch(address))


def is_https(address: str) -> bool:
    """Return whether a text is an https address, whole, of a host that nothing before an `@` disguises."""
    return address.startswith("https://") and is_over_tls(address) and bool(_HOST.match(address))


def is_loopback(address: str) -> bool:
    """Return whether an address is one of this machine: in Lambda, that of the runtime API."""
    try:
        host = urlsplit(address).hostname or ""
        return ip_address(host).is_loopback
    except ValueError:
        return bool(_LOCALHOST.search(address))


def _visible(value: str) -> str:
    """Return a text of which everything is seen, and which covers no other."""
    kept, marks = list[str](), 0
    for char in _INVISIBLE.sub(_REPLACEMENT, _VARIANTS.sub("", value)):
        marks = marks + 1 if category(char) in _MARKS else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _within(value: str, room: int) -> str:
    """Return `value`, or as much of it as has `room` bytes with an ellipsis behind it."""
    encoded = value.encode(errors="replace")
    if len(encoded) <= room:
        return value
    return encoded[: room - len(ELLIPSIS.encode())].decode(errors="ignore") + ELLIPSIS
