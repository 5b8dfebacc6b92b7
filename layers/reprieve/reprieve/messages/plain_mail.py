"""A story as a plain mail, at 72 columns.

State, last refusal, deadline and link are within the first `FIRST_LINES`, whatever anybody calls a key or
a caller: sentences that have no room there follow after the link. Then comes the evidence.

Mail programs make links of addresses in plain text: every line is defanged, except our own addresses and
commands.
"""

from collections.abc import Iterator
from textwrap import wrap

from reprieve.messages import phrases
from reprieve.messages.defang import defanged
from reprieve.messages.story import ARN, Calls, Row, Story
from reprieve.messages.way_out import WITHOUT_LINK

COLUMNS = 72
FIRST_LINES = 10
SUBJECT_LIMIT = 99
"""What SNS takes: less than 100 characters, and no line break. Source: SNS API reference, Publish."""


def subject(story: Story) -> str:
    """Return the subject."""
    return phrases.shortened(story.title.within(SUBJECT_LIMIT), SUBJECT_LIMIT)


def body(story: Story) -> str:
    """Return the text: the state, the way out, the evidence, what is not known."""
    first, later = _lead(story)
    sections = (
        first,
        _way_out(story),
        later,
        _facts(story),
        *map(_calls, story.uses),
        _searched(story),
        _digest(story),
        _elsewhere(story),
        _unknown(story),
        [f"Notice {story.id}"],
    )
    text = "\n\n".join("\n".join(section) for section in map(list, sections) if section) + "\n"
    return "\n".join(_line(line, _own(story)) for line in text.split("\n"))


def _lead(story: Story) -> tuple[list[str], list[str]]:
    """Return what stands before the link or the commands, and the sentences that have no room there."""
    top = [line for sentence in story.lead.opening for line in _filled(sentence)]
    top += _filled(story.lead.place)
    sentences = story.lead.sentences
    room = FIRST_LINES - len(top) - len(_first_way_out(story)) - 2  # a blank line before each of the two
    number = next(
        (some for some in range(len(sentences), 1, -1) if len(_paragraph(sentences[:some])) <= room), 1
    )
    first = _paragraph(sentences[:number])
    return [*top, *(["", *first] if first else [])], _paragraph(sentences[number:])


def _paragraph(sentences: tuple[str, ...]) -> list[str]:
    return _filled(" ".join(sentences))


def _own(story: Story) -> frozenset[str | None]:
    """Return what may stand in a line of its own as it is: nobody else wrote it."""
    actions = story.actions
    return frozenset({actions.link, actions.console_url, actions.runbook, *story.commands})


def _line(line: str, own: frozenset[str | None]) -> str:
    return line if line.strip() in own else defanged(line)


def _facts(story: Story) -> Iterator[str]:
    for fact in (*story.facts, *story.particulars):
        yield from _labelled("" if fact.label == ARN else fact.label, fact.words)
    if story.advice:
        yield ""
        yield from _filled(story.advice)


def _calls(calls: Calls) -> Iterator[str]:
    yield from _filled(calls.heading)
    yield ""
    for row in calls.rows[: phrases.CALLERS_SHOWN]:
        yield from _row(row)
    for line in calls.rest(phrases.CALLERS_SHOWN):
        yield from _hanging("  ", line)


def _row(row: Row) -> Iterator[str]:
    """Yield who it is, with number and time at the end; what they did; and from where."""
    yield from _hanging("  ", f"{row.who}: {row.how_often}")
    yield from _hanging("    ", row.what)
    if row.origin:
        yield from _hanging("    ", row.origin)


def _searched(story: Story) -> Iterator[str]:
    if story.searched:
        where = "here:" if story.actions.console_url else "in that log group."
        yield from _labelled("Searched", story.searched)
        yield ""
        yield from _filled(f"The key may be in a record that came later. Look for it {where}")


def _digest(story: Story) -> Iterator[str]:
    if story.folded is None:
        return
    for line, arn in story.folded.lines:
        yield from _hanging("  ", line)
        yield f"  {arn}"
    if story.folded.more:
        yield f"  and {story.folded.more} more, which are in the log group:"
    else:
        yield "  Their records are in the log group:"


def _way_out(story: Story) -> Iterator[str]:
    """Yield the link and who may use it; or the commands, whom to ask, and the link to try anyway."""
    actions = story.actions
    yield from _first_way_out(story)
    if not actions.is_first and story.commands and actions.console_url:
        yield f"  {actions.console_url}"
    yield from _filled(actions.why_not)
    if actions.link and not actions.is_first:
        yield from (f"{actions.button}:", f"  {actions.link}")
    yield from _filled(actions.forwarding)
    if actions.runbook:
        yield from ("Runbook of this channel:", f"  {actions.runbook}")


def _first_way_out(story: Story) -> list[str]:
    """Return what has to be within the first lines: the link, or the commands that take its place."""
    ways = (story.actions.link,) if story.actions.is_first else story.commands
    return [*_filled(story.actions.heading), *(f"  {way}" for way in ways)] if ways else []


def _elsewhere(story: Story) -> Iterator[str]:
    """Yield what does the same without the page."""
    actions = story.actions
    if actions.is_first and story.commands:
        yield WITHOUT_LINK
        yield from (f"  {command}" for command in story.commands)
    if actions.console_url and (actions.is_first or not story.commands):
        yield f"  {actions.console_url}"


def _unknown(story: Story) -> Iterator[str]:
    label = "Not known: "
    for unknown in story.unknown:
        yield from _hanging(label, unknown.removeprefix(label))


def _labelled(label: str, value: str) -> Iterator[str]:
    yield from _hanging(f"  {label:<11}  ", value)


def _hanging(start: str, value: str) -> Iterator[str]:
    """Yield `value` in lines that begin below each other; a word is never broken."""
    for number, line in enumerate(_wrapped(value, COLUMNS - len(start))):
        yield (" " * len(start) if number else start) + line


def _filled(sentence: str) -> list[str]:
    return _wrapped(sentence, COLUMNS)


def _wrapped(text: str, columns: int) -> list[str]:
    """Return lines that fit the columns: defanged first, because that makes a word longer."""
    return wrap(defanged(text), columns, break_long_words=False, break_on_hyphens=False)
