"""A rescue when KMS, the table or the queue fails: nothing is claimed that was not seen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.store import CaseStore
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    ThrottledError,
    UnreachableError,
    WrongStateError,
)
from reprieve.ports import Document
from tests.fakes import FakeTable
from tests.respond_world import CANCEL, DELETION, ENABLE, KEY, World, controls, denied, fields, read


def replace_error(error: AwsError, operation: str) -> AwsError:
    return type(error)(operation, error.code, error.message)


def test_a_key_that_was_cancelled_elsewhere_and_left_disabled_is_said_to_be_so(world: World) -> None:
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Disabled", deletion_date=None)

    page = world.ask()

    assert "Programs that need the key fail until it is enabled." in read(page)
    assert "aws kms enable-key" in read(page)
    assert controls(page) == []


def test_a_key_that_is_gone_is_said_to_be_gone(world: World) -> None:
    del world.kms.keys[KEY]

    shown, page = world.ask(), world.post()

    assert (shown.status, page.status) == (410, 410)
    assert "It may never have existed" in read(page)
    assert "The key is deleted" not in read(shown) + read(page)
    assert world.queue.bodies == []


def test_a_key_that_was_rescued_and_is_gone_is_not_said_to_have_never_existed(world: World) -> None:
    world.post()
    del world.kms.keys[KEY]

    page = world.ask()

    assert page.status == 410
    assert "The key is deleted" in read(page)


def test_a_key_that_is_gone_after_its_date_is_deleted(world: World) -> None:
    del world.kms.keys[KEY]
    world.clock.now = DELETION

    page = world.ask(token=world.token(expires_at=DELETION + timedelta(hours=1)))

    assert page.status == 410
    assert "The key is deleted" in read(page)


def test_a_key_that_goes_between_looking_and_cancelling_is_said_to_be_gone(world: World) -> None:
    gone = AbsentError("kms:CancelKeyDeletion", "NotFoundException", "")
    world.kms.fail("kms:CancelKeyDeletion", gone)
    world.kms.fail("kms:DescribeKey", None, replace_error(gone, "kms:DescribeKey"))

    page = world.post()

    assert page.status == 410


@pytest.mark.parametrize(
    ("operation", "error", "status", "title"),
    [
        (
            "kms:CancelKeyDeletion",
            denied("kms:CancelKeyDeletion"),
            403,
            "This stack has no permission to do that",
        ),
        (
            "kms:CancelKeyDeletion",
            ThrottledError("kms:CancelKeyDeletion", "ThrottlingException", ""),
            503,
            "KMS is busy",
        ),
        (
            "kms:CancelKeyDeletion",
            AwsError("kms:CancelKeyDeletion", "Strange", ""),
            503,
            "KMS did not do that",
        ),
        (
            "kms:CancelKeyDeletion",
            UnreachableError("kms:CancelKeyDeletion", "x", ""),
            503,
            "KMS did not do that",
        ),
        (
            "kms:CancelKeyDeletion",
            WrongStateError("kms:CancelKeyDeletion", "KMSInvalidStateException", ""),
            503,
            "KMS did not do that",
        ),
        ("kms:DescribeKey", denied("kms:DescribeKey"), 403, "This stack has no permission to do that"),
        (
            "kms:DescribeKey",
            UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""),
            503,
            "KMS did not answer",
        ),
    ],
)
def test_a_refused_call_gets_a_page_that_says_that_nothing_was_changed(
    world: World, operation: str, error: AwsError, status: int, title: str
) -> None:
    world.kms.fail(operation, error)

    page = world.post()

    assert page.status == status
    assert title in read(page)
    assert "Nothing was changed" in read(page) or "the key is still pending deletion" in read(page)
    assert "aws kms cancel-key-deletion" in read(page)
    assert world.state() == "PendingDeletion"
    assert world.queue.bodies == []


def test_a_missing_permission_comes_with_the_statement_that_grants_it(world: World) -> None:
    world.kms.fail("kms:CancelKeyDeletion", denied("kms:CancelKeyDeletion"))

    text = read(world.post())

    assert "AWS denied kms:CancelKeyDeletion." in text
    assert '"Action": [ "kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey" ]' in text


def test_kms_is_told_through_which_channel_it_was_decided(world: World) -> None:
    world.post()

    assert world.kms.deciders == ["email", "email"]


def test_a_cancellation_whose_answer_got_lost_and_which_worked_goes_on(world: World) -> None:
    lost = UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", "")
    cancel = world.kms.cancel_deletion

    def cancel_and_lose(key: KeyArn, by: str = "") -> str:
        cancel(key, by)
        raise lost

    world.kms.cancel_deletion = cancel_and_lose  # type: ignore[method-assign]

    page = world.post()

    assert "The key works again" in read(page)
    assert world.state() == "Enabled"


@pytest.mark.parametrize(
    "second",
    [
        WrongStateError("kms:CancelKeyDeletion", "KMSInvalidStateException", "is not pending deletion"),
        ThrottledError("kms:CancelKeyDeletion", "ThrottlingException", ""),
        UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", ""),
    ],
)
def test_what_the_second_try_of_a_cancellation_says_is_no_word_on_the_first(
    world: World, second: AwsError
) -> None:
    cancel = world.kms.cancel_deletion

    def cancel_twice(key: KeyArn, by: str = "") -> str:
        cancel(key, by)
        raise second

    world.kms.cancel_deletion = cancel_twice  # type: ignore[method-assign]

    page = world.post()

    assert "The key works again" in read(page)
    assert world.state() == "Enabled"
    assert world.audit()[0].outcome == "rescued"
    assert len(world.handled()) == 1


@pytest.mark.parametrize("died_before", ["cancelling", "enabling", "telling"])
def test_a_rescue_that_died_on_its_way_can_be_taken_up_again(world: World, died_before: str) -> None:
    class DiedError(Exception):
        pass

    def die(*_: object, **__: object) -> str:
        raise DiedError

    usual = (world.kms.cancel_deletion, world.kms.enable, world.store)
    if died_before == "cancelling":
        world.kms.cancel_deletion = die  # type: ignore[method-assign]
    elif died_before == "enabling":
        world.kms.enable = die  # type: ignore[method-assign]
    else:
        world.table.errors.extend([None, DiedError()])
    with pytest.raises(DiedError):
        world.post()
    world.kms.cancel_deletion, world.kms.enable, world.store = usual  # type: ignore[method-assign]

    shown = world.ask()
    offered = [control["value"] for control in controls(shown) if control.get("name") == "decision"]
    if died_before == "enabling":
        assert "chose to rescue the key" in read(shown)
        assert "What came of it is not on record." in read(shown)
        assert offered == ["enable"]
    done = world.post(CANCEL if died_before == "cancelling" else ENABLE)

    assert world.state() == "Enabled"
    assert done.status == 200


def test_an_enabling_that_failed_and_could_not_be_told_can_be_tried_again_there(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.table.fail(None, ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))
    failed = world.post()

    again = world.post(ENABLE)

    assert [control["value"] for control in controls(failed)] == ["enable"]
    assert "The key works again" in read(again)


def test_a_second_click_on_what_failed_leads_on_with_the_right_number_of_decisions(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.send(CANCEL, 0)

    twice = world.send(CANCEL, 0)

    sent = {str(field["name"]): field["value"] for field in fields(twice)}
    assert sent["decisions"] == "1"
    assert "The key works again" in read(world.send(ENABLE, int(str(sent["decisions"]))))


def test_a_failed_enabling_is_told_although_the_state_can_not_be_read(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.kms.fail("kms:DescribeKey", None, UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))

    page = world.post()

    assert "KMS accepted the request but has not confirmed it" in read(page)
    assert "Enabling it failed: kms:EnableKey ended with AccessDeniedException." in read(page)


def test_an_item_that_can_not_be_understood_takes_nobody_s_page_away(world: World) -> None:
    world.table.put(Document(partition=f"key#{KEY}", sort="audit#2026", body={"event": "of another version"}))

    shown, done = world.ask(), world.post()

    assert (shown.status, done.status) == (200, 200)
    assert "The key works again" in read(done)
    assert "Skipped items of a case that could not be read" in [message for _, message, _ in world.log.lines]


def test_a_case_that_can_not_be_understood_does_not_stand_in_the_way(world: World) -> None:
    (place,) = [place for place in world.table.documents if place[1].startswith("case#")]
    world.table.documents[place] = replace(world.table.documents[place], body={"key": 7})

    done = world.post()

    assert "The key works again" in read(done)
    assert "The other channels could not be notified." in read(done)


def test_a_cancellation_of_which_nothing_can_be_known_is_said_to_be_so(world: World) -> None:
    world.kms.fail("kms:CancelKeyDeletion", UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", ""))
    world.kms.fail("kms:DescribeKey", None, UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))

    page = world.post()

    assert page.status == 503
    assert "It is not known whether that worked" in read(page)
    assert "Nothing was changed" not in read(page)


def test_enabling_waits_until_kms_knows_of_the_cancellation_everywhere(world: World) -> None:
    soon = WrongStateError("kms:EnableKey", "KMSInvalidStateException", f"{KEY} is pending deletion.")
    world.kms.fail("kms:EnableKey", soon, soon)

    page = world.post()

    assert "The key works again" in read(page)
    assert world.clock.slept == [0.2, 0.4]


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (
            [WrongStateError("kms:EnableKey", "KMSInvalidStateException", "")] * 5,
            "ended with KMSInvalidStateException",
        ),
        ([denied("kms:EnableKey")], "ended with AccessDeniedException"),
    ],
    ids=["state", "denied"],
)
def test_a_key_that_could_not_be_enabled_is_safe_and_can_be_enabled_from_the_page(
    world: World, errors: list[AwsError], said: str
) -> None:
    world.kms.fail("kms:EnableKey", *errors)

    page = world.post()

    assert "The deletion is cancelled, but the key is not enabled yet" in read(page)
    assert said in read(page)
    assert controls(page) == [{"type": "submit", "name": "decision", "value": "enable"}]
    assert world.handled()[0]["notice"]["decision"]["state"] == "Disabled"
    again = world.post(ENABLE)
    assert "The key works again" in read(again)
    assert world.state() == "Enabled"


def test_a_cancellation_that_is_proven_later_was_made_when_it_was_made(world: World) -> None:
    unread = UnreachableError("kms:DescribeKey", "x", "")
    world.kms.fail("kms:EnableKey", UnreachableError("kms:EnableKey", "x", ""))
    world.kms.fail("kms:DescribeKey", None, unread)
    world.post()
    world.clock.now += timedelta(minutes=5)

    world.post(ENABLE)

    first, later = (message["notice"]["closure"] for message in world.handled())
    assert (first["confirmed"], later["confirmed"]) == (False, True)
    assert later["at"] == first["at"]


def test_a_state_that_can_not_be_read_afterwards_is_not_claimed(world: World) -> None:
    world.kms.fail("kms:DescribeKey", None, UnreachableError("kms:DescribeKey", "x", ""))

    page = world.post()

    assert "KMS accepted the request but has not confirmed it" in read(page)
    assert "works again" not in read(page)
    assert "state" not in world.handled()[0]["notice"]["decision"]


def test_a_state_that_kms_still_shows_as_pending_is_not_claimed_to_be_another(world: World) -> None:
    pending = world.kms.keys[KEY]
    world.kms.describe = lambda key: pending  # type: ignore[method-assign]

    page = world.post()

    assert "KMS accepted the request but has not confirmed it" in read(page)
    assert "It still says that the key is PendingDeletion" in read(page)
    assert world.clock.slept == [0.2, 0.4, 0.8, 1.6]


def test_a_case_that_is_not_on_record_does_not_stand_in_the_way(world: World) -> None:
    world.table.documents.clear()

    shown, done = world.ask(), world.post()

    assert "which calls were refused (nothing is on record, or it can't be read)" in read(shown)
    assert "The key works again" in read(done)
    assert world.handled()[0]["notice"]["case"]["id"] == f"{KEY}@2026-11-29T14:02:00Z"


def test_a_record_that_can_not_be_read_does_not_stand_in_the_way(world: World) -> None:
    class Unreadable(FakeTable):
        def list(self, partition: str, prefix: str = "") -> Any:
            raise ThrottledError("dynamodb:Query", "ThrottlingException", f"{partition} {prefix}")

    world.store = CaseStore(Unreadable())

    page = world.ask()

    assert page.status == 200
    assert "nothing is on record" in read(page)


@pytest.mark.parametrize(
    "error",
    [ConflictError(), ThrottledError("dynamodb:PutItem", "ThrottlingException", "")],
    ids=["lost", "busy"],
)
def test_nothing_is_done_that_can_not_be_recorded(world: World, error: Exception) -> None:
    world.table.fail(error)

    page = world.post()

    assert page.status == 503
    assert "Nothing was changed" in read(page)
    assert world.kms.changes() == []


@pytest.mark.parametrize(
    "errors",
    [[ThrottledError("dynamodb:PutItem", "ThrottlingException", "")], [ConflictError()] * 4],
    ids=["busy", "lost"],
)
def test_a_rescue_that_can_not_be_told_is_said_to_the_one_who_did_it(
    world: World, errors: list[Exception]
) -> None:
    world.table.fail(None, *errors)

    page = world.post()

    assert "The key works again" in read(page)
    assert "The other channels could not be notified. Tell your colleagues yourself." in read(page)
    assert "Every channel is being notified" not in read(page)
    assert world.state() == "Enabled"


def test_an_outcome_that_can_not_be_added_to_the_record_is_in_the_log(world: World) -> None:
    world.table.fail(None, None, ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))

    page = world.post()

    assert "The key works again" in read(page)
    assert world.audit()[0].outcome == "started"
    (line,) = [keys for _, message, keys in world.log.lines if message == "Acted on a decision"]
    assert line["outcome"] == "rescued"
