"""A story as Slack's Block Kit, in which every word from outside is plain text.

Plain text objects know no mention, no link and no formatting. Source: Slack, "Reference: text object".
Some clients make links of addresses all the same, so what is shown is defanged; buttons have ours.
Limits, from slack_sdk's own models: header 150, text 3000, 10 fields, 50 blocks; a message that is
longer than about 13,000 characters in total was refused in practice, and the markup of a block counts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reprieve.dataclass import dataclass
from reprieve.messages.defang import defanged
from reprieve.messages.story import Calls, Fact, Folded, Row, Story
from reprieve.messages.way_out import RUNBOOK, WITHOUT_LINK
from reprieve.untrusted import one_line

HEADER_LIMIT = 150
BUTTON_LIMIT = 75
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
BLOCKS_AT_MOST = 50
MESSAGE_LIMIT = 12_900

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a reader can do in a message: what stands before the buttons, and the blocks that hold them."""

    heading: str
    buttons: tuple[Block, ...] = ()


def message(
    story: Story, mention: str = "", way: WayOut | None = None, now: Iterable[Fact] = ()
) -> Mapping[str, Any]:
    """Return what is posted. Its `text` is for notifications and screen readers.

    Args:
        story: What is said.
        mention: The user group or the user that is mentioned, if anyone is.
        way: What a reader can do, if it is not to open the page.
        now: What is known at this moment, where the message is changed later.
    """
    way = way or WayOut(story.actions.heading, tuple(_links(story)))
    return _posted(story, mention, (*_facts(now), *_way_out(story, way), *_evidence(story)))


def reply(story: Story, mention: str, where: str) -> Mapping[str, Any]:
    """Return what is posted below another message, which has the buttons; `where` says so."""
    return _posted(story, mention, (*([_context(where)] if where else []), *_evidence(story)))


