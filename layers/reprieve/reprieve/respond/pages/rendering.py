"""From what is known to HTML. Jinja2 escapes every value; the one stylesheet is allowed by its hash."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reprieve.cases.audit_entry import Entry
from reprieve.cases.case import Case
from reprieve.cases.key import Key
from reprieve.cases.timeline import Timeline
from reprieve.cases.usage import Uses
from reprieve.cases.visitor import Visitor
from reprieve.clock import for_people, rfc3339
from reprieve.console import key_url, rescue_commands
from reprieve.messages import phrases
from reprieve.messages.key_details import no_rescue, particulars
from reprieve.respond.pages import english
from reprieve.respond.pages.chart import HEIGHT, chart
from reprieve.respond.pages.outcomes import Outcome
from reprieve.untrusted import one_line

_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
_NAME_LIMIT: Final = 64
_LEAD_LIMIT: Final = 80
_ALIASES_SHOWN: Final = 5
_UNKNOWN_SHOWN: Final = 6
_HISTORY_SHOWN: Final = 12
_CALLERS_WEIGHT: Final = 8_000
_HISTORY_WEIGHT: Final = 3_500
"""Bytes of HTML: with these, and what is cut short, no page weighs 30 KB, whatever strangers write."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: a status, HTML, headers beside those that every answer has, and cookies to set."""

    status: int
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormState:
    """What brings a person back from a page: what its forms send along, or where to sign in.

    Attributes:
        token: Proves that the page was theirs.
        decisions: How many decisions there were when it was made.
        sign_in: The address where they sign in, relative to the page.
    """

    token: str = ""
    decisions: int = 0
    sign_in: str = ""

    @classmethod
    def to_sign_in(cls, link: str) -> "FormState":
        """Return the way by which the holder of a link signs in."""
        return cls(sign_in=f"../sign-in/{link}")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the page of a case shows.

    Attributes:
        key: The key as KMS told of it just now, with its deletion date.
        case: What is on record of it, if anything.
        history: What happened to the case, in order.
        now: When KMS was asked.
        expires_at: Until when the link is good.
        visitor: Who reads it.
        form: What its forms send along.
    """

    key: Key
    case: Case | None
    history: tuple[Entry, ...]
    now: datetime
    expires_at: datetime
    visitor: Visitor
    form: FormState


def case_page(view: View, cookies: tuple[str, ...] = ()) -> Page:
    """Return the page that offers to cancel the deletion of a key."""
    key, case, now = view.key, view.case, view.now
    uses = case.uses if case else Uses()
    scheduled = case.scheduled_by if case else None
    timeline = case.timeline if case else Timeline()
    unknown = case.unknown if case else (english.NO_CASE,)
    html = _environment().get_template("case.html").render(
        title=english.TITLE.format(key=_short(key.title, _NAME_LIMIT)),
        form=view.form,
        key=key,
        now=now,
        name=_short(key.title, _NAME_LIMIT),
        place=_place(key),
        callers_first=_short(phrases.caller(uses.by_caller[0]), _LEAD_LIMIT) if uses.by_caller else "",
        left=english.countdown(key.deletion_date or now, now),
        deletion=key.deletion_date,
        no_rescue=no_rescue(key),
        kept=case.decision if case and case.is_kept else None,
        acting=english.acting(view.visitor, view.expires_at),
        proven=english.proven(key.state or "", english.clock(now)),
        scheduled=scheduled,
        aliases=english.aliases(key.aliases, _ALIASES_SHOWN),
        earlier=phrases.earlier(case.previous) if case else "",
        particulars=particulars(key),
        protects=phrases.protects(uses) if uses.count else "",
        uses=uses,
        chart=chart(timeline, uses, scheduled.at if scheduled else None, now),
        unknown=unknown[:_UNKNOWN_SHOWN],
        unknown_left=max(0, len(unknown) - _UNKNOWN_SHOWN),
        commands=rescue_commands(key.arn),
        console_url=key_url(key.arn),
        **_callers(uses, now),
        **_history(view.history, now),
    )  # fmt: skip
    return Page(200, html, cookies=cookies)


def outcome_page(outcome: Outcome, form: FormState | None = None, cookies: tuple[str, ...] = ()) -> Page:
    """Return the page that says what is so now."""
    html = _environment().get_template("outcome.html").render(
        title=outcome.words.title,
        outcome=outcome,
        place=_place(outcome.key) if outcome.key else "",
        console_url=key_url(outcome.key.arn) if outcome.key else "",
        form=form or FormState(),
    )  # fmt: skip
    wait = outcome.retry_after
    return Page(outcome.status, html, {} if wait is None else {"Retry-After": str(wait)}, cookies)


def _place(key: Key) -> str:
    return english.place(key.account, key.account_name, key.region)


def _callers(uses: Uses, now: datetime) -> Mapping[str, Any]:
    """Return the rows of those who are shown, and how much was done by the others."""
    row = _parts(now).caller_row
    rows = _fitting((row(part) for part in uses.by_caller[: phrases.CALLERS_SHOWN]), _CALLERS_WEIGHT)
    others = uses.by_caller[len(rows) :]
    number = sum(part.count for part in others) + uses.unlisted
    others_said = english.callers_left(0 if uses.unlisted else len(others), number) if number else ""
    return {"callers": rows, "callers_left": others_said}


def _history(history: tuple[Entry, ...], now: datetime) -> Mapping[str, Any]:
    """Return the rows of the latest events, the latest first, and how many there are before them."""
    row = _parts(now).history_row
    rows = _fitting((row(entry) for entry in reversed(history[-_HISTORY_SHOWN:])), _HISTORY_WEIGHT)
    return {"history": rows, "history_left": len(history) - len(rows)}


def _fitting(rows: Iterable[Markup], weight: int) -> list[Markup]:
    """Return the first rows, as many as weigh no more than so many bytes: strangers choose their length."""
    kept: list[Markup] = []
    for row in rows:
        weight -= len(row.encode())
        if weight < 0:
            break
        kept.append(row)
    return kept


def _parts(now: datetime) -> Any:  # noqa: ANN401 - a template's macros have no type
    return _environment().get_template("parts.html").make_module({"now": now})


def redirect(address: str, cookies: tuple[str, ...]) -> Page:
    """Return an answer that sends the browser elsewhere."""
    return Page(303, "", {"Location": address}, cookies)


@cache
def security_headers() -> Mapping[str, str]:
    """Return the headers of every answer: nothing is loaded, kept, framed, indexed or passed on."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Strict-Transport-Security": "max-age=31536000",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    }


@cache
def _style() -> str:
    return files("reprieve.respond.pages").joinpath("style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reprieve", "respond/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704 - our own file, and its hash is in the policy
    environment.globals |= {
        "words": english,
        "height": HEIGHT,
        "shown": phrases.RESOURCES_SHOWN,
        "other_resources": phrases.other_resources,
        "origin": phrases.origin,
    }
    environment.filters |= {
        "caller": phrases.caller,
        "for_people": for_people,
        "rfc3339": rfc3339,
        "say": _say,
        "short": _short,
    }
    return environment


def _short(value: object, limit: int) -> str:
    """Cut a text to so many characters, and to twice as many bytes of HTML: an apostrophe has five."""
    text = one_line(str(value), limit)
    while len(escape(text).encode()) > 2 * limit:
        text = one_line(text, len(text) * 7 // 8)
    return text


def _say(sentence: str, **values: object) -> Markup:
    """Fill in a sentence of `english`: what is not HTML of our own is escaped."""
    return Markup(sentence).format(**values)  # noqa: S704 - a constant of ours, and no value
