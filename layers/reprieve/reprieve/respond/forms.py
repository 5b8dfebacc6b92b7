"""The forms on a page: what they send, and that it was this page in this browser that sent it.

A page gives the browser a cookie that no other site can set or read, and its forms a token made of that
cookie and of the link. Another site can make a browser send a form; it can't know the token.
"""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qsl

from reprieve.cases.decision import Choice
from reprieve.dataclass import dataclass
from reprieve.untrusted import one_line, within_quotes

FORM_LIMIT: Final = 8192  # bytes
COOKIE: Final = "__Host-reprieve-form"
"""Browsers accept a cookie with this prefix only over https, only from this host and only for this host."""

SEEN: Final = "seen"
"""What the one button on the page of a test notice sends."""

_COOKIE_LENGTH: Final = 43
_FIELDS_AT_MOST: Final = 10
_WHY_LIMIT: Final = 200
_NAME_LIMIT: Final = 64
_DECISIONS_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class CsrfSecret:
    """The secret of one browser; `is_new` if the browser gets it with this answer."""

    value: str
    is_new: bool

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> "CsrfSecret":
        """Return what the browser has, else something new."""
        held = cookies.get(COOKIE, "")
        is_held = len(held) == _COOKIE_LENGTH and held.isascii()
        return cls(held, is_new=False) if is_held else cls(token_urlsafe(32), is_new=True)

    @property
    def set_cookie(self) -> tuple[str, ...]:
        """The header that gives it to the browser, until that is closed."""
        return (f"{COOKIE}={self.value}; Path=/; Secure; HttpOnly; SameSite=Lax",) if self.is_new else ()

    def token(self, link: str) -> str:
        """Return what the forms on the page of a link send along."""
        return sha256(f"{self.value} {link}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """What every form of ours sends.

    Attributes:
        name: What they say their name is; "" if they don't.
        token: Proves that the page was theirs.
    """

    name: str
    token: str

    def is_of(self, secret: CsrfSecret, link: str) -> bool:
        """Return whether it was sent from the page of `link` in the browser that holds `secret`."""
        return not secret.is_new and compare_digest(self.token.encode(), secret.token(link).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(SentForm):
    """What someone sent from the page of a case.

    Attributes:
        choice: What they choose.
        enable: Whether the key is to be enabled.
        why: The reason that they give.
        decisions: How many decisions there were when they read the page.
    """

    choice: Choice
    enable: bool
    why: str
    decisions: int

    @classmethod
    def read(cls, body: bytes) -> "Form":
        """Read a form; a field that appears twice is an error.

        Raises:
            ValueError: it is not one of ours.
        """
        fields = _fields(body)
        choice = Choice(fields.get("decision", ""))
        return cls(
            choice=choice,
            enable=choice is Choice.ENABLE or (choice is Choice.CANCEL and fields.get("enable") == "yes"),
            why=_said(fields, "why", _WHY_LIMIT),
            name=_said(fields, "name", _NAME_LIMIT),
            token=fields.get("token", ""),
            decisions=_number(fields.get("decisions", "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenForm(SentForm):
    """What someone sent from the page of a test notice."""

    @classmethod
    def read(cls, body: bytes) -> "SeenForm":
        """Read the form, as `Form.read`; one that asks for anything of a key is none.

        Raises:
            ValueError: it is not one of ours.
        """
        fields = _fields(body)
        if fields.get("decision") != SEEN:
            raise ValueError("it decides something else")
        return cls(name=_said(fields, "name", _NAME_LIMIT), token=fields.get("token", ""))


def is_same_origin(headers: Mapping[str, str], origin: str) -> bool:
    """Return whether a form may have come from our own page, as far as the browser says.

    Where there is no `Sec-Fetch-Site`, `Origin` is `null`: our pages send no referrer.
    Source: Fetch standard, "append a request `Origin` header".
    """
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    return headers.get("origin", "null") in {"null", origin}


def _fields(body: bytes) -> Mapping[str, str]:
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field appears twice")
    return fields


def _said(fields: Mapping[str, str], name: str, limit: int) -> str:
    """Return what someone wrote, as it is shown in quotation marks."""
    return one_line(within_quotes(fields.get(name, "").strip()), limit)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _DECISIONS_DIGITS):
        raise ValueError("decisions is not a number")
    return int(text)