def _posted(story: Story, mention: str, blocks: Iterable[Block]) -> Mapping[str, Any]:
    header, *rest = _beginning(story)
    return {
        "text": _escaped(defanged(story.title.within(HEADER_LIMIT))),
        "blocks": fitting((header, *([_mention(mention)] if mention else []), *rest, *blocks)),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def fitting(
    blocks: Iterable[Mapping[str, Any]], after: Sequence[Mapping[str, Any]] = ()
) -> list[Mapping[str, Any]]:
    """Return as many of the first blocks as a message takes, and what is to stand after them in any case."""
    found = list(blocks)
    kept = found[: BLOCKS_AT_MOST - len(after)]
    room = MESSAGE_LIMIT - _length(after)
    if len(kept) == len(found) and _length(found) <= room:
        return [*found, *after]
    while len(kept) > 1 and _length((*kept, _SHORTENED)) > room:
        kept.pop()
    return [*kept[: BLOCKS_AT_MOST - len(after) - 1], _SHORTENED, *after]


def _length(blocks: Sequence[Mapping[str, Any]]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _beginning(story: Story) -> Iterator[Block]:
    header = plain(story.title.within(HEADER_LIMIT), HEADER_LIMIT)
    yield {"type": "header", "block_id": f"{story.reason}|{story.id}", "text": header}
    yield _section("\n".join(filter(None, (*story.lead.opening, story.lead.place))))
    if story.lead.sentences:
        yield _section(" ".join(story.lead.sentences), SENTENCES_LIMIT)


def _evidence(story: Story) -> Iterator[Block]:
    yield from _facts(story.facts)
    yield from _facts(story.particulars)
    if story.advice:
        yield _section(story.advice)
    for calls in story.uses:
        yield from _calls(calls)
    if story.searched:
        yield _section(f"Searched {story.searched}.")
    if story.folded:
        yield from _digest(story.folded)
    if story.actions.is_first:
        yield from _commands(WITHOUT_LINK, story)
    if story.unknown:
        yield _context(*story.unknown[:UNKNOWN_SHOWN])


def _mention(who: str) -> Block:
    """Return a block that mentions a user group (`S…`) or a user; an element for it has no text at all.

    Source: Slack, "Reference: rich text block", elements user and usergroup.
    """
    kind = "usergroup" if who.startswith("S") else "user"
    section = {"type": "rich_text_section", "elements": [{"type": kind, f"{kind}_id": who}]}
    return {"type": "rich_text", "elements": [section]}


def _way_out(story: Story, way: WayOut) -> Iterator[Block]:
    """Yield the button and who may use it; or the commands, whom to ask, and a button to try anyway."""
    if story.actions.is_first:
        yield _section(way.heading)
    else:
        yield from _commands(way.heading, story)
    if story.actions.why_not:
        yield _section(story.actions.why_not)
    yield from way.buttons
    if story.actions.forwarding:
        yield _context(story.actions.forwarding)


def _commands(heading: str, story: Story) -> Iterator[Block]:
    if story.commands:
        yield _section(heading)
        yield _preformatted("\n".join(story.commands))


def _context(*texts: str) -> Block:
    return {"type": "context", "elements": [plain(text, UNKNOWN_LIMIT) for text in texts]}


def _facts(facts: Iterable[Fact]) -> Iterator[Block]:
    if fields := [plain(f"{fact.label}\n{fact.words}", FIELD_LIMIT) for fact in facts]:
        yield {"type": "section", "fields": fields}


def _calls(calls: Calls) -> Iterator[Block]:
    yield _section(calls.heading)
    yield _section(
        "\n".join(map(_row, calls.rows[:CALLERS_SHOWN])), limit=CALLERS_SHOWN * (CALLER_LIMIT + 10)
    )
    for line in calls.rest(CALLERS_SHOWN):
        yield _section(line, limit=REST_LIMIT)


def _row(row: Row) -> str:
    """Return who it is, what they did and from where; number and time at the end are never cut."""
    last = f"; {row.how_often}"
    words = "; ".join(filter(None, (row.who, row.what, row.origin)))
    return one_line(words, CALLER_LIMIT - len(last)) + last


def _digest(folded: Folded) -> Iterator[Block]:
    """Yield as many lines of a digest as a message takes; the rest is in the mail and in the log group."""
    lines = [line for line, _ in folded.lines]
    for _ in range(DIGEST_SECTIONS):
        taken = _fitting(lines, DIGEST_LIMIT)
        if taken:
            yield _section("\n".join(lines[:taken]), limit=DIGEST_LIMIT)
            lines = lines[taken:]
    if more := len(lines) + folded.more:
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


def _links(story: Story) -> Iterator[Block]:
    actions, buttons = story.actions, list[Block]()
    if actions.link:
        button = link_button("open-case", actions.button, actions.link)
        buttons.append(button | ({"style": "primary"} if actions.is_first else {}))
    if actions.console_url:
        buttons.append(console_button(actions.console_url))
    if actions.runbook:
        buttons.append(runbook_button(actions.runbook))
    if buttons:
        yield {"type": "actions", "elements": buttons}


def link_button(action_id: str, text: str, url: str) -> Block:
    """Return a button that opens an address."""
    return {"type": "button", "action_id": action_id, "text": plain(text, BUTTON_LIMIT), "url": url}


def console_button(url: str) -> Block:
    """Return the button that opens the console."""
    return link_button("open-console", "Open the console", url)


def runbook_button(url: str) -> Block:
    """Return the button that opens the runbook."""
    return link_button("open-runbook", RUNBOOK, url)


def _section(text: str, limit: int = TEXT_LIMIT) -> Block:
    return {"type": "section", "text": plain(text, limit)}


def _preformatted(text: str) -> Block:
    """Return a block that is easy to copy from; its text elements know no formatting either."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [element]}


def plain(text: str, limit: int = TEXT_LIMIT) -> dict[str, Any]:
    """Return a plain text object; without emoji, so that `:name:` stays what it is."""
    safe = defanged(text)
    shortened = safe if len(safe) <= limit else f"{safe[: limit - 1]}…"
    return {"type": "plain_text", "text": shortened, "emoji": False}


_SHORTENED: Block = _context("The rest of this message does not fit into Slack.")


def _escaped(text: str) -> str:
    """Escape the three characters that Slack's own text gives a meaning to, mentions and links among them.

    Source: Slack, "Formatting text for app surfaces", escaping text.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
