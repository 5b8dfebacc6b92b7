"""A case in Slack: a first message that shows the state now and holds the buttons, and replies below it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.notice import Notice, Reason
from reprieve.cases.visitor import AuthMethod
from reprieve.clock import for_people
from reprieve.messages import block_kit
from reprieve.messages.block_kit import Block, WayOut, console_button, link_button, plain, runbook_button
from reprieve.messages.headline import is_off, is_over
from reprieve.messages.outcome import made_here
from reprieve.messages.phrases import requests, shortened, until
from reprieve.messages.slack_buttons import CANCEL_AND_ENABLE, CANCEL_ONLY, DECIDE
from reprieve.messages.story import Fact, Story

HEADING: Final = (
    "Stop the deletion here, or review first. If unsure, cancel and enable. Each button asks again."
)
AT_THE_TOP: Final = "To decide, use the first message of this thread."
_REVIEW: Final = "Review or keep…"
_LABEL_LIMIT: Final = 100
_TITLE_LIMIT: Final = 60
_DONE: Final = {Choice.CANCEL: "cancelled the deletion", Choice.ENABLE: "enabled the key"}
_SLACK_MAY_DECIDE: Final = frozenset({AuthMethod.LINK, AuthMethod.SIGN_IN})
"""Slack's servers are in no approver's network."""

_LOUD: Final = frozenset({Reason.KEY_IN_USE, Reason.DELETION_SOON, Reason.CORRECTION})
"""What a whole Slack channel is shown, although it is a reply."""


def first(notice: Notice, story: Story, mention: str = "") -> Mapping[str, Any]:
    """Return the first message of a case, as it is now."""
    has_state = notice.case and notice.reason is not Reason.CASE_CONTINUED
    return block_kit.message(story, mention, _way(notice, story), now(notice) if has_state else ())


def reply(notice: Notice, story: Story, mention: str = "") -> Mapping[str, Any]:
    """Return a reply: what is new, without a link or a button, which nobody could take away later."""
    return {
        **block_kit.reply(story, mention, AT_THE_TOP if story.actions.link else ""),
        "reply_broadcast": notice.reason in _LOUD,
    }


def now(notice: Notice) -> tuple[Fact, ...]:
    """Return the state of a case at the moment of a notice."""
    return tuple(_now(notice))


def _now(notice: Notice) -> Iterator[Fact]:
    key = notice.key
    yield Fact("In use by", _used_by(notice))
    if key and key.deletion_date and not is_off(key):
        left = until(notice.at, key.deletion_date, units=2)
        yield Fact("Deleted", f"{left}, as of {for_people(notice.at)}")
    yield Fact("Decided", _decided(notice))
    yield Fact("KMS says", (key and key.state) or "could not be asked")


def _used_by(notice: Notice) -> str:
    uses = notice.uses
    if not uses.count:
        return "nobody so far"
    number = f"{'at least ' if uses.unnamed else ''}{uses.callers}"
    callers = "1 caller" if number == "1" else f"{number} callers"
    return f"{callers}, {requests(uses.count)} refused"


def _decided(notice: Notice) -> str:
    ending = notice.closure
    if notice.decision and (notice.reason is not Reason.DELETION_CANCELLED or made_here(notice)):
        return _by(notice.decision, is_proven=ending is None or ending.confirmed)
    if ending is None:
        return "nothing so far"
    return _elsewhere(ending) if ending.how is Ending.CANCELLED else "nothing"


def _elsewhere(ending: Closure) -> str:
    """Return who cancelled a deletion, and whether only a record says so."""
    who = (shortened(ending.by.label, _LABEL_LIMIT), for_people(ending.at)) if ending.by else ()
    unproven = () if ending.confirmed else ("as CloudTrail says",)
    return ", ".join((*who, "outside this stack's page", *unproven))


def _by(decision: Decision, *, is_proven: bool) -> str:
    done = _DONE.get(decision.choice, "lets the key be deleted")
    if decision.choice is Choice.CANCEL and not is_proven:
        done = "asked KMS to cancel the deletion"
    return f"{shortened(decision.by.label, _LABEL_LIMIT)} {done}, {for_people(decision.at)}"


def may_decide(notice: Notice, story: Story) -> bool:
    """Return whether it can be decided in Slack: the case is open, and the page could do it too."""
    is_decided = notice.decision is not None and notice.reason is not Reason.CORRECTION
    return (
        story.actions.is_first
        and notice.approvers in _SLACK_MAY_DECIDE
        and notice.reason is not Reason.TEST
        and not is_decided
        and not is_over(notice)
    )


def _way(notice: Notice, story: Story) -> WayOut:
    heading = HEADING if may_decide(notice, story) else story.actions.heading
    return WayOut(heading, tuple(_buttons(notice, story)))


def _buttons(notice: Notice, story: Story) -> Iterator[Block]:
    decides, link = may_decide(notice, story), story.actions.link
    if link:
        text = _REVIEW if decides else story.actions.button
        acting = _acting(notice, link) if decides else ()
        yield {
            "type": "actions",
            "block_id": DECIDE,
            "elements": [*acting, link_button("open-case", text, link)],
        }
    if others := list(_others(story)):
        yield {"type": "actions", "elements": others}


def _others(story: Story) -> Iterator[Block]:
    """Yield the buttons that stay when nothing is left to decide."""
    if story.actions.console_url:
        yield console_button(story.actions.console_url)
    if story.actions.runbook:
        yield runbook_button(story.actions.runbook)


def _acting(notice: Notice, link: str) -> Iterator[Block]:
    """Yield the buttons that act, with the link's token: its authority is the page's."""
    token = link.rpartition("/")[2]
    key = shortened(notice.key.title, _TITLE_LIMIT) if notice.key else ""
    yield {
        **_button(CANCEL_AND_ENABLE, "Cancel deletion and enable", token),
        "style": "primary",
        "confirm": _confirm(f"The deletion of {key} is cancelled, and the key is enabled: calls work again."),
    }
    yield {
        **_button(CANCEL_ONLY, "Cancel deletion only", token),
        "confirm": _confirm(f"The deletion of {key} is cancelled. The key stays disabled: calls still fail."),
    }


def _button(action_id: str, text: str, value: str) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain(text, block_kit.BUTTON_LIMIT),
        "value": value,
    }


def _confirm(text: str) -> Block:
    return {
        "title": plain("Cancel the deletion?", 100),
        "text": plain(text, 300),
        "confirm": plain("Cancel the deletion", 30),
        "deny": plain("Go back", 30),
    }
