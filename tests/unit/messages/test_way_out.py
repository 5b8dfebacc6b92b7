"""The link and who may use it, or the commands and whom to ask."""

from dataclasses import replace
from typing import Any

import pytest

from reprieve.cases.decision import Choice
from reprieve.cases.key import Rescuable, Unknown
from reprieve.cases.notice import LINK, Notice, Reason
from reprieve.cases.visitor import AuthMethod
from reprieve.messages.way_out import button, commands, forwarding, has_page, heading, unknown, why_not
from tests.examples import DELETION, decision, key, notice

NO_TAGS = Unknown(fact="tags of the key", why="kms:ListResourceTags is denied")
NO_LINK = Unknown(fact=LINK, why="the page can only act in account 444455556666")


def about(rescuable: Rescuable | None = None, **changes: Any) -> Notice:
    told = notice(**({"link": "https://x", "command": ("aws kms enable-key",)} | changes))
    assert told.case
    return replace(told, case=replace(told.case, key=key(rescuable=rescuable)))


REFUSED = Rescuable(allowed=False, why="its key policy denies kms:EnableKey; ask role/KeyAdmin")
ALLOWED = Rescuable(allowed=True, why="its key policy names the role")
KEPT = about(reason=Reason.DELETION_KEPT, decision=decision(choice=Choice.KEEP))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (about(), "Review and decide: opening changes nothing. If unsure, press Rescue:"),
        (about(ALLOWED), "Review and decide: opening changes nothing. If unsure, press Rescue:"),
        (KEPT, "You disagree? Stop it. Opening the link changes nothing:"),
        (
            replace(KEPT, reason=Reason.DELETION_SOON),
            "You disagree? Stop it. Opening the link changes nothing:",
        ),
        (
            about(REFUSED),
            "The page can't rescue this key. Ask an administrator of account 111122223333 to run:",
        ),
        (about(link=None), "There is no link. Run in account 111122223333, or ask its administrator:"),
        (
            about(link=None, unknown=(NO_TAGS, NO_LINK)),
            "There is no link: the page can only act in account 444455556666."
            " Run in account 111122223333, or ask its administrator:",
        ),
    ],
)
def test_what_to_do_is_said_in_a_line_before_the_link_or_the_commands(told: Notice, words: str) -> None:
    assert heading(told) == words


@pytest.mark.parametrize(
    ("told", "has_it", "why"),
    [
        (about(), True, ""),
        (about(ALLOWED), True, ""),
        (about(link=None), False, ""),
        (about(REFUSED), False, "Why: its key policy denies kms:EnableKey; ask role/KeyAdmin."),
        (about(REFUSED, reason=Reason.DELETION_CANCELLED), True, ""),
        (notice(case=None, reason=Reason.NO_EVENT_FOUND), False, ""),
    ],
)
def test_where_the_page_can_not_help_the_commands_come_first(told: Notice, *, has_it: bool, why: str) -> None:
    assert (has_page(told), why_not(told)) == (has_it, why)


def test_a_deletion_that_is_off_has_no_commands() -> None:
    assert commands(about(reason=Reason.DELETION_CANCELLED)) == ()


def test_why_there_is_no_link_is_said_once() -> None:
    both = (NO_TAGS, NO_LINK)

    assert unknown(about(link=None, unknown=both)) == (NO_TAGS,)
    assert unknown(about(link=None, unknown=both, command=())) == both


@pytest.mark.parametrize(
    ("approvers", "expires_at", "words"),
    [
        (
            AuthMethod.LINK,
            DELETION,
            "Do not forward: anyone with this link can decide, without a sign-in,"
            " until 2026-11-29 14:02 UTC.",
        ),
        (
            None,
            None,
            "Do not forward: anyone with this link can decide, without a sign-in, until it expires.",
        ),
        (
            AuthMethod.NETWORK,
            DELETION,
            "Do not forward: in the approvers' network, anyone with this link can decide"
            " until 2026-11-29 14:02 UTC.",
        ),
        (
            AuthMethod.SIGN_IN,
            DELETION,
            "Safe to forward: only approvers who sign in can decide, until 2026-11-29 14:02 UTC.",
        ),
    ],
)
def test_whether_to_forward_the_link_is_said_with_what_it_takes_to_decide(
    approvers: AuthMethod | None, expires_at: Any, words: str
) -> None:
    told = notice(approvers=approvers, link_expires_at=expires_at)

    assert forwarding(told) == words


def test_a_test_notice_asks_to_open_the_page_and_its_link_may_go_anywhere() -> None:
    told = about(reason=Reason.TEST, command=(), link_expires_at=DELETION)

    assert heading(told) == 'Open the page and press "I have seen this". Opening changes nothing:'
    assert forwarding(told) == "This link can't change any key. It works until 2026-11-29 14:02 UTC."
    assert (button(told), button(about())) == ("Open the test page", "Review and decide")
