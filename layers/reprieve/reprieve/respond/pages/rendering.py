"""Templates to HTML. Jinja2 escapes every value; the one stylesheet is allowed by its hash."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from markupsafe import Markup, escape

from reprieve.clock import for_people, rfc3339
from reprieve.dataclass import dataclass
from reprieve.messages import phrases
from reprieve.respond.pages import case_text, history_text, picture_text, times
from reprieve.untrusted import one_line

_FOLDER: Final = Path(__file__).parent
_COMPILED: Final = "compiled"
_FEATURES: Final = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")


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


def rendered(template: str, **values: object) -> str:
    """Return a page: every value is escaped."""
    return _environment().get_template(template).render(values)


def parts(**values: object) -> Any:  # noqa: ANN401 - a template's macros have no type
    """Return the macros that make rows, each of which is weighed before it is shown."""
    return _environment().get_template("parts.html").make_module(values)


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
    return (_FOLDER / "style.css").read_text(encoding="utf-8")


def compile_templates(folder: Path = _FOLDER / _COMPILED) -> None:
    """Turn the templates into Python, which later starts find in their place."""
    sources = _environment().overlay(loader=FileSystemLoader(_FOLDER))
    sources.compile_templates(folder, extensions=["html"], zip=None)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([ModuleLoader(_FOLDER / _COMPILED), FileSystemLoader(_FOLDER)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704 - our own file, and its hash is in the policy
    environment.globals |= {
        "words": case_text,
        "drawn": picture_text,
        "history": history_text,
        "times": times,
        "shown": phrases.RESOURCES_SHOWN,
        "other_resources": phrases.other_resources,
        "origin": phrases.origin,
    }
    environment.filters |= {
        "caller": phrases.caller,
        "for_people": for_people,
        "rfc3339": rfc3339,
        "say": _say,
        "short": short,
    }
    return environment


def short(value: object, limit: int) -> str:
    """Cut a text to so many characters, and to twice as many bytes of HTML: an apostrophe has five."""
    text = one_line(str(value), limit)
    while len(escape(text).encode()) > 2 * limit:
        text = one_line(text, len(text) * 7 // 8)
    return text


def _say(sentence: str, **values: object) -> Markup:
    """Fill in one of our sentences: what is not HTML of our own is escaped."""
    return Markup(sentence).format(**values)  # noqa: S704 - a constant of ours, and no value
