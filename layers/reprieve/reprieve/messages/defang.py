"""Addresses that strangers wrote, in a form that no mail or chat program makes a link of.

`https://evil.example/x` becomes `hxxps://evil[.]example/x`, as security teams write it.
People can read it, and put it together by hand.
ARNs, IP and email addresses, AWS' service names, versions and paths stay as they are.
"""

import re
from re import Match
from typing import Final

_LABEL: Final = r"[^\W_][\w-]{0,62}"
_INDIC: Final = "[\u0900-\u0dff]{2,63}"  # `re` does not take vowel signs for letters
_HOST: Final = rf"(?:{_LABEL}\.)+(?:xn--[a-z0-9-]{{1,59}}|[^\W\d_]{{2,63}}|{_INDIC})"
_ARN: Final = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:[\w./:@-]*"

_OF_AN_EMAIL: Final = rf"[\w.+-]{{0,64}}@{_HOST}(?!\w)"
_BEFORE: Final = r"(?<![\w/])(?<![^\s.]\.)(?<!\w-)(?<![\w.+-]@)"
_BARE: Final = re.compile(rf"(?P<arn>{_ARN})|{_BEFORE}{_HOST}(?!\w)(?!{_OF_AN_EMAIL})", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(?<=//)[^\s/?#]+")
_HTTP: Final = re.compile(r"http(?=s?:)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"(?<=[a-z0-9+.-])(?<!hxxp)(?<!hxxps):(?=//)", re.IGNORECASE)
_OPENS_A_PROGRAM: Final = re.compile(
    r"\b(mailto|tel|sms|callto|facetime|skype|sips?|xmpp|news|file|data|javascript|vbscript|search-ms)"
    r":(?=\S)",
    re.IGNORECASE,
)
_SHARE: Final = re.compile(r"\\\\(?=\w)")
_DOT: Final = re.compile(r"(?<!\[)\.(?!\])")
_MARKS: Final = (".", ":", "\\\\")
"""A text without these has nothing that any of the above finds, and most lines of a mail have none."""
_OF_AWS: Final = re.compile(r"[a-z0-9-]+(\.[a-z]{2}(-[a-z]+)+-\d)?\.amazonaws\.com(\.cn)?")
"""What services are called in records. Other names below it may be anybody's, as those of buckets are."""

_BELOW: Final = re.compile(r":\d|[/?#]")


def defanged(text: str) -> str:
    """Return a text in which no program finds an address to link to; to do it twice changes nothing."""
    if not any(mark in text for mark in _MARKS):
        return text
    text = _OPENS_A_PROGRAM.sub(r"\1[:]", text)
    text = _BARE.sub(_bare, _AUTHORITY.sub(_without_dots, text))
    text = _SHARE.sub(r"[\\\\]", text)
    return _SCHEME.sub("[:]", _HTTP.sub(_hxxp, text))


def _bare(found: Match[str]) -> str:
    """Return a host without dots, unless it is an ARN's, or the name of a service and no address below it."""
    is_service = _OF_AWS.fullmatch(found[0]) and not _BELOW.match(found.string, found.end())
    return found[0] if found["arn"] or is_service else _without_dots(found)


def _without_dots(found: Match[str]) -> str:
    return _DOT.sub("[.]", found[0])


def _hxxp(found: Match[str]) -> str:
    return found[0].replace("t", "x").replace("T", "X")
