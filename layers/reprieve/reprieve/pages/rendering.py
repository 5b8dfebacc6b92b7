"""From what is known to HTML. Jinja2 escapes every value; the one stylesheet is allowed by its hash."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reprieve import wording
from reprieve.cases import Case, Key, Unknown
from reprieve.clock import for_people, left
from reprieve.console import key_url, rescue_commands
from reprieve.pages.outcomes import Outcome
from reprieve.particulars import no_rescue, particulars
from reprieve.tallies import Uses

_NO_CASE = Unknown(fact="what used the key", why="nothing is on record, or the record can't be read")


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: a status, HTML, and headers beside those that every answer has."""

    status: int
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


def case_page(key: Key, case: Case | None, now: datetime, expires_at: datetime) -> Page:
    """Return the page that offers to cancel the deletion of `key`.

    Args:
        key: The key as KMS told of it just now, with its deletion date.
        case: What is on record of it, if anything.
        now: When KMS was asked.
        expires_at: Until when the link is good.
    """
    uses = case.uses if case else Uses()
    date = key.deletion_date or now
    html = _environment().get_template("case.html").render(
        title=f"Stop the deletion of {key.title}?",
        key=key,
        left=left(now, date),
        deletion=for_people(date),
        expires=for_people(expires_at),
        asked_at=f"{now:%H:%M:%S} UTC",
        scheduled=wording.scheduled_by(case.scheduled_by) if case else "",
        earlier=wording.earlier(case.previous) if case else "",
        kept=case.decision if case and case.is_kept else None,
        owner=wording.owner(key),
        particulars=particulars(key),
        no_rescue=no_rescue(key),
        uses=uses,
        requests=wording.requests(uses.count),
        first_at=for_people(uses.first_at) if uses.first_at else "",
        callers=uses.by_caller[: wording.CALLERS_SHOWN],
        rest=wording.rest(uses),
        unknown=case.unknown if case else (_NO_CASE,),
        commands=rescue_commands(key.arn),
        console_url=key_url(key.arn),
    )  # fmt: skip
    return Page(200, html)


def outcome_page(outcome: Outcome) -> Page:
    """Return the page that says what is so now."""
    fields = {name: getattr(outcome, name) for name in Outcome.__slots__}
    url = key_url(outcome.key.arn) if outcome.key else ""
    html = _environment().get_template("outcome.html").render(**fields, console_url=url)
    wait = outcome.retry_after
    return Page(outcome.status, html, {} if wait is None else {"Retry-After": str(wait)})


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
    }


@cache
def _style() -> str:
    return files("reprieve.pages").joinpath("style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reprieve", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704 - our own file, and its hash is in the policy
    environment.globals["operations"] = wording.operations
    environment.globals["origin"] = wording.origin
    environment.globals["who"] = wording.caller
    environment.globals["protects"] = wording.protects
    environment.globals["other_resources"] = wording.other_resources
    environment.globals["shown"] = wording.RESOURCES_SHOWN
    environment.globals["for_people"] = for_people
    return environment
