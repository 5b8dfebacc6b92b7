"""What is said of a decision, and of a key that there is nothing left to decide about."""

from dataclasses import replace

import pytest

from reprieve.cases.audit_entry import Aftermath
from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.key import Relative
from reprieve.cases.result import Result
from reprieve.errors import DeniedError
from reprieve.respond.pages import failed_outcomes as failed
from reprieve.respond.pages import rescue_outcomes as outcomes
from reprieve.respond.pages.outcome import STATUS, Refusal, Tone
from tests.case_pages import SIGNED_IN, SLACK, USED, said
from tests.examples import JANE, OTHER_KEY, at, decision, key
from tests.outcomes import DISABLED, ENABLED, EVERY, LATER, PROVEN_AT, REFUSED


def test_a_rescue_is_proven_and_says_what_is_next_and_how_to_undo_it() -> None:
    page = said(outcomes.rescued(ENABLED, PROVEN_AT))

    assert page.headings == [
        ("h1", "The key works again"),
        ("h2", "What happens next"),
        ("h2", "How to undo it"),
    ]
    assert "KMS says: Enabled, 14:02:31 UTC" in page.text
    assert "Programs can use the key at once. Every channel is being notified." in page.text
    assert "Schedule the deletion again in KMS. The full waiting period starts again." in page.text
    assert page.forms == []


def test_cancelling_only_says_how_to_enable_the_key() -> None:
    page = said(outcomes.cancelled(DISABLED, PROVEN_AT))

    assert "KMS says: Disabled, 14:02:31 UTC" in page.text
    assert "Programs that need the key fail until it is enabled." in page.text
    assert page.forms == []
    assert "aws kms enable-key" in page.text
    assert "cancel-key-deletion" not in page.text


def test_letting_it_be_deleted_says_what_is_lost_when_and_how_to_undo_it_and_is_not_green() -> None:
    outcome = outcomes.kept(key(), USED, at("14:02:31"))
    page = said(outcome)

    assert outcome.tone is Tone.PLAIN
    assert page.headings[0] == ("h1", "Nothing stops the deletion on 29 Nov")
    assert "KMS says: PendingDeletion, 14:02:31 UTC" in page.text
    assert "KMS deletes the key on 2026-11-29 14:02 UTC." in page.text
    assert "Open the page again and rescue the key." in page.text
    assert "" in page.links
    assert "KMS deletes the key. What" in said(outcomes.kept(DISABLED, None, LATER)).text


def test_a_key_that_could_not_be_enabled_is_safe_and_can_be_enabled_there() -> None:
    page = said(outcomes.not_enabled(DISABLED, REFUSED, PROVEN_AT))

    assert (
        "KMS will not delete it. Enabling it failed: kms:EnableKey ended with AccessDeniedException."
        in page.text
    )
    assert page.forms == [{"token": "0123", "decisions": "1", "decision": "enable"}]


def test_what_is_done_already_is_said_with_who_did_it() -> None:
    page = said(outcomes.already(ENABLED, decision(by=SIGNED_IN), None, LATER))

    assert page.headings[0] == ("h1", "The deletion is already cancelled")
    assert "KMS says: Enabled, 18:10:30 UTC" in page.text
    assert (
        "Jane Doe (jane@example.com) cancelled the deletion and enabled the key,"
        " on 2026-11-22 15:10 UTC (3 hours ago), from 203.0.113.40." in page.text
    )
    assert page.forms == []


def test_who_cancelled_only_is_named_and_their_key_stays_disabled() -> None:
    page = said(outcomes.already(DISABLED, decision(enable=False, state="Disabled", by=SLACK), None, LATER))

    assert (
        "Someone with the link from slack cancelled the deletion, on 2026-11-22 15:10 UTC (3 hours ago),"
        " from an unknown address." in page.text
    )
    assert page.forms == []
    assert "The command below enables it." in page.text


def test_who_enabled_it_later_is_named() -> None:
    page = said(outcomes.already(ENABLED, decision(choice=Choice.ENABLE), None, LATER))

    assert "email enabled the key after the cancellation, on" in page.text


def test_of_what_was_begun_and_not_ended_it_is_said_that_nobody_knows() -> None:
    page = said(outcomes.already(DISABLED, decision(state=None), None, LATER, Aftermath.UNFINISHED))

    assert (
        "Someone with the link from email chose to rescue the key, on 2026-11-22 15:10 UTC (3 hours ago),"
        " from 203.0.113.40. What came of it is not on record." in page.text
    )
    assert [form["decision"] for form in page.forms] == ["enable"]


def test_who_cancelled_elsewhere_is_named_by_the_record_and_enables_it_themselves() -> None:
    closure = Closure(how=Ending.CANCELLED, at=at("16:00"), by=JANE)

    page = said(outcomes.already(DISABLED, None, closure, LATER))

    assert (
        "user jane cancelled the deletion outside this page, on 2026-11-22 16:00 UTC (2 hours ago)."
        in page.text
    )
    assert page.forms == []
    assert "aws kms enable-key" in page.text


