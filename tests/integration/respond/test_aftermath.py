"""Which key the page enables after a cancellation, and which one it leaves alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Closure, Ending, case_id
from reprieve.cloudtrail.caller import Caller
from reprieve.errors import (
    UnreachableError,
)
from reprieve.ports import Document
from tests.examples import JANE
from tests.respond_world import CANCEL_ONLY, DELETION, ENABLE, KEY, NOW, World, controls, denied, read


def disable(world: World) -> None:
    """Somebody else disables the key, on purpose."""
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Disabled", deletion_date=None)


def not_enabled_by_the_link(world: World) -> bool:
    """Whether the page offers no button, and a form that somebody makes up changes nothing."""
    before = world.kms.changes()
    shown, sent = world.ask(), world.post(ENABLE)
    assert "aws kms enable-key" in read(shown)
    offered = controls(shown) + controls(sent)
    return not offered and world.state() == "Disabled" and world.kms.changes() == before


def test_a_key_that_was_left_disabled_on_purpose_is_not_enabled_by_the_link(world: World) -> None:
    world.post(CANCEL_ONLY)

    page = world.post(ENABLE)

    assert "The deletion is already cancelled" in read(page)
    assert controls(page) == []
    assert world.state() == "Disabled"


def test_a_key_that_somebody_disabled_after_the_rescue_is_not_enabled_by_the_link(world: World) -> None:
    world.post()
    disable(world)

    assert not_enabled_by_the_link(world)
    assert "the key was disabled later" in read(world.ask())


def test_nor_after_a_second_click_enabled_it(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    world.post(ENABLE)
    disable(world)

    assert not_enabled_by_the_link(world)


def test_nor_where_kms_took_the_call_and_could_not_be_asked_afterwards(world: World) -> None:
    unreadable = UnreachableError("kms:DescribeKey", "ReadTimeoutError", "")
    world.kms.fail("kms:DescribeKey", None, unreadable)
    world.post()
    disable(world)

    assert not_enabled_by_the_link(world)


def test_nor_where_somebody_disables_it_before_the_page_can_prove_it(world: World) -> None:
    enable = world.kms.enable

    def enable_and_lose(key: KeyArn, by: str = "") -> str:
        request_id = enable(key, by)
        disable(world)
        return request_id

    world.kms.enable = enable_and_lose  # type: ignore[method-assign]
    page = world.post()

    assert controls(page) == []
    assert not_enabled_by_the_link(world)


@pytest.mark.parametrize("seen_by", ["investigate", "a visitor"])
def test_nor_where_it_was_enabled_by_another_way_and_seen_so(world: World, seen_by: str) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    if seen_by == "investigate":
        case = world.store.case(KEY, DELETION)
        assert case
        world.store.save(replace(case, key=replace(case.key, state="Enabled")), wake_at=None)
    else:
        opened = Entry(
            id="0" * 32,
            at=NOW,
            case_id=case_id(KEY, DELETION),
            event=Event.OPENED,
            state_before="Enabled",
        )
        world.store.note(KEY, opened)

    assert not_enabled_by_the_link(world)


def test_nor_when_a_day_has_passed_for_somebody_may_have_enabled_it_in_between(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    world.clock.sleep(24 * 3600)
    assert [control["value"] for control in controls(world.ask())] == ["enable"]

    world.clock.sleep(1)

    assert not_enabled_by_the_link(world)


def test_nor_where_part_of_the_record_can_not_be_understood(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    world.table.put(Document(partition=f"key#{KEY}", sort="audit#2026", body={"at": "yesterday"}))

    assert not_enabled_by_the_link(world)


def test_a_deletion_that_was_scheduled_for_the_same_moment_again_is_another_aftermath(world: World) -> None:
    world.post()
    world.clock.sleep(60)
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="PendingDeletion", deletion_date=DELETION)
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))

    page = world.post()

    assert [control["value"] for control in controls(page)] == ["enable"]
    assert "The key works again" in read(world.post(ENABLE))


@pytest.mark.parametrize("gone", [True, False], ids=["unreadable", "pending"])
def test_enabling_needs_a_cancellation_first(world: World, *, gone: bool) -> None:
    if gone:
        world.kms.fail("kms:DescribeKey", denied("kms:DescribeKey"))

    page = world.post(ENABLE)

    assert page.status == (403 if gone else 400)
    assert world.kms.changes() == []


@pytest.mark.parametrize("by", [JANE, None], ids=["on record", "not yet on record"])
def test_a_cancellation_that_kms_refused_here_is_not_said_to_be_who_cancelled(
    world: World, by: Caller | None
) -> None:
    world.kms.fail("kms:CancelKeyDeletion", UnreachableError("kms:CancelKeyDeletion", "500", "InternalError"))
    assert "KMS did not do that" in read(world.post())
    world.clock.now += timedelta(hours=1)
    disable(world)
    case = world.store.case(KEY, DELETION)
    assert case
    closure = Closure(how=Ending.CANCELLED, at=world.clock.now, by=by)
    world.store.save(replace(case, closure=closure if by else None), wake_at=None)

    assert not_enabled_by_the_link(world)
    who = "user jane cancelled the deletion outside this page" if by else "CloudTrail shows who did it"
    assert who in read(world.ask())


def test_what_kms_did_without_an_answer_is_finished_by_the_link_once_kms_shows_it(world: World) -> None:
    lost = UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", "")
    world.kms.fail("kms:CancelKeyDeletion", lost)
    assert "KMS did not do that" in read(world.post())
    world.clock.now += timedelta(minutes=2)
    disable(world)

    page = world.post(ENABLE)

    assert "The key works again" in read(page)
