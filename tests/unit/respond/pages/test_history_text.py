"""What happened to a case, in words."""

from dataclasses import replace

import pytest

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.decision import Choice
from reprieve.cases.notice import Reason
from reprieve.cases.result import Result
from reprieve.respond.pages.history_text import RESULTS, folded, happened, left_out
from tests.case_pages import DECISION, NOTICE, SIGNED_IN, SLACK, words
from tests.examples import NOW, at, decision, visitor

ABOUT_NO_CASE = {Reason.STACK_UNHEALTHY}


def test_decisions_come_first_and_then_messages_and_views_the_latest_first() -> None:
    opened = Entry(id="2", at=at("14:20"), case_id="", event=Event.OPENED, visitor=SIGNED_IN)
    tried = decision(at=at("14:21"), by=SIGNED_IN, state="PendingDeletion", why="orders needs it")
    decided = replace(DECISION, decision=tried)

    page = words(history=(NOTICE, opened, decided))

    assert (
        "Decisions and events"
        " 2026-11-22 14:21 UTC (34 minutes ago) Jane Doe (jane@example.com) chose to rescue the key."
        " Reason: orders needs it AWS denied it. KMS said PendingDeletion. From 203.0.113.40, signed in."
        " 2026-11-22 14:02 UTC (53 minutes ago)"
        " jane@example.com (permission set Admin) scheduled the deletion"
        " 2 messages and page views"
        " 2026-11-22 14:20 UTC (35 minutes ago) Jane Doe (jane@example.com) opened the page."
        " From 203.0.113.40, signed in."
        " 2026-11-22 14:11 UTC (44 minutes ago) Message sent: calls are refused." in page.text
    )


@pytest.mark.parametrize("choice", Choice)
def test_a_decision_of_which_nothing_came_is_told_as_such(choice: Choice) -> None:
    made = decision(choice=choice, enable=False, state=None, by=SLACK)

    assert happened(replace(DECISION, decision=made, outcome="started"))[1:] == (
        "What came of it is not on record.",
        "From an unknown address, identified by the link only.",
    )


def test_what_nobody_has_words_for_is_told_by_its_name() -> None:
    assert happened(replace(NOTICE, reason="new-reason")) == ("Message sent: new-reason.",)
    assert happened(replace(DECISION, outcome="new-outcome"))[1] == "Result: new-outcome. KMS said Enabled."
    assert happened(replace(NOTICE, reason=None)) == ("Message sent: .",)


def test_a_name_that_nobody_checked_is_marked() -> None:
    by = visitor(claimed_name="Jane")

    assert happened(replace(DECISION, decision=decision(by=by)))[0] == (
        'Someone with the link from email, who says they are "Jane" chose to rescue the key.'
    )


def test_every_result_has_words() -> None:
    assert RESULTS.keys() == set(Result)


@pytest.mark.parametrize("reason", sorted(set(Reason) - ABOUT_NO_CASE))
def test_every_message_has_words(reason: Reason) -> None:
    (line,) = happened(replace(NOTICE, reason=reason, at=NOW))

    assert line.startswith("Message sent: ")
    assert f": {reason}." not in line


def test_numbers_are_told_in_the_right_form() -> None:
    assert (folded(1), folded(2)) == ("1 message or page view", "2 messages and page views")
    assert left_out(1) == "1 earlier entry is not shown."
    assert left_out(2) == "2 earlier entries are not shown."


def test_who_has_seen_a_test_is_told() -> None:
    seen = Entry(id="3", at=at("14:20"), case_id="test", event=Event.SEEN, visitor=visitor())

    assert happened(seen) == (
        "Someone with the link from email has seen this test.",
        "From 203.0.113.40, identified by the link only.",
    )
