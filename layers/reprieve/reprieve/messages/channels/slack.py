"""Slack, by an incoming webhook: Block Kit in which every word from outside is plain text.

Plain text objects know no mention, no link and no formatting. Source: Slack, "Reference: text object".
Clients make links of addresses all the same, here and there, so what is shown is defanged; buttons have ours.
Limits, from slack_sdk's own models: header 150, text 3000, 10 fields, 50 blocks; a message that is
longer than some 13 000 characters altogether has been seen to be refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.cases.notice import Notice
from reprieve.cases.usage import CallerUses, Uses
from reprieve.clock import for_people
from reprieve.messages import headline, lead, phrases, problem_phrases, way_out
from reprieve.messages.defang import defanged
from reprieve.messages.key_details import particulars
from reprieve.ports import Webhook
from reprieve.untrusted import one_line

NAME = "slack"
HEADER_LIMIT = 150
TEXT_LIMIT = 600
SENTENCES_LIMIT = 900
FIELD_LIMIT = 400
CALLER_LIMIT = 330
UNKNOWN_LIMIT = 300
CALLERS_SHOWN = 5
REST_LIMIT = 550
DIGEST_LIMIT = 2500
DIGEST_SECTIONS = 3
UNKNOWN_SHOWN = 6

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slack:
    """The Slack channel."""

    webhook: Webhook

    def send(self, notice: Notice) -> None:
        """Post the notice."""
        self.webhook.post(message(notice))


def message(notice: Notice) -> Mapping[str, Any]:
    """Return the webhook's payload. Its `text` is for notifications and screen readers."""
    return {
        "text": _escaped(defanged(headline.subject(notice, HEADER_LIMIT))),
        "blocks": list(_blocks(notice)),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(notice: Notice) -> Iterator[Block]:
    header = _plain(headline.subject(notice, HEADER_LIMIT), HEADER_LIMIT)
    yield {"type": "header", "block_id": f"{notice.reason}|{notice.id}", "text": header}
    yield _section("\n".join((*lead.opening(notice), *([lead.place(notice.key)] if notice.key else []))))
    if sentences := lead.sentences(notice):
        yield _section(" ".join(sentences), SENTENCES_LIMIT)
    yield from _way_out(notice)
    yield from _problem(notice)
    yield from _key(notice)
    is_pending = notice.key is not None and notice.key.is_pending
    yield from _uses(notice.uses, f"Who {'is' if is_pending else 'was'} refused", notice.at)
    yield from _uses(notice.management_calls, "Management calls refused, which do not use the key", notice.at)
    if notice.window:
        yield _section(f"Searched {phrases.searched(notice.window)}.")
    yield from _digest(notice)
    if way_out.has_page(notice):
        yield from _commands("Without the link:", notice)
    if unknown := way_out.unknown(notice):
        yield _context(*(f"Not known: {each}" for each in unknown[:UNKNOWN_SHOWN]))


def _way_out(notice: Notice) -> Iterator[Block]:
    """Yield the button and who may use it; or the commands, whom to ask, and a button to try anyway."""
    if way_out.has_page(notice):
        yield _section(way_out.heading(notice))
    elif way_out.commands(notice):
        yield from _commands(way_out.heading(notice), notice)
    if why := way_out.why_not(notice):
        yield _section(why)
    if buttons := list(_buttons(notice)):
        yield {"type": "actions", "elements": buttons}
    if notice.link:
        yield _context(way_out.forwarding(notice))


def _commands(heading: str, notice: Notice) -> Iterator[Block]:
    if commands := way_out.commands(notice):
        yield _section(heading)
        yield _preformatted("\n".join(commands))


def _context(*texts: str) -> Block:
    return {"type": "context", "elements": [_plain(text, UNKNOWN_LIMIT) for text in texts]}


def _problem(notice: Notice) -> Iterator[Block]:
    if notice.problem:
        facts = [(label, words) for label, words in problem_phrases.facts(notice.problem) if words]
        yield {
            "type": "section",
            "fields": [_plain(f"{label}\n{words}", FIELD_LIMIT) for label, words in facts],
        }
        yield _section(problem_phrases.advice(notice.problem))


def _key(notice: Notice) -> Iterator[Block]:
    key = notice.key
    if key is None:
        return
    fields = [("Key", phrases.names(key)), ("ARN", str(key.arn))]
    if notice.reason not in headline.ENDED:
        fields.append(("Scheduled", phrases.scheduled_by(notice.case.scheduled_by if notice.case else None)))
    fields += [
        ("New", phrases.news(notice)),
        ("Owner", phrases.owner(key)),
        ("Protects", phrases.protects(notice.uses)),
    ]
    yield {
        "type": "section",
        "fields": [_plain(f"{label}\n{value}", FIELD_LIMIT) for label, value in fields if value],
    }
    if more := particulars(key):
        yield {
            "type": "section",
            "fields": [_plain(f"{label}\n{words}", FIELD_LIMIT) for label, words in more],
        }


def _uses(uses: Uses, heading: str, now: datetime) -> Iterator[Block]:
    if not uses.count or uses.first_at is None:
        return
    shown = "\n".join(_caller(part, now) for part in uses.by_last_refusal[:CALLERS_SHOWN])
    yield _section(f"{heading}: {phrases.requests(uses.count)} since {for_people(uses.first_at)}")
    yield _section(shown, limit=CALLERS_SHOWN * (CALLER_LIMIT + 10))
    for line in phrases.rest(uses, CALLERS_SHOWN):
        yield _section(line, limit=REST_LIMIT)


def _digest(notice: Notice) -> Iterator[Block]:
    """Yield as many lines of a digest as a message takes; the rest is in the mail and in the log group."""
    if notice.digest is None:
        return
    lines = [headline.folded(entry, notice.at) for entry in notice.digest.entries]
    for _ in range(DIGEST_SECTIONS):
        taken = _fitting(lines, DIGEST_LIMIT)
        if taken:
            yield _section("\n".join(lines[:taken]), limit=DIGEST_LIMIT)
            lines = lines[taken:]
    if more := len(lines) + notice.digest.more:
        yield _section(f"and {more} more, which are in the log group")


def _fitting(lines: Sequence[str], room: int) -> int:
    """Return how many of the first lines have so many characters together."""
    taken = 0
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        taken += 1
    return taken


def _caller(part: CallerUses, now: datetime) -> str:
    """Return who it is, what they did and from where; number and time at the end are never cut."""
    addresses = phrases.addresses(part)
    words = (
        phrases.caller(part),
        f"{phrases.operations(part)}: {about}"
        if (about := phrases.about(part))
        else phrases.operations(part),
        f"from {addresses}" if addresses else "",
    )
    last = f"; {phrases.requests(part.count)}, last at {phrases.moment(part.last_at, now)}"
    return one_line("; ".join(filter(None, words)), CALLER_LIMIT - len(last)) + last


def _buttons(notice: Notice) -> Iterator[Block]:
    if notice.link and way_out.has_page(notice):
        yield _button("open-case", way_out.button(notice), notice.link) | {"style": "primary"}
    elif notice.link:
        yield _button("open-case", "Try it anyway", notice.link)
    if notice.console_url:
        yield _button("open-console", "Open the console", notice.console_url)


def _button(action_id: str, text: str, url: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": _plain(text, 75), "url": url}


def _section(text: str, limit: int = TEXT_LIMIT) -> Block:
    return {"type": "section", "text": _plain(text, limit)}


def _preformatted(text: str) -> Block:
    """Return a block that is easy to copy from; its text elements know no formatting either."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [element]}


def _plain(text: str, limit: int = TEXT_LIMIT) -> dict[str, Any]:
    """Return a plain text object; without emoji, so that `:name:` stays what it is."""
    safe = defanged(text)
    shortened = safe if len(safe) <= limit else f"{safe[: limit - 1]}…"
    return {"type": "plain_text", "text": shortened, "emoji": False}


def _escaped(text: str) -> str:
    """Escape the three characters that Slack's own text gives a meaning to, mentions and links among them.

    Source: Slack, "Formatting text for app surfaces", escaping text.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
