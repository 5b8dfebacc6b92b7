"""The subject of a notice, and its line in a digest."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.key import Key
from reprieve.cases.notice import DigestEntry, Notice, Reason, Sender, stack_unhealthy
from reprieve.cases.problem import Kind
from reprieve.cases.sample import sample_notice
from reprieve.cases.usage import Uses, narrowed
from reprieve.cloudtrail.caller import Caller
from reprieve.messages.headline import VERBS, folded, is_over, subject
from tests.examples import (
    DELETION,
    HOSTILE,
    JANE,
    KEY,
    NOW,
    ORDERS,
    at,
    decision,
    key,
    notice,
    problem,
    use,
    uses,
)

TAGGING = uses(use(operation="TagResource", is_use=False, caller=JANE))
TWO = uses(use(at=at("14:10"), caller=JANE), use(event_id="e2"))
KEPT = decision(choice=Choice.KEEP)


def about(of: Key | None = None, **changes: Any) -> Notice:
    told = notice(**({"uses": TWO} | changes))
    assert told.case
    return replace(told, case=replace(told.case, key=of or key()))


def cancelled(**changes: Any) -> Closure:
    return replace(Closure(how=Ending.CANCELLED, at=NOW), **changes)


def deleted(**changes: Any) -> Closure:
    return replace(Closure(how=Ending.DELETED, at=NOW), **changes)


def crowd(number: int) -> Uses:
    callers = [Caller(kind="IAMUser", id=f"u{each}", name=f"user {each}") for each in range(number)]
    return uses(*(use(caller=caller) for caller in callers))


OFF = key(state="Enabled", deletion_date=None)
REPLICAS = key(state="PendingReplicaDeletion", deletion_date=None)
REPLICATED = key(state="PendingReplicaDeletion", deletion_date=None)
SUBJECTS = (
    (about(), "Calls refused: alias/orders-db (role orders-fn and 1 more), deleted in 6 days"),
    (about(uses=uses(use())), "Calls refused: alias/orders-db (role orders-fn), deleted in 6 days"),
    (about(uses=Uses()), "Calls refused: alias/orders-db, deleted in 6 days"),
    (about(uses=crowd(20)), "Calls refused: alias/orders-db (user 0 and 19 more), deleted in 6 days"),
    (
        about(uses=crowd(430)),
        "Calls refused: alias/orders-db (user 0 and at least 419 more), deleted in 6 days",
    ),
    (
        about(uses=narrowed(crowd(2), callers=1, others=1), reason=Reason.STILL_IN_USE),
        "Calls still refused: alias/orders-db (user 0 and 1 more), deleted in 6 days",
    ),
    (
        about(replace(key(), deletion_date=NOW)),
        "Calls refused: alias/orders-db (role orders-fn and 1 more), deleted any moment now",
    ),
    (
        about(Key.bare(KEY)),
        "Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab (role orders-fn and 1 more), state not known",
    ),
    (
        about(REPLICATED),
        "Calls refused: alias/orders-db (role orders-fn and 1 more), deleted after its replicas",
    ),
    (
        about(key(deletion_date=None)),
        "Calls refused: alias/orders-db (role orders-fn and 1 more), deletion date not known",
    ),
    (about(OFF), "Calls were refused: alias/orders-db (role orders-fn and 1 more), key is Enabled"),
    (
        about(reason=Reason.NEW_CALLER, new_callers=("role orders-mail",), new_resources=("secret x",)),
        "New caller refused: alias/orders-db (role orders-mail), deleted in 6 days",
    ),
    (
        about(reason=Reason.NEW_CALLER, new_callers=tuple(f"role {each}" for each in range(20))),
        "New caller refused: alias/orders-db (role 0 and at least 19 more), deleted in 6 days",
    ),
    (
        about(reason=Reason.NEW_CALLER, new_resources=("secret prod/billing", "secret prod/tax")),
        "New use refused: alias/orders-db (secret prod/billing and 1 more), deleted in 6 days",
    ),
    (
        about(reason=Reason.NEW_CALLER),
        "Calls refused: alias/orders-db (role orders-fn and 1 more), deleted in 6 days",
    ),
    (
        about(reason=Reason.MANAGEMENT_CALL, management_calls=TAGGING, new_callers=("user jane",)),
        "Management call refused: alias/orders-db (user jane), deleted in 6 days",
    ),
    (
        about(reason=Reason.MANAGEMENT_CALL, management_calls=TAGGING),
        "Management call refused: alias/orders-db (user jane), deleted in 6 days",
    ),
    (
        about(reason=Reason.DELETION_SCHEDULED, uses=Uses()),
        "Deletion scheduled: alias/orders-db, deleted in 6 days",
    ),
    (
        about(reason=Reason.DELETION_SOON, at=DELETION - timedelta(hours=23)),
        "Deletion soon, calls refused: alias/orders-db (role orders-fn and 1 more), deleted in 23 hours",
    ),
    (
        about(reason=Reason.DELETION_SOON, at=DELETION - timedelta(hours=23), decision=KEPT, uses=Uses()),
        "Deletion soon, as decided: alias/orders-db, deleted in 23 hours",
    ),
    (
        about(reason=Reason.DELETION_SOON, uses=Uses(), decision=decision()),
        "Deletion soon, calls refused: alias/orders-db, deleted in 6 days",
    ),
    (
        about(reason=Reason.DELETION_KEPT, decision=KEPT),
        "Deletion not stopped: alias/orders-db (role orders-fn and 1 more), deleted in 6 days",
    ),
    (
        about(key(state=None), reason=Reason.KEY_DELETED, closure=deleted()),
        "Key deleted: alias/orders-db",
    ),
    (
        about(key(state=None), reason=Reason.KEY_DELETED, closure=deleted(confirmed=False)),
        "Deletion date passed: alias/orders-db",
    ),
    (
        about(key(deletion_date=None), reason=Reason.CASE_CONTINUED),
        "Deletion date known, see the new message: alias/orders-db",
    ),
    (
        about(OFF, reason=Reason.DELETION_CANCELLED, decision=decision()),
        "Deletion cancelled: alias/orders-db, key is Enabled",
    ),
    (
        about(Key.bare(KEY), reason=Reason.DELETION_CANCELLED, closure=cancelled(confirmed=False)),
        "Deletion cancelled, not confirmed by KMS: 1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    (
        about(key(), reason=Reason.DELETION_CANCELLED, closure=cancelled(confirmed=False)),
        "Deletion cancelled, not confirmed by KMS: alias/orders-db",
    ),
    (
        about(reason=Reason.DELETION_CANCELLED, closure=cancelled(scheduled_again=DELETION)),
        "Pending deletion again: alias/orders-db, deleted in 6 days",
    ),
    (
        about(reason=Reason.CORRECTION, uses=uses(use())),
        "Correction, still pending deletion: alias/orders-db (role orders-fn), deleted in 6 days",
    ),
    (
        about(Key.bare(KEY), reason=Reason.CORRECTION, closure=Closure(how=Ending.ABSENT, at=NOW)),
        "Correction, no such key: 1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    (
        notice(reason=Reason.NO_EVENT_FOUND, case=None),
        "Alarm: a KMS key that is pending deletion may be in use, no record names it",
    ),
)


@pytest.mark.parametrize(("told", "line"), SUBJECTS)
def test_a_subject_says_what_happened_to_which_key_who_is_refused_and_how_long_there_is(
    told: Notice, line: str
) -> None:
    assert subject(told, 99) == line


def test_names_give_way_to_the_deadline_and_end_in_three_dots() -> None:
    long = about(key(aliases=("alias/" + "k" * 60,)), uses=uses(use(caller=replace(ORDERS, name="n" * 60))))

    assert subject(long, 99) == (f"Calls refused: alias/{'k' * 24}... ({'n' * 26}...), deleted in 6 days")


def test_a_short_key_leaves_its_room_to_the_caller() -> None:
    long = about(uses=uses(use(caller=replace(ORDERS, name="n" * 60))))

    assert subject(long, 99) == f"Calls refused: alias/orders-db ({'n' * 44}...), deleted in 6 days"


def test_what_has_no_room_for_a_caller_names_none() -> None:
    long = about(key(aliases=("alias/" + "k" * 60,)))

    assert subject(long, 52) == f"Calls refused: alias/{'k' * 9}..., deleted in 6 days"


@cache
def refused(name: str) -> Uses:
    """What more callers of a name were refused than are told by name."""
    return uses(*(use(caller=Caller(kind="x", id=f"{each}", name=name)) for each in range(430)))


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason in VERBS])
@pytest.mark.parametrize("state", ["PendingDeletion", "PendingReplicaDeletion", "Enabled", HOSTILE, None])
@pytest.mark.parametrize("name", [HOSTILE, "x" * 999, "a.b" * 40, "\N{CJK UNIFIED IDEOGRAPH-6F22}" * 128])
def test_a_subject_ends_in_its_deadline_whatever_the_names_are(
    reason: Reason, state: str | None, name: str
) -> None:
    callers = refused(name)
    of = key(state=state, aliases=(name,), deletion_date=DELETION if state == "PendingDeletion" else None)
    told = about(of, reason=reason, uses=callers, management_calls=callers, new_callers=(name,) * 20)

    line = subject(told, 99)

    assert len(line) <= 99
    assert line.isprintable()
    assert state != "PendingDeletion" or line.endswith(", deleted in 6 days")


@pytest.mark.parametrize("kind", Kind)
def test_the_subject_of_a_problem_says_what_is_wrong_however_long_the_name(kind: Kind) -> None:
    told = stack_unhealthy(problem(kind=kind, subject="n" * 400), NOW)

    assert subject(told, 150) == subject(told, 99)
    assert len(subject(told, 99)) <= 99
    assert "nnn..." in subject(told, 99)


ENTRY = DigestEntry(
    reason=Reason.KEY_IN_USE,
    key=KeyArn.parse(str(KEY)),
    title="alias/orders-db",
    deletion_date=DELETION,
    callers=("role orders-fn", "user jane"),
)
CANCELLED_ENTRY = replace(ENTRY, reason=Reason.DELETION_CANCELLED, callers=())
PLACE = "alias/orders-db (1234abcd-12ab-34cd-56ef-1234567890ab) in 111122223333, eu-west-1"


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            ENTRY,
            "Calls refused: alias/orders-db (1234abcd-12ab-34cd-56ef-1234567890ab) in 111122223333,"
            " eu-west-1, deleted 2026-11-29 14:02 UTC, in 6 days. Callers: role orders-fn, user jane",
        ),
        (
            replace(ENTRY, title=KEY.key_id, deletion_date=None, callers=()),
            "Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1,"
            " deletion date not known",
        ),
        (
            replace(ENTRY, reason=Reason.DELETION_CANCELLED, deletion_date=None, callers=()),
            "Deletion cancelled: alias/orders-db (1234abcd-12ab-34cd-56ef-1234567890ab)"
            " in 111122223333, eu-west-1",
        ),
        (
            replace(ENTRY, reason=Reason.NEW_CALLER, callers=()),
            f"New caller or use refused: {PLACE}, deleted 2026-11-29 14:02 UTC, in 6 days",
        ),
        (
            replace(CANCELLED_ENTRY, closure=Closure(how=Ending.CANCELLED, at=NOW)),
            f"Deletion cancelled: {PLACE}",
        ),
        (
            replace(CANCELLED_ENTRY, closure=Closure(how=Ending.CANCELLED, at=NOW, confirmed=False)),
            f"Deletion cancelled, not confirmed by KMS: {PLACE}",
        ),
        (
            replace(
                CANCELLED_ENTRY,
                closure=Closure(how=Ending.CANCELLED, at=NOW, confirmed=False, scheduled_again=DELETION),
            ),
            f"Pending deletion again: {PLACE}, deleted 2026-11-29 14:02 UTC, in 6 days",
        ),
        (
            replace(ENTRY, reason=Reason.CORRECTION, callers=()),
            f"Correction, still pending deletion: {PLACE}, deleted 2026-11-29 14:02 UTC, in 6 days",
        ),
        (
            replace(CANCELLED_ENTRY, reason=Reason.CORRECTION, closure=Closure(how=Ending.ABSENT, at=NOW)),
            f"Correction, no such key: {PLACE}",
        ),
    ],
)
def test_a_line_of_a_digest_says_the_same_with_the_account_and_the_date(
    entry: DigestEntry, line: str
) -> None:
    assert folded(entry, NOW) == line


@pytest.mark.parametrize("region", ["eu-west-1", "ap-southeast-1", "us-gov-west-1"])
def test_the_subject_of_a_test_notice_says_that_nothing_is_broken(region: str) -> None:
    told = sample_notice("8c8f1b4e", Sender(account="111122223333", region=region), NOW)

    assert subject(told, 99) == (
        f"Test of kms-reprieve in 111122223333, {region}: nothing is broken, please open the link"
    )
    assert len(subject(told, 99)) < 100


@pytest.mark.parametrize(
    ("told", "over"),
    [
        (about(), False),
        (about(reason=Reason.KEY_DELETED, closure=deleted()), True),
        (about(reason=Reason.KEY_DELETED, closure=deleted(confirmed=False)), True),
        (about(reason=Reason.CASE_CONTINUED), True),
        (about(reason=Reason.DELETION_KEPT, decision=KEPT), True),
        (about(reason=Reason.DELETION_CANCELLED, closure=cancelled()), True),
        (about(reason=Reason.DELETION_CANCELLED, closure=cancelled(confirmed=False)), False),
        (about(reason=Reason.DELETION_CANCELLED, closure=cancelled(scheduled_again=DELETION)), False),
        (about(REPLICAS, reason=Reason.DELETION_CANCELLED, closure=cancelled()), False),
    ],
)
def test_a_case_is_over_when_there_is_nothing_to_do_any_more(told: Notice, *, over: bool) -> None:
    assert is_over(told) is over
