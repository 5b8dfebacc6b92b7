"""E-mail, by an SNS topic that people are subscribed to: plain text, at 72 columns.

State, last refusal, deadline and link are within the first `FIRST_LINES`, whatever anybody calls a key or
a caller: sentences that have no room there follow after the link. Then comes the evidence.

Mail programs make links of addresses in plain text: every line is defanged, except our own addresses and
commands.

Source: SNS API reference, Publish: a subject has less than 100 characters and no line break.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from reprieve.cases.notice import Notice
from reprieve.cases.usage import CallerUses, Uses
from reprieve.clock import for_people
from reprieve.messages import headline, lead, phrases, problem_phrases, way_out
from reprieve.messages.defang import defanged
from reprieve.messages.key_details import particulars
from reprieve.ports import Topic

NAME = "email"
COLUMNS = 72
FIRST_LINES = 10
SUBJECT_LIMIT = 99


@dataclass(frozen=True, slots=True)
class Email:
    """The e-mail channel."""

    topic: Topic

    def send(self, notice: Notice) -> None:
        """Publish the notice to everybody who is subscribed."""
        about = {"notice_id": notice.id, "reason": str(notice.reason)}
        if notice.key:
            about["key_arn"] = str(notice.key.arn)
        self.topic.publish(subject(notice), body(notice), about)


def subject(notice: Notice) -> str:
    """Return the subject."""
    return phrases.shortened(headline.subject(notice, SUBJECT_LIMIT), SUBJECT_LIMIT)


def body(notice: Notice) -> str:
    """Return the text: the state, the way out, the evidence, what is not known."""
    first, later = _lead(notice)
    sections = (
        first,
        _way_out(notice),
        later,
        _problem(notice),
        _key(notice),
        _uses(notice.uses, f"Who {_was(notice)} refused", notice.at),
        _uses(notice.management_calls, "Management calls refused, which do not use the key", notice.at),
        _window(notice),
        _digest(notice),
        _elsewhere(notice),
        _unknown(notice),
        [f"Notice {notice.id}"],
    )
    text = "\n\n".join("\n".join(section) for section in map(list, sections) if section) + "\n"
    return "\n".join(_line(line, _own(notice)) for line in text.split("\n"))


def _lead(notice: Notice) -> tuple[list[str], list[str]]:
    """Return what stands before the link or the commands, and the sentences that have no room there."""
    top = [line for sentence in lead.opening(notice) for line in _filled(sentence)]
    top += _filled(lead.place(notice.key)) if notice.key else []
    sentences = lead.sentences(notice)
    room = FIRST_LINES - len(top) - len(_first_way_out(notice)) - 2  # a blank line before each of the two
    number = next(
        (some for some in range(len(sentences), 1, -1) if len(_paragraph(sentences[:some])) <= room), 1
    )
    first = _paragraph(sentences[:number])
    return [*top, *(["", *first] if first else [])], _paragraph(sentences[number:])


def _paragraph(sentences: tuple[str, ...]) -> list[str]:
    return _filled(" ".join(sentences))


def _own(notice: Notice) -> frozenset[str | None]:
    """Return what may stand in a line of its own as it is: nobody else wrote it."""
    return frozenset({notice.link, notice.console_url, *notice.command})


def _line(line: str, own: frozenset[str | None]) -> str:
    return line if line.strip() in own else defanged(line)


def _problem(notice: Notice) -> Iterator[str]:
    if notice.problem:
        for label, words in problem_phrases.facts(notice.problem):
            yield from _labelled(label, words)
        yield ""
        yield from _filled(problem_phrases.advice(notice.problem))


def _key(notice: Notice) -> Iterator[str]:
    key = notice.key
    if key is None:
        return
    yield from _labelled("Key", phrases.names(key))
    yield from _labelled("", str(key.arn))
    if notice.reason not in headline.ENDED:
        yield from _labelled(
            "Scheduled", phrases.scheduled_by(notice.case.scheduled_by if notice.case else None)
        )
    yield from _labelled("New", phrases.news(notice))
    yield from _labelled("Before", phrases.earlier(notice.case.previous if notice.case else None))
    yield from _labelled("Owner", phrases.owner(key))
    yield from _labelled("Protects", phrases.protects(notice.uses))
    for label, words in particulars(key):
        yield from _labelled(label, words)


def _was(notice: Notice) -> str:
    return "is" if notice.key and notice.key.is_pending else "was"


def _uses(uses: Uses, heading: str, now: datetime) -> Iterator[str]:
    if not uses.count or uses.first_at is None:
        return
    yield from _filled(f"{heading}: {phrases.requests(uses.count)} since {for_people(uses.first_at)}")
    yield ""
    for part in uses.by_last_refusal[: phrases.CALLERS_SHOWN]:
        yield from _caller(part, now)
    for line in phrases.rest(uses):
        yield from _hanging("  ", line)


def _caller(part: CallerUses, now: datetime) -> Iterator[str]:
    """Yield who it is, with number and time at the end; what they did; and from where."""
    last = f"{phrases.requests(part.count)}, last at {phrases.moment(part.last_at, now)}"
    yield from _hanging("  ", f"{phrases.caller(part)}: {last}")
    about = phrases.about(part)
    yield from _hanging("    ", f"{phrases.operations(part)}{f': {about}' if about else ''}")
    if addresses := phrases.addresses(part):
        yield from _hanging("    ", f"from {addresses}")


def _window(notice: Notice) -> Iterator[str]:
    if notice.window:
        where = "here:" if notice.console_url else "in that log group."
        yield from _labelled("Searched", phrases.searched(notice.window))
        yield ""
        yield from _filled(f"The key may be in a record that came later. Look for it {where}")


def _digest(notice: Notice) -> Iterator[str]:
    if notice.digest is None:
        return
    for entry in notice.digest.entries:
        yield from _hanging("  ", headline.folded(entry, notice.at))
        yield f"  {entry.key}"
    if notice.digest.more:
        yield f"  and {notice.digest.more} more, which are in the log group:"
    else:
        yield "  Their records are in the log group:"


def _way_out(notice: Notice) -> Iterator[str]:
    """Yield the link and who may use it; or the commands, whom to ask, and the link to try anyway."""
    yield from _first_way_out(notice)
    if not way_out.has_page(notice) and way_out.commands(notice) and notice.console_url:
        yield f"  {notice.console_url}"
    yield from _filled(way_out.why_not(notice))
    if notice.link and not way_out.has_page(notice):
        yield from ("Try it anyway:", f"  {notice.link}")
    if notice.link:
        yield from _filled(way_out.forwarding(notice))


def _first_way_out(notice: Notice) -> list[str]:
    """Return what has to be within the first lines: the link, or the commands that take its place."""
    ways = (notice.link,) if way_out.has_page(notice) else way_out.commands(notice)
    return [*_filled(way_out.heading(notice)), *(f"  {way}" for way in ways)] if ways else []


def _elsewhere(notice: Notice) -> Iterator[str]:
    """Yield what does the same without the page."""
    if way_out.has_page(notice) and way_out.commands(notice):
        yield "Without the link:"
        yield from (f"  {command}" for command in way_out.commands(notice))
    if notice.console_url and (way_out.has_page(notice) or not way_out.commands(notice)):
        yield f"  {notice.console_url}"


def _unknown(notice: Notice) -> Iterator[str]:
    for unknown in way_out.unknown(notice):
        yield from _hanging("Not known: ", str(unknown))


def _labelled(label: str, value: str) -> Iterator[str]:
    if value:
        yield from _hanging(f"  {label:<11}  ", value)


def _hanging(start: str, value: str) -> Iterator[str]:
    """Yield `value` in lines that begin below each other; what has no blank is never broken."""
    for number, line in enumerate(_wrapped(value, COLUMNS - len(start))):
        yield (" " * len(start) if number else start) + line


def _filled(sentence: str) -> list[str]:
    return _wrapped(sentence, COLUMNS)


def _wrapped(text: str, columns: int) -> list[str]:
    """Return lines of as many columns as there are: defanged before, for that makes a word longer."""
    return wrap(defanged(text), columns, break_long_words=False, break_on_hyphens=False)
