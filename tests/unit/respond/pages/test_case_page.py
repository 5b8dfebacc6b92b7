"""The page of a case: to decide, and to review what was decided."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.audit_entry import Entry
from reprieve.cases.case import Closure, Counts, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.key import LastUse, Rescuable
from reprieve.cases.usage import OtherCaller, Uses
from reprieve.cases.visitor import AuthMethod
from reprieve.respond.pages.case_page import case_page, outcome_page, review_page
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import FormState
from tests.case_pages import (
    DECISION,
    KEPT,
    NAMES,
    NASTY,
    NOTICE,
    SIGNED_IN,
    USED,
    callers,
    hostile,
    reviewed,
    used_by,
    view,
    words,
)
from tests.examples import DELETION, JANE, KEY, NOW, at, case, decision, key, visitor
from tests.outcomes import ENABLED, EVERY
from tests.reading import read

LIMIT = 30_000
DRAWING = re.compile(r'<svg class="tl.*?</svg>', re.DOTALL)


def test_the_first_screen_says_what_is_broken_since_when_until_when_and_what_to_press() -> None:
    page = words()

    assert page.headings[0] == ("h1", "alias/orders-db")
    assert page.text.startswith(
        "Broken now, and deleted for good in 6 days alias/orders-db"
        " KMS key in account 111122223333, eu-west-1. Owner: team-orders"
        " 1 caller is refused: role orders-fn, session orders-api."
        " No use of this key has worked since jane@example.com scheduled its deletion on 22 Nov, 14:02 UTC."
        " 3 min ago last refused call, 14:52 UTC 6 days 23 h until 29 Nov, 14:02 UTC"
        " 214 refused calls, 1 caller No decision has been taken so far"
        " What do you want to do? Rescue this key"
        " Cancels the deletion and enables the key. It works again within seconds."
        " Not sure? Rescue: it can be undone, a deletion can't."
    )


def test_the_tab_says_the_state() -> None:
    html = case_page(view()).html

    assert "<title>alias/orders-db: calls are refused, deleted in 6 days</title>" in html


def test_each_choice_is_a_form_of_its_own_that_needs_no_script() -> None:
    sent = {"token": "0123", "decisions": "2", "name": ""}

    rescue, cancel, keep = words().forms

    assert rescue == {**sent, "enable": "yes", "why": "", "decision": "cancel"}
    assert cancel == {**sent, "why": "", "decision": "cancel"}
    assert keep == {**sent, "why": "(required)", "decision": "keep"}


def test_who_signed_in_is_asked_for_no_name() -> None:
    page = words(visitor=SIGNED_IN)

    assert all("name" not in form for form in page.forms)
    assert "Your name" not in page.text
    assert "Add a reason (optional)" in page.text


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (
            visitor(),
            "Anyone with this link can decide, without a sign-in,"
            " until 29 Nov, 14:02 UTC: do not forward it.",
        ),
        (
            visitor(auth_method=AuthMethod.NETWORK),
            "Anyone in the approvers' network can decide with this link until 29 Nov, 14:02 UTC:"
            " do not forward it.",
        ),
        (
            SIGNED_IN,
            "You are signed in as Jane Doe (jane@example.com) and can decide until 29 Nov, 14:02 UTC.",
        ),
    ],
)
def test_the_page_says_who_can_decide(who: Any, sentence: str) -> None:
    assert f"Opening this page changed nothing. {sentence}" in words(visitor=who).text


def test_a_deletion_that_is_kept_says_who_why_and_what_came_since_and_can_still_be_stopped() -> None:
    told = replace(USED, decision=replace(KEPT, refused=212))

    page = words(case=told)

    assert page.text.startswith("Nothing stops the deletion: deleted for good in 6 days")
    assert (
        "Someone with the link from slack decided on 22 Nov, 13:55 UTC to let the key be deleted:"
        ' "moved to another key". 2 more calls refused since this decision.' in page.text
    )
    assert "Decided to let the key be deleted" in page.text
    assert [form["decision"] for form in page.forms] == ["cancel", "cancel"]


def test_where_the_page_can_not_rescue_the_commands_take_the_buttons_place() -> None:
    page = words(key=key(rescuable=Rescuable(allowed=False, why="its key policy denies kms:EnableKey")))

    assert (
        "This page can't rescue the key: its key policy denies kms:EnableKey."
        " A person who may manage the key can run these commands now: aws kms cancel-key-deletion"
        in page.text
    )
    assert page.text.index("aws kms enable-key") < page.text.index("Try anyway")
    assert page.text.index("Try anyway") < page.text.index("Rescue this key")
    assert page.text.count("aws kms cancel-key-deletion") == 1
    assert [form["decision"] for form in page.forms] == ["cancel", "cancel", "keep"]


def test_a_page_that_can_rescue_lists_the_commands_at_its_end() -> None:
    page = words(key=key(rescuable=Rescuable(allowed=True, why="")))

    assert "Try anyway" not in page.text
    assert page.text.index("Without this page") < page.text.index("aws kms cancel-key-deletion")


def test_a_key_without_a_case_is_shown_all_the_same() -> None:
    page = words(case=None)

    assert page.text.startswith("Pending deletion: deleted for good in 6 days")
    assert "It is not known which calls are refused." in page.text
    assert "which calls were refused (nothing is on record, or it can't be read)" in page.text
    assert "No decision yet" in page.text
    assert "<svg" not in case_page(view(case=None)).html


def test_nothing_is_drawn_where_there_is_nothing_to_begin_with() -> None:
    assert "<svg" not in case_page(view(case=case())).html
    assert words(case=case()).text.count("KMS has refused no use of this key so far") == 2


def test_a_deletion_without_any_refusal_is_drawn_from_its_scheduling() -> None:
    page = words(case=replace(USED, settled=Counts()))

    assert "No call has been refused so far, as far as the records show." in page.text
    assert "Scheduled on 22 Nov, 14:02 UTC by jane@example.com. KMS has refused no use" in page.text
    assert "As a table" not in page.text


def test_the_calls_are_drawn_and_told_in_words_and_in_a_table() -> None:
    html = case_page(view(history=(NOTICE, DECISION))).html
    page = read(html)

    assert html.count('role="img"') == 2
    assert 'aria-labelledby="t1" aria-describedby="caption"' in html
    assert (
        "Scheduled on 22 Nov, 14:02 UTC by jane@example.com. KMS has refused 214 calls since, the last at"
        " 14:52 UTC (3 minutes ago); the busiest time was since 22 Nov, 14:00 UTC, with 214."
        " 1 message was sent; 1 decision was taken. Deletion on 29 Nov, 14:02 UTC, in 6 days 23 hours."
        in page.text
    )
    assert "call that KMS refused message sent decision on this page" in page.text
    assert "From To Refused calls 2026-11-22 14:00 UTC 2026-11-22 15:00 UTC 214" in page.text
    assert "most: 214 calls in 1 h" in page.text
    assert "6 days 23 h left" in page.text


def test_the_evidence_says_all_that_is_known_of_the_key() -> None:
    known = key(last_used=LastUse(operation="Decrypt", at=at("12:55")), account_name="orders-prod")

    page = words(key=known, case=replace(USED, previous=f"{KEY}@2026-10-01T00:00:00Z"))

    for fact in (
        "account 111122223333 (orders-prod), eu-west-1",
        "State KMS says: PendingDeletion, 14:55:30 UTC",
        "Scheduled 2026-11-22 14:02 UTC (53 minutes ago) by jane@example.com (permission set Admin)",
        "Deletion 2026-11-29 14:02 UTC (in 6 days 23 hours)",
        "Alias alias/orders-db Description Orders database, prod",
        "Owner team-orders",
        "Protects 1 secret",
        "role orders-fn, session orders-api 214 calls, 3 minutes ago Decrypt refused: secret prod/orders/db"
        " From where 198.51.100.7",
    ):
        assert fact in page.text
    assert "2026-10-01" in page.text


def test_decisions_are_always_shown_and_messages_are_folded() -> None:
    notices = tuple(replace(NOTICE, id=f"n{number}") for number in range(40))

    html = case_page(view(history=(DECISION, *notices))).html
    page = read(html)

    assert "<summary>40 messages and page views</summary>" in html
    assert page.text.index("chose to rescue the key") < page.text.index("40 messages and page views")
    assert page.text.count("Message sent: calls are refused.") == 12
    assert "28 earlier entries are not shown." in page.text
    assert "1 earlier entry is not shown." in words(history=notices[:13]).text


def test_those_refused_last_come_first_and_eight_are_shown() -> None:
    page = words(case=used_by(callers(9)))

    assert "9 callers are refused." in page.text
    assert page.text.index("role r8") < page.text.index("role r1")
    assert "role r0" not in page.text
    assert "10 calls more by 1 other caller" in page.text


def test_of_several_callers_the_one_refused_most_often_is_named_first_of_all() -> None:
    few, most = callers(2).by_caller
    uses = replace(callers(2), count=14, by_caller=(few, replace(most, count=4)))

    assert (
        "2 callers are refused, most often role r0. No use of this key has worked"
        in words(case=used_by(uses)).text
    )
    long = replace(few, caller=replace(few.caller, name="role " + "x" * 90))
    page = words(case=used_by(replace(uses, by_caller=(long, replace(most, count=4)))))
    assert f"2 callers are refused, most often role {'x' * 26}…" in page.text


def test_callers_that_nobody_can_name_are_counted() -> None:
    uses = callers(
        20, unlisted=500, others=tuple(OtherCaller(id=f"{n}", name="x", count=1) for n in range(400))
    )

    page = words(case=used_by(uses))

    assert "More than 420 callers are refused." in page.text
    assert "620 calls more by others" in page.text


def test_a_caller_of_whom_only_the_name_is_kept_is_named() -> None:
    uses = Uses(
        count=3,
        first_at=at("14:10"),
        last_at=at("14:52"),
        unlisted=3,
        others=(OtherCaller(id="1", name="role r", count=3),),
    )

    assert "1 caller is refused: role r." in words(case=used_by(uses)).text


# To review


@pytest.mark.parametrize("name", ["already", "gone", "expired", "denied", "kept"])
def test_the_page_to_review_shows_what_happened_and_nothing_to_press(name: str) -> None:
    page = reviewed(name, key=ENABLED, history=(NOTICE, DECISION))

    assert page.headings[0] == ("h1", EVERY[name].title)
    assert "chose to rescue the key" in page.text
    assert "role orders-fn, session orders-api 214 calls" in page.text
    assert "KMS has refused 214 calls since" in page.text
    assert page.forms == []
    assert "Without this page" not in page.text


def ended(how: Ending, **changes: Any) -> str:
    closure = Closure(how=how, at=at("16:00"), **changes)
    return reviewed("already", key=replace(ENABLED, state=None), case=replace(USED, closure=closure)).text


def test_the_page_to_review_says_how_a_case_ended() -> None:
    assert "user jane cancelled the deletion outside this page, 2026-11-22 16:00 UTC." in ended(
        Ending.CANCELLED, by=JANE
    )
    assert "The deletion was cancelled outside this page, seen 2026-11-22" in ended(Ending.CANCELLED)
    assert "KMS deleted the key, 2026-11-22 16:00 UTC." in ended(Ending.DELETED)
    assert "KMS has no such key, 2026-11-22 16:00 UTC." in ended(Ending.ABSENT)
    assert "Another case of this key took over" in ended(Ending.CONTINUED)
    assert "KMS could not be asked how this deletion ended." in ended(Ending.UNKNOWN)


def test_what_kms_did_not_confirm_is_no_more_than_what_cloudtrail_or_the_calendar_says() -> None:
    unasked, then = "KMS could not be asked", "2026-11-22 16:00 UTC."

    cancelled = ended(Ending.CANCELLED, by=JANE, confirmed=False)
    nameless = ended(Ending.CANCELLED, confirmed=False)
    over = ended(Ending.DELETED, confirmed=False)

    assert f"{unasked}. CloudTrail says that user jane cancelled the deletion, {then}" in cancelled
    assert f"{unasked}. CloudTrail says that it was cancelled, seen {then}" in nameless
    assert f"{unasked} whether the key is deleted. Its date had passed, {then}" in over
    for text in (cancelled, nameless, over):
        assert "Closed on 22 Nov, 16:00 UTC." in text


def test_a_deletion_that_kms_knows_now_is_not_called_over_whatever_is_on_record() -> None:
    closure = Closure(how=Ending.CANCELLED, at=at("16:00"), by=JANE)

    text = words(case=replace(USED, closure=closure)).text

    assert "outside this page" not in text
    assert "Cancelled on" not in text
    assert "Deletion on 29 Nov, 14:02 UTC" in text


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (Ending.CANCELLED, "Cancelled on 22 Nov, 16:00 UTC."),
        (Ending.DELETED, "Deleted on 22 Nov, 16:00 UTC."),
        (Ending.ABSENT, "Closed on 22 Nov, 16:00 UTC."),
        (Ending.UNKNOWN, "Closed on 22 Nov, 16:00 UTC."),
    ],
)
def test_the_picture_of_an_ended_case_says_how_it_ended(how: Ending, sentence: str) -> None:
    assert sentence in ended(how)


def test_a_cancellation_that_nobody_has_seen_yet_is_not_drawn_as_a_deletion() -> None:
    text = reviewed("already", key=ENABLED).text

    assert "Cancelled." in text
    assert "Deletion on" not in text


def test_a_key_that_is_gone_is_drawn_as_deleted_and_without_a_date_where_that_came_early() -> None:
    lost = key(state=None)

    late = reviewed("gone", key=lost, is_gone=True, now=DELETION + timedelta(days=2)).text
    early = reviewed("gone", key=lost, is_gone=True).text

    assert "Deleted on 29 Nov, 14:02 UTC." in late
    assert "Deleted." in early
    assert "Who was refused" in late


def test_who_cancelled_on_the_page_is_said_once() -> None:
    closure = Closure(how=Ending.CANCELLED, at=at("15:10"))

    page = reviewed("already", key=ENABLED, case=replace(USED, closure=closure, decision=decision()))

    assert "outside this page" not in page.text


# Outcomes


@pytest.mark.parametrize("outcome", EVERY.values(), ids=EVERY)
def test_every_outcome_has_one_title_its_status_and_something_to_do(outcome: Outcome) -> None:
    page = outcome_page(outcome)

    text = read(page.html)
    assert page.status == outcome.status
    assert [level for level, _ in text.headings].count("h1") == 1
    assert page.headers == ({"Retry-After": str(outcome.retry_after)} if outcome.retry_after else {})
    assert ("1234abcd" in page.html) == (outcome.key is not None)
    assert page.html.count("<h2") or outcome.name == "sign-in-first"


@pytest.mark.parametrize("outcome", EVERY.values(), ids=EVERY)
def test_that_nothing_was_changed_is_said_first_and_bold(outcome: Outcome) -> None:
    html = outcome_page(outcome).html

    first = re.search(r'<div class="decide">\s*(<p.*?</p>)', html)
    assert first
    assert (first[1] == "<p><strong>Nothing was changed.</strong></p>") == outcome.is_unchanged
    assert html.count("Nothing was changed.") == outcome.is_unchanged


def test_the_key_can_be_enabled_there_where_that_is_offered() -> None:
    html = outcome_page(EVERY["not-enabled"], FormState("0123", 1)).html

    assert read(html).forms == [{"token": "0123", "decisions": "1", "decision": "enable"}]


# Strangers


@pytest.mark.parametrize("name", NAMES, ids=["nasty", "quotes", "faces"])
def test_no_page_weighs_thirty_kilobytes_whatever_strangers_write(name: str) -> None:
    seen = hostile(name)

    pages = [case_page(seen).html, *(review_page(each, seen).html for each in EVERY.values())]

    assert max(len(html.encode()) for html in pages) <= LIMIT
    page = read(pages[0])
    assert "calls more by others" in page.text
    assert "earlier entries are not shown." in page.text
    assert "and 24 more" in page.text
    assert page.text.count("chose to let the key be deleted") >= 1


@pytest.mark.parametrize("name", NAMES, ids=["nasty", "quotes", "faces"])
def test_no_picture_weighs_three_kilobytes_whatever_strangers_do(name: str) -> None:
    found = DRAWING.findall(case_page(hostile(name)).html)

    assert len(found) == 2
    assert max(len(each.encode()) for each in found) < 3_000


def test_a_page_as_most_are_weighs_little_more_than_half_of_that() -> None:
    assert len(case_page(view()).html.encode()) < 20_000


def test_nothing_that_a_stranger_writes_becomes_html() -> None:
    for html in (case_page(hostile(NASTY)).html, review_page(EVERY["already"], hostile(NASTY)).html):
        assert "<b>" not in html
        assert "</script>" not in html
        assert "{{7*7}}" in html


def test_a_name_that_nobody_checked_is_marked_and_escaped() -> None:
    by = visitor(claimed_name="<i>Jane</i>")
    decided: Entry = replace(DECISION, decision=decision(by=by, choice=Choice.KEEP, why="<u>"))

    html = case_page(view(history=(decided,), case=replace(USED, decision=decided.decision))).html

    assert "<i>" not in html
    assert "<u>" not in html
    assert 'Someone with the link from email, who says they are "<i>Jane</i>" chose' in read(html).text


def test_a_date_that_is_past_leaves_no_time() -> None:
    page = words(now=DELETION + timedelta(hours=1))

    assert page.text.startswith("Broken now, and deleted for good any moment now")
    assert "No time left since 29 Nov, 14:02 UTC" in page.text
    assert "Unknown time until the deletion" in words(key=key(deletion_date=None), case=None).text


def test_a_key_without_a_date_gets_a_picture_without_an_end() -> None:
    dateless = replace(USED, deletion_date=None)

    assert (
        "The date of the deletion is not known."
        in words(key=key(deletion_date=None), case=dateless, now=NOW).text
    )


def test_without_a_record_nothing_is_said_of_calls_that_were_not_refused() -> None:
    page = words(case=None)

    assert page.text.count("It is not known: no record of this deletion can be read.") == 2
    assert "KMS has refused no use" not in page.text
    assert "KMS has refused no use" in words(case=replace(USED, settled=Counts())).text
