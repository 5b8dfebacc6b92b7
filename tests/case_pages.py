"""The page of a case that most tests talk about, and one into which strangers have written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Counts, ScheduledBy
from reprieve.cases.decision import Choice
from reprieve.cases.key import Relative, Rescuable, Unknown
from reprieve.cases.timeline import Timeline, hour
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import AuthMethod, Person
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.resource import Resource
from reprieve.respond.pages.case_page import View, case_page, outcome_page, review_page
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import FormState
from tests.examples import (
    DELETION,
    NOW,
    ORDERS,
    OTHER_KEY,
    SECRET,
    at,
    case,
    decision,
    key,
    scheduled,
    visitor,
)
from tests.outcomes import EVERY
from tests.reading import Words, read

JANE_DOE = Person(issuer="https://login.example.com", subject="0a", name="Jane Doe", email="jane@example.com")
SIGNED_IN = visitor(auth_method=AuthMethod.SIGN_IN, person=JANE_DOE)
SLACK = visitor(channel="slack", source_ip="")
PART = CallerUses(
    caller=ORDERS,
    count=214,
    first_at=at("14:10"),
    last_at=at("14:52"),
    operations={"Decrypt": 214},
    source_ips=("198.51.100.7",),
    resources=(SECRET,),
)
USES = Uses(count=214, first_at=PART.first_at, last_at=PART.last_at, by_caller=(PART,))
LINE = Timeline.of({hour(at("14:00")): 214})
USED = case(settled=Counts(uses=USES, timeline=LINE), scheduled_by=scheduled())
NOTICE = Entry(id="1", at=at("14:11"), case_id="", event=Event.NOTICE, reason="key-in-use")
DECISION = Entry(
    id="2", at=at("14:21"), case_id="", event=Event.DECISION, decision=decision(), outcome="denied"
)
KEPT = decision(choice=Choice.KEEP, at=at("13:55"), enable=False, why="moved to another key", by=SLACK)

NASTY = ("<b>\"'&amp;{{7*7}}</script>" * 30)[:500]
QUOTES = "'" * 500
FACES = "\N{PILE OF POO}" * 500
NAMES = (NASTY, QUOTES, FACES)


def view(**changes: Any) -> View:
    usual = View(
        key=key(),
        case=USED,
        history=(),
        now=NOW,
        expires_at=DELETION,
        visitor=visitor(),
        form=FormState("0123", 2),
    )
    return replace(usual, **changes)


def words(**changes: Any) -> Words:
    """What is read on the page to decide."""
    return read(case_page(view(**changes)).html)


def said(outcome: Outcome) -> Words:
    """What is read on the page of an outcome."""
    return read(outcome_page(outcome, FormState("0123", 1)).html)


def reviewed(name: str = "already", **changes: Any) -> Words:
    """What is read on the page to review."""
    return read(review_page(EVERY[name], view(**changes)).html)


def callers(number: int, **changes: Any) -> Uses:
    """Uses by so many callers, each later than the one before."""
    parts = tuple(
        replace(
            PART,
            caller=replace(ORDERS, id=f"{place}", principal=None, name=f"role r{place}"),
            count=10,
            last_at=PART.first_at + timedelta(minutes=place),
        )
        for place in range(number)
    )
    return replace(
        Uses(count=10 * number, first_at=PART.first_at, last_at=PART.last_at, by_caller=parts), **changes
    )


def used_by(uses: Uses, **changes: Any) -> Any:
    """The case with those uses."""
    return replace(USED, settled=Counts(uses=uses, timeline=LINE), **changes)


def states() -> dict[str, View]:
    """The page of a case in each of its states: folded, as people meet it."""
    opened_at = NOW - timedelta(days=5)
    names = ("orders-api", "eu-west-1-invoices-worker", "backups")
    parts = tuple(
        replace(
            PART,
            caller=replace(ORDERS, id=name, principal=None, name=f"role {name}", session=None),
            count=count,
            first_at=opened_at,
            last_at=NOW - timedelta(minutes=minutes),
        )
        for name, count, minutes in zip(names, (61, 214, 5), (38, 3, 3000), strict=True)
    )
    three = Uses(count=280, first_at=opened_at, last_at=parts[1].last_at, by_caller=parts)
    hours = Timeline.of({hour(opened_at) + 7 * number: 4 + number for number in range(16)} | {hour(NOW): 61})
    days = replace(
        USED,
        settled=Counts(uses=three, timeline=hours),
        scheduled_by=replace(scheduled(), at=opened_at - timedelta(hours=2)),
    )
    told = tuple(replace(NOTICE, id=f"{day}", at=opened_at + timedelta(days=day)) for day in range(5))
    one = replace(USES, count=1, by_caller=(replace(PART, count=1, first_at=PART.last_at),))
    denied = Rescuable(allowed=False, why="its key policy denies kms:EnableKey")
    return {
        "one-use": view(case=replace(USED, settled=Counts(uses=one, timeline=Timeline.of({hour(NOW): 1})))),
        "three-callers": view(case=days, history=told),
        "twenty-callers": view(case=used_by(callers(20)), history=(NOTICE,)),
        "kept": view(case=replace(days, decision=replace(KEPT, refused=278)), history=told),
        "can-not-rescue": view(key=key(rescuable=denied), case=days, history=told),
        "signed-in": view(case=days, history=(*told, DECISION), visitor=SIGNED_IN),
        "unknown-scheduling": view(case=replace(days, scheduled_by=None)),
        "no-case": view(case=None),
    }


def stranger(name: str) -> CallerUses:
    who = Caller(kind="X", id=name, name=name, session=name, console_url="https://x/?" + "%27" * 166)
    found = tuple(
        Resource(service=QUOTES, name=f"{number}", console_url="https://x/?" + "%27" * 166)
        for number in range(8)
    )
    return CallerUses(
        caller=who,
        count=10,
        first_at=at("14:10"),
        last_at=at("14:52"),
        operations={f"{number}{QUOTES}": 1 for number in range(17)},
        source_ips=(QUOTES,),
        user_agents=(QUOTES + "x",),
        resources=found,
    )


def hostile(name: str) -> View:
    """The page of a case with as much as strangers can write into it."""
    parts = tuple(stranger(f"{name}{number}") for number in range(20))
    uses = replace(USES, count=300, by_caller=parts, unlisted=100)
    hours = {hour(NOW) - number: 100_000 + number for number in range(96)}
    kept = decision(
        choice=Choice.KEEP,
        why=name[:200],
        by=visitor(claimed_name=name[:64], source_ip=QUOTES[:64]),
    )
    known = key(
        aliases=tuple(f"alias/{name}" for _ in range(50)),
        description=QUOTES * 16,
        owner=QUOTES,
        account_name=QUOTES,
        grantees=(QUOTES,) * 50,
        rescuable=Rescuable(allowed=False, why=QUOTES),
        multi_region="PRIMARY",
        relatives=(Relative(arn=OTHER_KEY, role="REPLICA", state="PendingDeletion"),) * 12,
    )
    held = replace(
        USED,
        settled=Counts(uses=uses, timeline=Timeline.of(hours)),
        scheduled_by=ScheduledBy(caller=parts[0].caller, at=NOW - timedelta(hours=90)),
        unknown=(Unknown(fact=QUOTES, why=QUOTES),) * 30,
        decision=kept,
    )
    history = tuple(
        Entry(
            id=f"{number}",
            at=NOW - timedelta(hours=number),
            case_id="",
            event=Event.DECISION if number % 2 else Event.NOTICE,
            decision=replace(kept, at=NOW - timedelta(hours=number)) if number % 2 else None,
            reason=None if number % 2 else name,
            outcome="denied",
        )
        for number in reversed(range(120))
    )
    return view(key=known, case=held, history=history, visitor=kept.by)
