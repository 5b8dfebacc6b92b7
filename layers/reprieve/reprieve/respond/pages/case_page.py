"""The page of a case: to decide, or to review what was decided."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Case, Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.key import Key
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import Visitor
from reprieve.console import key_url, rescue_commands
from reprieve.dataclass import dataclass
from reprieve.messages import phrases
from reprieve.messages.key_details import particulars
from reprieve.respond.pages import case_text, picture_text, times
from reprieve.respond.pages.outcome import Outcome, proof
from reprieve.respond.pages.picture import Life, peak, pictures, rows
from reprieve.respond.pages.rendering import FormState, Page, parts, rendered, short

_NAME_LIMIT: Final = 64
_WORST_LIMIT: Final = 32
_CALLER_LIMIT: Final = 80
_ALIASES_SHOWN: Final = 5
_UNKNOWN_SHOWN: Final = 6
_EVENTS_SHOWN: Final = 12
_PAGE_WEIGHT: Final = 30_000
_DECISIONS_WEIGHT: Final = 3_000
_CALLERS_WEIGHT: Final = 7_000
_EVENTS_WEIGHT: Final = 2_500
_DECIDED: Final = frozenset({Event.DECISION, Event.SEEN})
_FRAME_WEIGHT: Final = 400
"""Bytes of HTML: rows get what the rest leaves, so that no page weighs more, whatever strangers write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the page of a case shows.

    Attributes:
        key: The key as KMS shows it now, with its deletion date.
        case: What is on record of it, if anything.
        history: What happened to the case, in order.
        now: When KMS was asked.
        expires_at: Until when the link is good.
        visitor: Who reads it.
        form: What its forms send along.
        is_gone: Whether KMS says that there is no such key.
    """

    key: Key
    case: Case | None
    history: tuple[Entry, ...]
    now: datetime
    expires_at: datetime
    visitor: Visitor
    form: FormState
    is_gone: bool = False

    @property
    def uses(self) -> Uses:
        """The calls that KMS refused."""
        return self.case.uses if self.case else Uses()

    @property
    def deletion(self) -> datetime | None:
        """When the key is, or was to be, deleted."""
        return self.key.deletion_date or (self.case.deletion_date if self.case else None)

    @property
    def closure(self) -> Closure | None:
        """How the case ended; None where KMS says now that it has not, whatever is on record."""
        if self.case is None or (self.key.is_pending and self.key.deletion_date == self.case.deletion_date):
            return None
        return self.case.closure

    @property
    def name(self) -> str:
        """What people call the key."""
        return short(self.key.title, _NAME_LIMIT)


def case_page(view: View, cookies: tuple[str, ...] = ()) -> Page:
    """Return the page on which a person decides."""
    case, key, uses, now = view.case, view.key, view.uses, view.now
    scheduled = case.scheduled_by if case else None
    kept = case.decision if case and case.is_kept else None
    html = fitted(
        "case.html",
        view,
        title=case_text.title(view.name, uses, view.deletion, now),
        kicker=case_text.kicker(case, uses, view.deletion, now),
        name=view.name,
        place=case_text.place(key),
        refused=case_text.refused(case, uses),
        named=_named(uses),
        since=case_text.since(case, key),
        scheduled_at=times.short(scheduled.at) if scheduled else "",
        tiles=case_text.tiles(case, uses, view.deletion, now),
        form=view.form,
        asks_name=view.visitor.person is None,
        kept=kept,
        kept_when=times.short(kept.at) if kept else "",
        kept_since=case_text.since_decided(kept, uses),
        keep_does=case_text.keep_does(view.deletion),
        acting=case_text.acting(view.visitor, view.expires_at),
        cannot=key.rescuable.why if key.rescuable and not key.rescuable.allowed else "",
        **evidence_of(view),
    )
    return Page(200, html, cookies=cookies)


def outcome_page(outcome: Outcome, form: FormState | None = None, cookies: tuple[str, ...] = ()) -> Page:
    """Return the page that says what came of a request."""
    return _page_of(outcome, form or FormState(), cookies)


def review_page(outcome: Outcome, view: View, cookies: tuple[str, ...] = ()) -> Page:
    """Return the page that says how a case stands, and shows all that happened; nothing is decided there."""
    return _page_of(outcome, view.form, cookies, view)


def _page_of(outcome: Outcome, form: FormState, cookies: tuple[str, ...], view: View | None = None) -> Page:
    key = outcome.key
    evidence = {**evidence_of(view), "commands": ()} if view else {"evidence": False}
    shown = {
        "title": f"{outcome.title}: {short(key.title, _NAME_LIMIT)}" if key else outcome.title,
        "outcome": outcome,
        "place": case_text.place(key) if key else "",
        "console_url": key_url(key.arn) if key else "",
        "form": form,
    }
    values = {**evidence, **shown}
    html = fitted("outcome.html", view, **values) if view else rendered("outcome.html", **values)
    wait = outcome.retry_after
    return Page(outcome.status, html, {} if wait is None else {"Retry-After": str(wait)}, cookies)


def evidence_of(view: View) -> Mapping[str, Any]:
    """Return what the page shows of the key, its callers and what happened."""
    case, key, uses = view.case, view.key, view.uses
    scheduled = case.scheduled_by if case else None
    unknown = case.unknown if case else (case_text.NO_CASE,)
    is_by_decision = case is not None and case.decision is not None and not case.is_kept
    return {
        "evidence": True,
        "now": view.now,
        "key": key,
        "uses": uses,
        "deletion": view.deletion if key.is_pending else None,
        "callers_heading": case_text.CALLERS if key.is_pending else case_text.CALLERS_THEN,
        "life_heading": picture_text.LIFE if key.is_pending else picture_text.LIFE_OVER,
        "scheduled": scheduled,
        "scheduler": short(scheduled.caller.name, _CALLER_LIMIT) if scheduled else "",
        "scheduler_in_full": short(scheduled.caller.label, 160) if scheduled else "",
        "closed": case_text.closed(view.closure) if view.closure and not is_by_decision else "",
        "proven": proof(key, view.now),
        "aliases": case_text.aliases(key.aliases, _ALIASES_SHOWN),
        "earlier": phrases.earlier(case.previous, is_sure=key.state is not None) if case else "",
        "particulars": particulars(key),
        "no_uses": case_text.NO_USES if case else case_text.NO_RECORD,
        "protects": phrases.protects(uses) if uses.count else "",
        "unknown": unknown[:_UNKNOWN_SHOWN],
        "unknown_left": max(0, len(unknown) - _UNKNOWN_SHOWN),
        "commands": rescue_commands(key.arn),
        "console_url": key_url(key.arn),
        **_picture(view),
    }


def _picture(view: View) -> Mapping[str, Any]:
    """Return the picture, with what it says in words; none where there is nothing to begin it with."""
    life = _life(view)
    if life is None:
        return {"pictures": ()}
    highest = peak(life)
    marks = {"use": bool(view.uses.count), "note": bool(life.notices), "dec": bool(life.decisions)}
    return {
        "life": life,
        "pictures": pictures(life),
        "most": picture_text.most(view.uses, highest),
        "left_short": picture_text.left_short(life),
        "legend": [(mark, said) for mark, said in picture_text.LEGEND.items() if marks[mark]],
        "caption": picture_text.caption(life, view.case, view.uses, highest),
        "rows": rows(life),
    }


def _life(view: View) -> Life | None:
    case, uses = view.case, view.uses
    scheduled = case.scheduled_by.at if case and case.scheduled_by else None
    start = scheduled or uses.first_at
    if case is None or start is None:
        return None
    closure = view.closure
    is_off = closure is None and view.key.state is not None and not view.key.is_pending
    return Life(
        start=start,
        is_scheduling=scheduled is not None,
        uses=case.timeline,
        notices=tuple(entry.at for entry in view.history if entry.event is Event.NOTICE),
        decisions=tuple(
            (entry.decision.at, entry.decision.choice is not Choice.KEEP)
            for entry in view.history
            if entry.decision
        ),
        now=view.now,
        end=_end(view, closure, is_off=is_off),
        is_over=closure is not None or is_off or view.is_gone,
        is_deletion=_is_sure(closure, Ending.DELETED) if closure else not is_off,
        is_cancellation=_is_sure(closure, Ending.CANCELLED) if closure else is_off,
    )


def _is_sure(closure: Closure, how: Ending) -> bool:
    return closure.confirmed and closure.how is how


def _end(view: View, closure: Closure | None, *, is_off: bool) -> datetime | None:
    """Return when it ends or ended; None where that is not known."""
    if closure:
        return closure.at
    early = view.deletion is not None and view.now < view.deletion
    return None if is_off or (view.is_gone and early) else view.deletion


def fitted(template: str, view: View, **values: object) -> str:
    """Return a page with as many rows as there is room for: decisions first, then callers, then events."""
    bare = rendered(template, **values, **_rows(view, 0))
    room = _PAGE_WEIGHT - _FRAME_WEIGHT - len(bare.encode())
    return rendered(template, **values, **_rows(view, room))


def _rows(view: View, room: int) -> Mapping[str, Any]:
    row = parts(now=view.now)
    ordered = view.uses.by_last_refusal
    decided = [entry for entry in reversed(view.history) if entry.event in _DECIDED]
    others = [entry for entry in reversed(view.history) if entry.event not in _DECIDED]
    decisions = _fitting(map(row.history_row, decided), min(_DECISIONS_WEIGHT, room // 2))
    room -= _weight(decisions)
    callers = _fitting(map(row.caller_row, ordered[: phrases.CALLERS_SHOWN]), min(_CALLERS_WEIGHT, room))
    room -= _weight(callers)
    events = _fitting(map(row.history_row, others[:_EVENTS_SHOWN]), min(_EVENTS_WEIGHT, room))
    return {
        "callers": callers,
        "callers_left": _left(view.uses, ordered[len(callers) :]),
        "decisions": decisions,
        "events": events,
        "events_all": len(others),
        "history_left": len(view.history) - len(decisions) - len(events),
    }


def _named(uses: Uses) -> str:
    """Return the single caller in full, or the one refused most often by name; "" where there is neither."""
    if uses.callers > 1 or uses.unnamed:
        return short(uses.worst[0], _WORST_LIMIT) if uses.worst else ""
    first = uses.by_last_refusal[:1]
    return short(phrases.caller(first[0]) if first else "".join(uses.names[:1]), _CALLER_LIMIT)


def _left(uses: Uses, others: tuple[CallerUses, ...]) -> str:
    """Return how much was refused to those who are not shown."""
    number = sum(part.count for part in others) + uses.unlisted
    return case_text.callers_left(0 if uses.unlisted else len(others), number) if number else ""


def _weight(rows: Iterable[Markup]) -> int:
    return sum(len(row.encode()) + 1 for row in rows)


def _fitting(found: Iterable[Markup], weight: int) -> list[Markup]:
    """Return the first rows, as many as weigh no more than so many bytes: strangers choose their length."""
    taken: list[Markup] = []
    for row in found:
        weight -= _weight((row,))
        if weight < 0:
            break
        taken.append(row)
    return taken
