"""What every channel says about a notice, in one order: a channel escapes and shortens, and nothing else.

The order is that of `Story`'s fields: the title, the lead, what to do, the facts, who is refused, the
commands, what is not known. Every text is plain, and what strangers wrote in it is as they wrote it.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.notice import Digest, Notice
from reprieve.cases.usage import CallerUses, Uses
from reprieve.clock import for_people
from reprieve.dataclass import dataclass
from reprieve.messages import headline, lead, phrases, problem_phrases, way_out
from reprieve.messages.key_details import particulars

ARN: Final = "ARN"
"""The label of the fact that a medium may show without one."""

LATE: Final = timedelta(minutes=5)
"""How long after its decision a notice is late; as a rule, it is sent within seconds."""

MANAGEMENT: Final = "Management calls refused, which do not use the key"


_COUNTED_TWICE: Final = re.compile("[\U00010000-\U0010ffff]")
"""Characters, such as emoji, that are two in UTF-16. SNS and Slack do not say how they count, and both
refuse a message whose title is too long."""


@dataclass(frozen=True, slots=True)
class Title:
    """One line for a notice, as long as a medium has room for it."""

    notice: Notice
    is_late: bool = False

    def within(self, limit: int) -> str:
        """Return it in so many characters, also where one counts as two; the names in it give way."""
        mark = "Late: " if self.is_late else ""
        title = mark + headline.subject(self.notice, limit - len(mark))
        return _COUNTED_TWICE.sub("\N{REPLACEMENT CHARACTER}", title)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known, under its label."""

    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The first words: the state in lines of their own, which key, what happened, the weightiest first."""

    opening: tuple[str, ...]
    place: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What a person can do.

    Attributes:
        heading: What stands before the link, or before the commands that take its place.
        link: The page, if there is one.
        opens: What the link is called where it comes first.
        is_first: Whether the link comes first: nobody knows that the page can't help.
        why_not: Why the page can't help, and whom to ask.
        forwarding: Whether the link may be forwarded, and until when it works.
        console_url: Where the same can be done without the page, or be looked at.
        runbook: What the channel's entry says is to be done.
    """

    heading: str
    link: str | None
    opens: str
    is_first: bool
    why_not: str
    forwarding: str
    console_url: str | None
    runbook: str | None = None

    @property
    def button(self) -> str:
        """What the link is called where it is a button."""
        return self.opens if self.is_first else "Try it anyway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one caller did: who, what and from where; how often and when last."""

    who: str
    what: str
    origin: str
    how_often: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Who was refused, the latest first."""

    heading: str
    rows: tuple[Row, ...]
    uses: Uses

    def rest(self, shown: int) -> tuple[str, ...]:
        """Return what was done by those who come after the first `shown`."""
        return phrases.rest(self.uses, shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The notices that a digest stands for: a line and the key's ARN for each; `more` are not listed."""

    lines: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What every channel says; empty parts are left out.

    Attributes:
        id: The notice.
        reason: Why it is sent.
        case: The case, which is what a medium with threads has one of.
        facts: What is known about the key, or of a problem of the stack.
        particulars: What else is known about the key, where it is not as with most keys.
        advice: What to do about a problem.
        uses: Who was refused: uses, then management calls.
        searched: Where nothing was found.
        commands: What brings the key back without the page.
        unknown: What could not be had, and why.
    """

    id: str
    reason: str
    case: str | None
    title: Title
    lead: Lead
    actions: Actions
    facts: tuple[Fact, ...]
    particulars: tuple[Fact, ...]
    advice: str
    uses: tuple[Calls, ...]
    searched: str
    folded: Folded | None
    commands: tuple[str, ...]
    unknown: tuple[str, ...]


def tell(notice: Notice, now: datetime | None = None) -> Story:
    """Return what every channel says about a notice.

    Args:
        notice: The notice.
        now: When it is sent, if it is: it may have waited, and later notices may have arrived before it.
    """
    is_late = now is not None and now - notice.at >= LATE
    return Story(
        id=notice.id,
        reason=notice.reason,
        case=notice.case.id if notice.case else None,
        title=Title(notice, is_late),
        lead=_lead(notice, is_late=is_late),
        actions=_actions(notice),
        facts=tuple(fact for fact in _facts(notice) if fact.words),
        particulars=_particulars(notice),
        advice=problem_phrases.advice(notice.problem) if notice.problem else "",
        uses=tuple(_uses(notice)),
        searched=phrases.searched(notice.window) if notice.window else "",
        folded=_folded(notice.digest, notice.at) if notice.digest else None,
        commands=way_out.commands(notice),
        unknown=tuple(f"Not known: {each}" for each in way_out.unknown(notice)),
    )


def _lead(notice: Notice, *, is_late: bool) -> Lead:
    late = (lead.late(notice),) if is_late else ()
    return Lead(
        opening=(*late, *lead.opening(notice)),
        place=lead.place(notice.key) if notice.key else "",
        sentences=lead.sentences(notice),
    )


def _actions(notice: Notice) -> Actions:
    return Actions(
        heading=way_out.heading(notice),
        link=notice.link,
        opens=way_out.button(notice),
        is_first=way_out.has_page(notice),
        why_not=way_out.why_not(notice),
        forwarding=way_out.forwarding(notice) if notice.link else "",
        console_url=notice.console_url,
        runbook=notice.runbook,
    )


def _facts(notice: Notice) -> Iterator[Fact]:
    if notice.problem:
        yield from (Fact(label, words) for label, words in problem_phrases.facts(notice.problem))
    if notice.key is None:
        return
    yield Fact("Key", phrases.names(notice.key))
    yield Fact(ARN, str(notice.key.arn))
    if notice.reason not in headline.ENDED:
        yield Fact("Scheduled", phrases.scheduled_by(notice.case.scheduled_by if notice.case else None))
    yield Fact("New", phrases.news(notice))
    previous = notice.case.previous if notice.case else None
    yield Fact("Before", phrases.earlier(previous, is_sure=notice.key.state is not None))
    yield Fact("Owner", phrases.owner(notice.key))
    yield Fact("Protects", phrases.protects(notice.uses))


def _particulars(notice: Notice) -> tuple[Fact, ...]:
    return tuple(Fact(*each) for each in particulars(notice.key)) if notice.key else ()


def _uses(notice: Notice) -> Iterator[Calls]:
    is_pending = notice.key is not None and notice.key.is_pending
    headings = (f"Who {'is' if is_pending else 'was'} refused", MANAGEMENT)
    for heading, uses in zip(headings, (notice.uses, notice.management_calls), strict=True):
        if uses.count and uses.first_at:
            since = f"{phrases.requests(uses.count)} since {for_people(uses.first_at)}"
            rows = tuple(_row(part, notice.at) for part in uses.by_last_refusal)
            yield Calls(heading=f"{heading}: {since}", rows=rows, uses=uses)


def _row(part: CallerUses, now: datetime) -> Row:
    about, addresses = phrases.about(part), phrases.addresses(part)
    return Row(
        who=phrases.caller(part),
        what=f"{phrases.operations(part)}{f': {about}' if about else ''}",
        origin=f"from {addresses}" if addresses else "",
        how_often=f"{phrases.requests(part.count)}, last at {phrases.moment(part.last_at, now)}",
    )


def _folded(digest: Digest, now: datetime) -> Folded:
    lines = tuple((headline.folded(entry, now), str(entry.key)) for entry in digest.entries)
    return Folded(lines=lines, more=digest.more)
