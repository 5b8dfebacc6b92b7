"""A decision on the page: one of two people decides, it is on record, and everybody is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Closure, Counts, Ending
from reprieve.cases.notice import Notice
from reprieve.cases.serialization import from_json
from reprieve.cases.sizes import NOTICE_LIMIT, fitting_case, size
from reprieve.clock import rfc3339
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource
from reprieve.errors import (
    AbsentError,
    ConflictError,
    ThrottledError,
    WrongStateError,
)
from reprieve.respond.forms import COOKIE, CsrfSecret
from reprieve.respond.pages.rendering import Page
from tests.examples import JANE, ORDERS, counted, decision, use
from tests.respond_world import CANCEL, CANCEL_ONLY, KEEP, KEY, NOW, World, controls, denied, read


def test_a_click_brings_the_key_back_proves_it_records_it_and_tells_everybody(world: World) -> None:
    page = world.post()

    assert page.status == 200
    assert "The key works again" in read(page)
    assert "KMS says: Enabled, 15:00:00 UTC" in read(page)
    assert world.state() == "Enabled"
    (message,) = world.handled()
    notice = message["notice"]
    assert notice["reason"] == "deletion-cancelled"
    assert notice["decision"] == {
        "choice": "cancel",
        "at": "2026-11-22T15:00:00Z",
        "by": {
            "auth_method": "link",
            "channel": "email",
            "notice": "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
            "source_ip": "203.0.113.40",
            "user_agent": "Mozilla/5.0",
        },
        "enable": True,
        "state": "Enabled",
        "refused": 214,
    }
    (entry,) = world.audit()
    assert (entry.state_before, entry.outcome) == ("PendingDeletion", "rescued")
    assert entry.request_ids == ("cancel-request", "enable-request")
    assert list(world.table.list("outbox")) == []


def test_without_the_tick_the_key_stays_disabled_and_the_page_says_so(world: World) -> None:
    page = world.post(CANCEL_ONLY)

    assert "The deletion is cancelled" in read(page)
    assert "Programs that need the key fail until it is enabled." in read(page)
    assert "aws kms enable-key" in read(page)
    assert world.kms.changes() == ["kms:CancelKeyDeletion"]
    assert world.state() == "Disabled"


def test_a_second_click_says_that_it_is_done_and_by_whom(world: World) -> None:
    world.send(CANCEL, 0)
    told = len(world.queue.bodies)

    page = world.send(CANCEL, 0)

    assert "The deletion is already cancelled" in read(page)
    assert (
        "Someone with the link from email cancelled the deletion and enabled the key,"
        " on 2026-11-22 15:00 UTC (just now), from 203.0.113.40." in read(page)
    )
    assert world.kms.changes() == ["kms:CancelKeyDeletion", "kms:EnableKey"]
    assert len(world.queue.bodies) == told


def test_a_second_person_who_looks_later_is_told_the_same(world: World) -> None:
    world.post()

    page = world.ask(token=world.token(channel="slack"))

    assert "The deletion is already cancelled" in read(page)
    assert "KMS says: Enabled, 15:00:00 UTC" in read(page)
    assert controls(page) == []


def test_two_people_at_once_one_cancels_and_the_other_is_told(world: World) -> None:
    refused = WrongStateError(
        "kms:CancelKeyDeletion", "KMSInvalidStateException", f"{KEY} is not pending deletion."
    )
    world.kms.fail("kms:CancelKeyDeletion", refused)
    world.kms.fail("kms:DescribeKey", None)
    between = world.kms.describe

    def describe(key: KeyArn) -> Any:
        told = between(key)
        world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Enabled", deletion_date=None)
        return told

    world.kms.describe = describe  # type: ignore[method-assign]

    page = world.post()

    assert "The deletion is already cancelled" in read(page)
    assert "The deletion was cancelled outside this page. CloudTrail shows who did it." in read(page)
    assert world.queue.bodies == []


def test_of_two_people_at_the_same_moment_one_decides_and_the_other_is_told_so(world: World) -> None:
    cancel = world.kms.cancel_deletion
    pages: list[Page] = []

    def second(key: KeyArn, by: str = "") -> str:
        if not pages:
            pages.append(world.send(KEEP, 0, world.token(channel="slack")))
        return cancel(key, by)

    world.kms.cancel_deletion = second  # type: ignore[method-assign]

    winner = world.send(CANCEL, 0)

    (loser,) = pages
    assert "The key works again" in read(winner)
    assert loser.status == 409
    assert "This was decided while you were reading" in read(loser)
    assert "Someone with the link from email chose to rescue the key" in read(loser)
    assert [entry.outcome for entry in world.audit()] == ["rescued"]
    assert {message["notice"]["reason"] for message in world.handled()} == {"deletion-cancelled"}


def test_of_two_who_read_the_same_page_the_later_one_is_told_of_the_first(world: World) -> None:
    world.send(KEEP, 0)

    page = world.send(CANCEL, 0, world.token(channel="slack"))

    assert page.status == 409
    assert "Someone with the link from email chose to let the key be deleted" in read(page)
    assert world.kms.changes() == []
    assert len(world.audit()) == 1


def test_who_loses_by_an_instant_is_told_although_both_had_seen_nothing(world: World) -> None:
    listed = world.table.list
    before = [listed(f"key#{KEY}")]
    world.send(KEEP, 0)
    stale = iter(before)
    world.table.list = lambda *place: next(stale, None) or listed(*place)  # type: ignore[method-assign]

    page = world.send(CANCEL, 0)

    assert "Someone with the link from email chose to let the key be deleted" in read(page)
    assert world.kms.changes() == []


def test_who_loses_and_can_not_see_to_whom_is_told_that_nothing_was_changed(world: World) -> None:
    gone = AbsentError("kms:DescribeKey", "NotFoundException", "")
    world.table.fail(ConflictError())
    world.kms.fail("kms:DescribeKey", None, gone)

    page = world.post()

    assert page.status == 410


@pytest.mark.parametrize(
    ("cookies", "headers", "body"),
    [
        ({}, {}, b""),
        ({COOKIE: "d" * 43}, {}, b""),
        ({COOKIE: "c" * 43}, {"sec-fetch-site": "cross-site"}, b""),
        ({COOKIE: "c" * 43}, {"origin": "https://evil.example"}, b""),
    ],
    ids=["no cookie", "another browser", "cross-site", "another origin"],
)
def test_a_form_that_is_not_from_the_page_changes_nothing(
    world: World, cookies: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    token = world.token()
    proof = CsrfSecret("c" * 43, is_new=False).token(token)
    world.cookies, world.headers = cookies, headers

    page = world.ask("POST", CANCEL + f"&token={proof}&decisions=0".encode() + body, token)

    assert page.status == 403
    assert "The form did not come from this page" in read(page)
    assert world.kms.calls == []
    assert world.audit() == []


def test_a_deletion_that_was_kept_and_cancelled_elsewhere_is_not_laid_at_the_keepers_door(
    world: World,
) -> None:
    world.post(KEEP)
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Disabled", deletion_date=None)

    page = world.ask()

    assert "The deletion was cancelled outside this page. CloudTrail shows who did it." in read(page)
    assert controls(page) == []


def test_keeping_what_is_kept_is_said_and_neither_told_nor_recorded_again(world: World) -> None:
    world.post(KEEP)
    told = len(world.queue.bodies)

    pages = [world.post(KEEP) for _ in range(5)]

    assert all("Nothing stops the deletion on 29 Nov" in read(page) for page in pages)
    assert (len(world.queue.bodies), len(world.audit())) == (told, 1)


@pytest.mark.parametrize("body", [KEEP, CANCEL], ids=["keep", "cancel"])
def test_what_is_stored_and_can_not_be_sent_is_not_said_to_be_undone(world: World, body: bytes) -> None:
    world.queue.error = ThrottledError("sqs:SendMessage", "RequestThrottled", "")

    page = world.post(body)

    assert page.status == 200
    assert "Every channel is being notified." in read(page)
    assert len(world.table.list("outbox")) == 1


def test_a_key_that_is_brought_back_while_somebody_keeps_its_deletion_is_not_said_to_go(world: World) -> None:
    describe = world.kms.describe
    seen: list[KeyArn] = []

    def brought_back(key: KeyArn) -> Any:
        seen.append(key)
        if len(seen) == 2:
            world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Enabled", deletion_date=None)
        return describe(key)

    world.kms.describe = brought_back  # type: ignore[method-assign]

    page = world.post(KEEP)

    assert "The deletion is already cancelled" in read(page)
    assert world.queue.bodies == []
    assert not world.store.cases(KEY)[-1].is_kept


def test_a_case_that_is_closed_is_not_kept_any_more(world: World) -> None:
    case = world.store.cases(KEY)[-1]
    closure = Closure(how=Ending.CANCELLED, at=NOW)
    world.store.save(replace(case, closure=closure), wake_at=None)

    page = world.post(KEEP)

    assert page.status == 503
    assert not world.store.cases(KEY)[-1].is_kept


@pytest.mark.parametrize("how", [Ending.CANCELLED, Ending.DELETED])
def test_a_deletion_that_only_a_record_or_the_calendar_calls_over_can_be_kept(
    world: World, how: Ending
) -> None:
    """KMS calls it pending: a line that anyone may have written does not take the decision away."""
    case = world.store.cases(KEY)[-1]
    told = replace(case.notified, cancelled=True, last_at=NOW - timedelta(minutes=20))
    reported = Closure(how=how, at=NOW - timedelta(minutes=20), by=JANE, confirmed=False)
    world.store.save(replace(case, closure=reported, notified=told), wake_at=None)

    page = world.post(KEEP)

    kept = world.store.cases(KEY)[-1]
    (message,) = world.handled()
    assert page.status == 200
    assert "Nothing stops the deletion on 29 Nov" in read(page)
    assert (kept.is_kept, kept.closure, kept.notified.cancelled) == (True, None, False)
    assert message["notice"]["reason"] == "deletion-kept"
    assert "closure" not in message["notice"]


def test_a_deletion_that_somebody_cancelled_on_the_page_is_not_kept_while_kms_shows_it_still(
    world: World,
) -> None:
    case = world.store.cases(KEY)[-1]
    cancelled = decision(at=NOW - timedelta(minutes=1))
    unproven = Closure(how=Ending.CANCELLED, at=NOW - timedelta(minutes=1), confirmed=False)
    world.store.save(replace(case, closure=unproven, decision=cancelled), wake_at=None)

    page = world.post(KEEP)

    assert page.status == 503
    assert world.store.cases(KEY)[-1].closure == unproven


@pytest.mark.parametrize("how", [Ending.CANCELLED, Ending.DELETED])
def test_what_only_a_record_or_the_calendar_said_gives_way_to_what_was_done_here(
    world: World, how: Ending
) -> None:
    case = world.store.cases(KEY)[-1]
    reported = Closure(how=how, at=NOW - timedelta(minutes=20), by=JANE, confirmed=False)
    world.store.save(replace(case, closure=reported), wake_at=None)

    page = world.post()

    assert "The key works again" in read(page)
    (message,) = world.handled()
    assert message["notice"]["closure"] == {"how": "cancelled", "at": rfc3339(NOW), "confirmed": True}
    assert world.store.cases(KEY)[-1].closure == Closure(how=Ending.CANCELLED, at=NOW)


def test_a_key_that_can_not_be_read_any_more_while_its_deletion_is_kept_is_said_to_be_so(
    world: World,
) -> None:
    world.kms.fail("kms:DescribeKey", None, denied("kms:DescribeKey"))

    page = world.post(KEEP)

    assert page.status == 403
    assert world.queue.bodies == []


def test_a_decision_is_written_on_what_somebody_else_has_counted_meanwhile(world: World) -> None:
    world.table.fail(None, ConflictError())

    page = world.post()

    assert "Every channel is being notified" in read(page)
    assert len(world.handled()) == 1


def test_keeping_the_deletion_leaves_the_key_alone_records_why_and_tells_everybody(world: World) -> None:
    page = world.post(KEEP)

    assert page.status == 200
    assert "Nothing stops the deletion on 29 Nov" in read(page)
    assert "KMS deletes the key on 2026-11-29 14:02 UTC." in read(page)
    assert world.kms.changes() == []
    notice = world.handled()[0]["notice"]
    assert (notice["reason"], notice["decision"]["why"]) == ("deletion-kept", "The tenant has left")
    assert world.store.cases(KEY)[-1].is_kept
    (entry,) = world.audit()
    assert entry.decision
    assert (entry.decision.choice, entry.outcome) == ("keep", "kept")


def test_a_deletion_that_is_kept_can_still_be_cancelled_by_whoever_knows_better(world: World) -> None:
    world.post(KEEP)

    shown = world.ask()
    done = world.post()

    assert 'decided on 22 Nov, 15:00 UTC to let the key be deleted: "The tenant has left"' in read(shown)
    assert [control["value"] for control in controls(shown) if control.get("name") == "decision"] == [
        *("cancel", "cancel")
    ]
    assert "The key works again" in read(done)


@pytest.mark.parametrize("body", [b"decision=keep", b"decision=keep&why=", b"decision=keep&why=++"])
def test_keeping_the_deletion_needs_a_reason(world: World, body: bytes) -> None:
    page = world.post(body)

    assert page.status == 400
    assert "The reason is missing" in read(page)
    assert world.audit() == []


@pytest.mark.parametrize("state", ["Enabled", "gone"])
def test_a_deletion_that_is_off_can_not_be_kept(world: World, state: str) -> None:
    if state == "gone":
        del world.kms.keys[KEY]
    else:
        world.kms.keys[KEY] = replace(world.kms.keys[KEY], state=state, deletion_date=None)

    page = world.post(KEEP)

    assert page.status == (410 if state == "gone" else 200)
    assert world.queue.bodies == []


def test_a_wish_to_keep_that_can_not_be_stored_is_said_to_be_so(world: World) -> None:
    world.table.fail(None, ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))

    page = world.post(KEEP)

    assert page.status == 503
    assert "Nothing was changed" in read(page)
    assert not world.store.cases(KEY)[-1].is_kept


def test_the_name_that_somebody_gives_is_on_record_marked_and_as_text(world: World) -> None:
    world.post(KEEP + b"&name=%3Ci%3EJane%3C%2Fi%3E" + b"x" * 100)

    shown = world.ask()

    by = world.handled()[0]["notice"]["decision"]["by"]
    assert by["claimed_name"].startswith("<i>Jane</i>xx")
    assert len(by["claimed_name"]) == 64
    assert 'Someone with the link from email, who says they are "<i>Jane</i>x' in read(shown)
    assert "<i>" not in shown.html


def large_uses() -> Iterator[KeyUse]:
    for caller in range(20):
        who = replace(
            ORDERS,
            id=f"arn:{caller}",
            principal=f"arn:{caller}",
            name=f"n{caller}{'n' * 120}",
            console_url="https://c/" + "c" * 300,
        )
        for number in range(12):
            yield use(
                event_id=f"{caller}-{number}{'e' * 100}",
                operation=f"Operation{number}{'o' * 100}",
                source_ip=f"{number}{'i' * 120}",
                user_agent=f"{number}{'u' * 120}",
                caller=replace(who, session=f"s{number}{'s' * 120}"),
                resources=tuple(
                    Resource(
                        service="x",
                        name=f"{caller}-{number}-{each}{'r' * 480}",
                        arn="a" * 300,
                        console_url="https://c/" + "c" * 600,
                    )
                    for each in range(9)
                ),
            )
    for number in range(420):
        manager = replace(ORDERS, id=f"arn:m{number}", principal=f"arn:m{number}{'p' * 80}", name="m" * 60)
        yield use(event_id=f"m{number}", is_use=False, caller=replace(manager, behind=f"role {'b' * 58}"))


def test_a_notice_of_a_decision_is_no_larger_than_any_other(world: World) -> None:
    case = world.store.cases(KEY)[-1]
    large = fitting_case(replace(case, settled=Counts().plus([counted(*large_uses())])))
    world.store.save(large, wake_at=None)

    world.post()

    (message,) = world.handled()
    assert size(from_json(Notice, message["notice"])) <= NOTICE_LIMIT