def test_where_nobody_is_known_cloudtrail_knows() -> None:
    assert "CloudTrail shows who did it." in said(outcomes.already(ENABLED, None, None, LATER)).text


def test_a_key_that_was_disabled_afterwards_is_told_apart_and_stays_so() -> None:
    outcome = outcomes.already(DISABLED, decision(), None, LATER, Aftermath.WORKED)

    page = said(outcome)
    assert outcome.name is Result.DISABLED_AFTERWARDS
    assert page.headings[0] == ("h1", "The deletion is cancelled, and the key was disabled later")
    assert "KMS says: Disabled, 18:10:30 UTC" in page.text
    assert "If that was intentional, leave it. This page does not undo it." in page.text
    assert "aws kms enable-key" in page.text
    assert page.forms == []


@pytest.mark.parametrize(
    ("choice", "enable", "chose"),
    [
        (Choice.CANCEL, True, "rescue the key"),
        (Choice.CANCEL, False, "only cancel the deletion"),
        (Choice.KEEP, False, "let the key be deleted"),
        (Choice.ENABLE, True, "enable the key"),
    ],
)
def test_what_was_decided_meanwhile_is_said(choice: Choice, chose: str, *, enable: bool) -> None:
    made = decision(choice=choice, enable=enable, by=SIGNED_IN, why="it is needed")

    page = said(outcomes.decided_meanwhile(ENABLED, made, LATER))

    assert (
        f"Jane Doe (jane@example.com) chose to {chose}, on 2026-11-22 15:10 UTC (3 hours ago)." in page.text
    )
    assert 'The reason given: "it is needed". Your own choice changed nothing.' in page.text
    assert "" in page.links
    silent = outcomes.decided_meanwhile(ENABLED, replace(made, why=None), LATER)
    assert "The reason given" not in said(silent).text


def test_a_key_that_waits_for_its_replicas_says_which() -> None:
    waiting = key(
        state="PendingReplicaDeletion",
        deletion_date=None,
        multi_region="PRIMARY",
        relatives=(Relative(arn=OTHER_KEY, role="REPLICA"),),
    )

    page = said(outcomes.waits_for_replicas(waiting, LATER))

    assert "KMS says: PendingReplicaDeletion, 18:10:30 UTC" in page.text
    assert "us-east-1" in page.text
    bare = said(outcomes.waits_for_replicas(replace(waiting, relatives=None), LATER))
    assert "the last of its replicas. This link was for another deletion." in bare.text


def test_a_key_that_was_scheduled_again_says_until_when() -> None:
    page = said(outcomes.scheduled_again(key(), LATER))

    assert "KMS deletes the key on 2026-11-29 14:02 UTC (in 6 days 19 hours)." in page.text
    assert "aws kms cancel-key-deletion" in page.text
    dateless = said(outcomes.scheduled_again(replace(key(), deletion_date=None), LATER))
    assert "KMS deletes the key on" not in dateless.text


def test_a_missing_permission_comes_with_what_to_add_and_the_commands() -> None:
    page = said(failed.denied(key(), DeniedError("kms:EnableKey", "AccessDenied", "")))

    assert "AWS denied kms:EnableKey." in page.text
    assert "AllowRescue" in page.text
    assert "aws kms cancel-key-deletion" in page.text


def test_of_what_nobody_was_notified_the_page_warns() -> None:
    outcome = outcomes.untold(outcomes.rescued(ENABLED, PROVEN_AT))
    page = said(outcome)

    assert outcome.tone is Tone.PLAIN
    assert outcome.warning == ("The other channels could not be notified. Tell your colleagues yourself.")
    assert "Tell your colleagues yourself." in page.text
    assert "Every channel is being notified" not in page.text
    failed = outcomes.untold(outcomes.not_enabled(DISABLED, REFUSED, PROVEN_AT))
    assert failed.tone is Tone.BAD


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("PendingDeletion", "still says that the key is PendingDeletion, at 14:02:31 UTC"),
        (None, "could not be read"),
    ],
)
def test_what_is_not_proven_is_said_not_to_be(state: str | None, sentence: str) -> None:
    assert sentence in said(failed.unproven(key(state=state), PROVEN_AT)).text


def test_every_name_belongs_to_an_outcome_and_every_outcome_has_a_status() -> None:
    names = {outcome.name for outcome in EVERY.values()}

    assert names == {*Result, *Refusal} - {Result.STARTED}
    assert STATUS.keys() <= names
    assert {outcome.status for outcome in EVERY.values()} == {200, 400, 403, 404, 409, 410, 413, 503}


def test_only_what_works_is_green() -> None:
    green = {name for name, outcome in EVERY.items() if outcome.tone is Tone.GOOD}

    assert green == {"still-signed-in", "rescued", "cancelled", "already"}
