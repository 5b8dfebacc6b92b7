"""E-mail, by an SNS topic that people are subscribed to: plain text, at 72 columns.

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
from reprieve.messages import headline, phrases, problem_phrases
from reprieve.messages.defang import defanged
from reprieve.messages.key_details import no_rescue, particulars
from reprieve.ports import Topic
from reprieve.untrusted import one_line

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
    return one_line(defanged(headline.subject(notice, SUBJECT_LIMIT)), SUBJECT_LIMIT)


def body(notice: Notice) -> str:
    """Return the text: the answer, the evidence, the way out, what is not known."""
    sections = (
        _filled(headline.headline(notice)),
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
    for sentence in headline.concluded(notice):
        yield from _filled(sentence)


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
        yield from _labelled("Deletion", phrases.deletion(key, notice.at))
        yield from _labelled("", phrases.scheduled_by(notice.case.scheduled_by if notice.case else None))
    yield from _labelled("Before", phrases.earlier(notice.case.previous if notice.case else None))
    yield from _labelled("Owner", phrases.owner(key))
    yield from _labelled("Protects", phrases.protects(notice.uses))
    for label, words in particulars(key):
        yield from _labelled(label, words)


def _uses(uses: Uses, sentence: str, now: datetime) -> Iterator[str]:
    if not uses.count or uses.first_at is None:
        return
    yield from _filled(f"{sentence.format(phrases.requests(uses.count))}, since {for_people(uses.first_at)}:")
    yield ""
    for part in uses.by_caller[: phrases.CALLERS_SHOWN]:
        yield from _caller(part, now)
    for line in phrases.rest(uses):
        yield from _hanging(_BENEATH, line)


def _caller(part: CallerUses, now: datetime) -> Iterator[str]:
    yield from _hanging(f"{part.count:>5}  ", phrases.caller(part))
    yield from _hanging(_BENEATH, f"{phrases.operations(part)}, last at {phrases.moment(part.last_at, now)}")
    for resource in part.resources[: phrases.RESOURCES_SHOWN]:
        yield from _hanging(_BENEATH, str(resource))
    for line in (phrases.other_resources(part), phrases.origin(part) and f"from {phrases.origin(part)}"):
        yield from _hanging(_BENEATH, line)


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
    if notice.link:
        yield "If this was not meant, stop the deletion and bring the key back:"
        yield f"  {notice.link}"
        yield ""
        yield from _filled(phrases.who_may(notice.approvers))
        yield ""
    if notice.key and notice.reason not in headline.ENDED and (sorry := no_rescue(notice.key)):
        yield from _filled(sorry)
        yield ""
    if notice.command and notice.reason not in headline.ENDED:
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
