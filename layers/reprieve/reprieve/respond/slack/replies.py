"""What a person, or the channel, reads after a press: the page's own words, as Slack's blocks.

An answer goes to the address that Slack gave for this press, which needs no permission, and where that fails
by the app's bot. Source: Slack, "Handling user interaction": the address takes 5 answers in 30 minutes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final
from urllib.parse import urlsplit

from reprieve.cases.result import Result
from reprieve.dataclass import dataclass
from reprieve.errors import NoAnswerError, SlackError
from reprieve.messages.block_kit import fitting
from reprieve.messages.channels.posting import JSON, as_json
from reprieve.messages.channels.slack_app_entry import SlackAppEntry
from reprieve.messages.defang import defanged
from reprieve.messages.slack_buttons import DECIDE
from reprieve.ports import Http, Log, Slack
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rescue_outcomes import HERE
from reprieve.respond.slack.press import DECIDING, Press
from reprieve.untrusted import objects

Block = Mapping[str, Any]

UNDECIDED: Final = frozenset({
    *(Result.DENIED, Result.BUSY, Result.UNREACHABLE, Result.UNSURE),
    *(Result.NOT_DONE, Result.UNPROVEN, Result.NOT_RECORDED),
})  # fmt: skip
"""The results after which the buttons of a message may still be of use."""

_SLACK: Final = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_TEXT_LIMIT: Final = 2_900
_OK: Final = 200


def is_reply_address(url: str, apps: Sequence[SlackAppEntry]) -> bool:
    """Return whether an address may be answered to: Slack's own, or where an entry says that Slack is."""
    try:
        asked = urlsplit(url)
    except ValueError:
        return False
    if asked.scheme == "https" and asked.netloc in _SLACK:
        return True
    return any((asked.scheme, asked.netloc) == urlsplit(app.url)[:2] for app in apps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """Answers presses. An answer that Slack does not take is logged: it changes nothing about a decision."""

    http: Http
    api: Callable[[SlackAppEntry], Slack] = field(repr=False)
    log: Log

    def privately(self, app: SlackAppEntry, press: Press, outcome: Outcome, page: str) -> None:
        """Tell the person who pressed, and nobody else."""
        shown = page if outcome.offer_again or outcome.offer_enable else ""
        said = {"text": outcome.title, "blocks": [*_told(outcome), *_page(shown)]}
        self._answer(
            press,
            {"response_type": "ephemeral", "replace_original": False, **said},
            lambda: self.api(app).call("chat.postEphemeral", _place(press) | said),
        )

    def begun(self, app: SlackAppEntry, press: Press) -> None:
        """Remove the buttons, and say who pressed which."""
        waiting = _plain("KMS is being asked. If nothing follows in a minute, open the page.")
        self._replace(app, press, _without_buttons(press), (_pressed(press), _context(waiting)))

    def done(self, app: SlackAppEntry, press: Press, outcome: Outcome, page: str) -> None:
        """Say what came of a decision; the buttons come back where they can still be of use."""
        kept = press.blocks if outcome.name in UNDECIDED else _without_buttons(press)
        shown = page if outcome.offer_enable else ""
        self._replace(app, press, kept, (_pressed(press), *_told(outcome), *_page(shown)))

    def over(self, app: SlackAppEntry, press: Press, outcome: Outcome) -> None:
        """Remove the buttons from a message with which nothing can be decided any more."""
        self._replace(app, press, _without_buttons(press), tuple(_told(outcome)))

    def _replace(
        self, app: SlackAppEntry, press: Press, notice: Iterable[Block], answer: Sequence[Block]
    ) -> None:
        said = {"text": press.text, "blocks": fitting(notice, answer)}
        place = {"channel": press.origin.channel, "ts": press.origin.message}
        self._answer(
            press,
            {"replace_original": True, **said},
            lambda: self.api(app).call("chat.update", place | said),
        )

    def _answer(self, press: Press, payload: Mapping[str, Any], otherwise: Callable[[], object]) -> None:
        try:
            answer = self.http.post(press.response_url, as_json(payload), JSON)
        except NoAnswerError as error:
            problem = str(error)
        else:
            if answer.status == _OK:
                return
            problem = f"HTTP {answer.status}"
        self.log.warning("Slack's response URL did not accept a reply", problem=problem)
        try:
            otherwise()
        except SlackError as error:
            self.log.error("Could not reply to a Slack button press", problem=str(error))


def _place(press: Press) -> dict[str, str]:
    return {"channel": press.origin.channel, "user": press.origin.user}


def _without_buttons(press: Press) -> Iterator[Block]:
    """Yield a message's blocks without the buttons that decide; those that open an address stay."""
    for block in press.blocks:
        if block.get("block_id") != DECIDE:
            yield block
        elif links := [element for element in objects(block, "elements") if "url" in element]:
            yield {**block, "elements": links}


def _pressed(press: Press) -> Block:
    """Return who pressed which button; the mention is made of an id of Slack's own."""
    words = f"<@{press.origin.user}> pressed “{DECIDING[press.action]}”."
    return _context({"type": "mrkdwn", "text": words})


def _told(outcome: Outcome) -> Iterator[Block]:
    yield _section(outcome.title)
    unchanged = "Nothing was changed." if outcome.is_unchanged else ""
    parts = (unchanged, *map(defanged, outcome.said), outcome.next, outcome.warning)
    if said := " ".join(filter(None, parts)):
        yield _section(said.replace(HERE, "Enable it on the page"))
    for lines in ("\n".join(outcome.commands), outcome.statement):
        if lines:
            element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": lines}]}
            yield {"type": "rich_text", "elements": [element]}
    if outcome.proven:
        yield _context(_plain(outcome.proven))


def _page(url: str) -> Iterator[Block]:
    if url:
        button = {"type": "button", "action_id": "open-case", "text": _plain("Open the page"), "url": url}
        yield {"type": "actions", "elements": [button]}


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text)}


def _context(element: Block) -> Block:
    return {"type": "context", "elements": [element]}


def _plain(text: str) -> Block:
    """Return text that knows no mention, no link and no formatting."""
    return {"type": "plain_text", "text": text[:_TEXT_LIMIT], "emoji": False}
