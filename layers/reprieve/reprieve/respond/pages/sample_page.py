"""The page of a test notice: what a real page shows, of a sample, and one button that changes no key."""

from datetime import datetime

from reprieve.cases.sample import sample_case
from reprieve.cases.sample_store import SampleRecord
from reprieve.cases.visitor import Visitor
from reprieve.dataclass import dataclass
from reprieve.links import SampleClaims
from reprieve.respond.pages import case_text, sample_text
from reprieve.respond.pages.case_page import View, evidence_of, fitted
from reprieve.respond.pages.rendering import FormState, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleView:
    """What the page of a test notice shows.

    Attributes:
        claims: What the link says.
        visitor: Who reads it.
        record: What is on record of the test notice.
        now: The present.
        form: What the button sends along; None once it was pressed.
    """

    claims: SampleClaims
    visitor: Visitor
    record: SampleRecord
    now: datetime
    form: FormState | None = None


def sample_page(shown: SampleView, cookies: tuple[str, ...] = ()) -> Page:
    """Return the page."""
    view, visitor, now = _view(shown), shown.visitor, shown.now
    case, uses = view.case, view.uses
    html = fitted(
        "sample.html",
        view,
        **{**evidence_of(view), "commands": (), "console_url": "", "proven": ""},
        title=sample_text.TITLE,
        sample=sample_text,
        form=shown.form,
        asks_name=visitor.person is None,
        recorded=sample_text.recorded(visitor, now),
        records=sample_text.records(visitor.channel),
        acting=sample_text.acting(visitor, view.expires_at),
        kicker=sample_text.kicker(case_text.kicker(case, uses, view.deletion, now)),
        name=view.name,
        place=case_text.place(view.key),
        tiles=case_text.tiles(case, uses, view.deletion, now),
    )
    return Page(200, html, cookies=cookies)


def _view(shown: SampleView) -> View:
    begun = shown.record.begun
    case = sample_case(begun.at if begun else shown.now)
    return View(
        key=case.key,
        case=case,
        history=shown.record.history,
        now=shown.now,
        expires_at=shown.claims.expires_at,
        visitor=shown.visitor,
        form=shown.form or FormState(),
    )
