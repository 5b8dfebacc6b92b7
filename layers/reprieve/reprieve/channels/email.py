"""E-mail, by an SNS topic that people are subscribed to: plain text, at 72 columns.

Mail programs make links of addresses in plain text: every line is defanged, except our own addresses and
commands.

Source: SNS API reference, Publish: a subject has less than 100 characters and no line break.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from textwrap import wrap

from reprieve import headlines, problem_words, wording
from reprieve.clock import for_people
from reprieve.defang import defanged
from reprieve.fields import one_line
from reprieve.notices import Notice
from reprieve.particulars import no_rescue, particulars
from reprieve.ports import Topic
from reprieve.usage import CallerUses, Uses

NAME = "email"
COLUMNS = 72
_BENEATH = " " * 7
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
    return one_line(defanged(headlines.subject(notice, SUBJECT_LIMIT)), SUBJECT_LIMIT)


def body(notice: Notice) -> str:
    """Return the text: the answer, the evidence, the way out, what is not known."""
    sections = (
        _filled(headlines.headline(notice)),
        _decision(notice),
        _problem(notice),
        _key(notice),
        _uses(notice.uses, "KMS refused {} to use it", notice.at),
        _uses(notice.management_calls, "KMS refused {} to manage it, which is no use of it", notice.at),
        _window(notice),
        _digest(notice),
        _way_out(notice),
        _unknown(notice),
        [f"Notice {notice.id}"],
    )
    text = "\n\n".join("\n".join(section) for section in map(list, sections) if section) + "\n"
    return "\n".join(_line(line, _own(notice)) for line in text.split("\n"))


def _own(notice: Notice) -> frozenset[str | None]:
    """Return what may stand in a line of its own as it is: nobody else wrote it."""
    return frozenset({notice.link, notice.console_url, *notice.command})


def _line(line: str, own: frozenset[str | None]) -> str:
    return line if line.strip() in own else defanged(line)


def _decision(notice: Notice) -> Iterator[str]:
    for sentence in headlines.concluded(notice):
        yield from _filled(sentence)


def _problem(notice: Notice) -> Iterator[str]:
    if notice.problem:
        for label, words in problem_words.facts(notice.problem):
            yield from _labelled(label, words)
        yield ""
        yield from _filled(problem_words.advice(notice.problem))


def _key(notice: Notice) -> Iterator[str]:
    key = notice.key
    if key is None:
        return
    yield from _labelled("Key", wording.names(key))
    yield from _labelled("", str(key.arn))
    if notice.reason not in headlines.ENDED:
        yield from _labelled("Deletion", wording.deletion(key, notice.at))
        yield from _labelled("", wording.scheduled_by(notice.case.scheduled_by if notice.case else None))
    yield from _labelled("Before", wording.earlier(notice.case.previous if notice.case else None))
    yield from _labelled("Owner", wording.owner(key))
    yield from _labelled("Protects", wording.protects(notice.uses))
    for label, words in particulars(key):
        yield from _labelled(label, words)


def _uses(uses: Uses, sentence: str, now: datetime) -> Iterator[str]:
    if not uses.count or uses.first_at is None:
        return
    yield from _filled(f"{sentence.format(wording.requests(uses.count))}, since {for_people(uses.first_at)}:")
    yield ""
    for part in uses.by_caller[: wording.CALLERS_SHOWN]:
        yield from _caller(part, now)
    for line in wording.rest(uses):
        yield from _hanging(_BENEATH, line)


def _caller(part: CallerUses, now: datetime) -> Iterator[str]:
    yield from _hanging(f"{part.count:>5}  ", wording.caller(part))
    yield from _hanging(_BENEATH, f"{wording.operations(part)}, last at {wording.moment(part.last_at, now)}")
    for resource in part.resources[: wording.RESOURCES_SHOWN]:
        yield from _hanging(_BENEATH, str(resource))
    for line in (wording.other_resources(part), wording.origin(part) and f"from {wording.origin(part)}"):
        yield from _hanging(_BENEATH, line)


def _window(notice: Notice) -> Iterator[str]:
    if notice.window:
        where = "here:" if notice.console_url else "in that log group."
        yield from _labelled("Searched", wording.searched(notice.window))
        yield ""
        yield from _filled(f"The key may be in a record that came later. Look for it {where}")


def _digest(notice: Notice) -> Iterator[str]:
    if notice.digest is None:
        return
    for entry in notice.digest.entries:
        yield from _hanging("  ", headlines.folded(entry, notice.at))
        yield f"  {entry.key}"
    if notice.digest.more:
        yield f"  and {notice.digest.more} more, which are in the log group:"
    else:
        yield "  Their records are in the log group:"


def _way_out(notice: Notice) -> Iterator[str]:
    if notice.link:
        yield "If this was not meant, stop the deletion and bring the key back:"
        yield f"  {notice.link}"
        yield ""
        yield from _filled(wording.who_may(notice.approvers))
        yield ""
    if notice.key and notice.reason not in headlines.ENDED and (sorry := no_rescue(notice.key)):
        yield from _filled(sorry)
        yield ""
    if notice.command and notice.reason not in headlines.ENDED:
        yield (
            "Without the link:"
            if notice.link
            else "There is no link. With the AWS CLI, in the key's account:"
        )
        yield from (f"  {command}" for command in notice.command)
    if notice.console_url:
        yield f"  {notice.console_url}"


def _unknown(notice: Notice) -> Iterator[str]:
    for unknown in notice.unknown:
        yield from _hanging("Not known: ", str(unknown))


def _labelled(label: str, value: str) -> Iterator[str]:
    if value:
        yield from _hanging(f"  {label:<9}  ", value)


def _hanging(start: str, value: str) -> Iterator[str]:
    """Yield `value` in lines that begin beneath each other; what has no blank is never broken."""
    for number, line in enumerate(_wrapped(value, COLUMNS - len(start))):
        yield (" " * len(start) if number else start) + line


def _filled(sentence: str) -> list[str]:
    return _wrapped(sentence, COLUMNS)


def _wrapped(text: str, columns: int) -> list[str]:
    """Return lines of as many columns as there are: defanged before, for that makes a word longer."""
    return wrap(defanged(text), columns, break_long_words=False, break_on_hyphens=False)
