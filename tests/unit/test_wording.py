"""What every channel and page says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve import wording
from reprieve.callers import Caller
from reprieve.cases import Decision, Key
from reprieve.notices import Notice, Reason, Window
from reprieve.tallies import Uses
from tests.examples import (
    DELETION,
    HOSTILE,
    JANE,
    KEY,
    NOW,
    at,
    case,
    decision,
    key,
    notice,
    scheduled,
    use,
    uses,
)

SUMMARY = notice().case


def about(of: Key, **changes: Any) -> Notice:
    assert SUMMARY
    return notice(case=replace(SUMMARY, key=of), **changes)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (notice(), "A KMS key that is waiting to be deleted is still in use."),
        (
            about(key(state=None)),
            "A KMS key that is waiting to be deleted is still in use.",
        ),
        (
            about(key(state="Enabled")),
            "A KMS key was used while it was waiting to be deleted."
            " The deletion is off: KMS says Enabled now.",
        ),
        (
            notice(reason=Reason.MANAGEMENT_CALL),
            "Somebody tried to manage a KMS key that is waiting to be deleted. It was not used.",
        ),
        (notice(reason=Reason.DELETION_CANCELLED), "The deletion of a KMS key was cancelled."),
        (
            notice(reason=Reason.NO_EVENT_FOUND, case=None),
            "The alarm rang, and no CloudTrail record that names a key explains it.",
        ),
    ],
)
def test_the_first_sentence_is_the_answer(told: Notice, sentence: str) -> None:
    assert wording.headline(told) == sentence


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (
            notice(uses=uses(use())),
            "Still in use: alias/orders-db in 111122223333, deleted in 6 days (Decrypt by role orders-fn)",
        ),
        (notice(), "Still in use: alias/orders-db in 111122223333, deleted in 6 days"),
        (
            about(key(deletion_date=DELETION - timedelta(days=8)), uses=uses(use())),
            "Still in use: alias/orders-db in 111122223333, deleted any moment now"
            " (Decrypt by role orders-fn)",
        ),
        (
            about(Key.bare(KEY), uses=uses(use())),
            "Still in use: 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333 (Decrypt by role orders-fn)",
        ),
        (
            notice(
                reason=Reason.MANAGEMENT_CALL,
                management_calls=uses(use(operation="TagResource", is_use=False, caller=JANE)),
            ),
            "Management call refused: alias/orders-db in 111122223333, deleted in 6 days"
            " (TagResource by user jane)",
        ),
        (
            about(key(state="Enabled"), reason=Reason.DELETION_CANCELLED, decision=decision()),
            "Deletion cancelled: alias/orders-db in 111122223333, key is Enabled",
        ),
        (
            about(key(state=None), reason=Reason.DELETION_CANCELLED, decision=decision()),
            "Deletion cancelled: alias/orders-db in 111122223333, key is unknown",
        ),
        (
            notice(reason=Reason.NO_EVENT_FOUND, case=None),
            "KMS key in use: the alarm rang, and no record explains it",
        ),
    ],
)
def test_a_subject_names_the_key_its_account_the_operation_and_the_caller(told: Notice, line: str) -> None:
    assert wording.subject(told, 150) == line


def test_what_does_not_fit_into_a_subject_is_cut_at_its_end() -> None:
    told = notice(uses=uses(use()))

    assert wording.subject(told, 92) == (
        "Still in use: alias/orders-db in 111122223333, deleted in 6 days (Decrypt by role orders-fn)"
    )
    assert wording.subject(told, 91) == (
        "Still in use: alias/orders-db in 111122223333, deleted in 6 days (Decrypt by role orders-f…"
    )
    assert wording.subject(notice(case=None), 20) == "KMS key in use: the "


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (key(), "2026-11-29 14:02 UTC, in 6 days 23 hours"),
        (key(deletion_date=NOW), "2026-11-22 14:55 UTC, any moment now"),
        (key(deletion_date=None, state=None), "date not known"),
        (
            key(deletion_date=None, state="PendingReplicaDeletion"),
            "when the last of its replicas is deleted",
        ),
        (key(deletion_date=None, state="Disabled"), "not scheduled any more: KMS says Disabled"),
    ],
)
def test_when_the_key_is_deleted_is_said_or_why_not(of: Key, words: str) -> None:
    assert wording.deletion(of, NOW) == words


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (key(), 'alias/orders-db, "Orders database, prod"'),
        (key(aliases=("alias/a", "alias/b"), description=""), "alias/a, alias/b"),
        (key(aliases=(), description=""), "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ],
)
def test_a_key_is_told_by_all_its_names(of: Key, words: str) -> None:
    assert wording.names(of) == words


def test_who_scheduled_the_deletion_is_told_with_the_time() -> None:
    assert wording.scheduled_by(scheduled()) == (
        "scheduled 2026-11-22 14:02 UTC by role AWSReservedSSO_Admin_0123456789abcdef,"
        " session jane@example.com"
    )
    assert wording.scheduled_by(case().scheduled_by) == ""


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"Owner": "team-orders", "team": "x"}, "team-orders"),
        ({"owner": "orders"}, "orders"),
        ({"team": "orders"}, "orders"),
        ({"stage": "prod"}, ""),
    ],
)
def test_the_owner_is_what_the_tags_say(tags: dict[str, str], owner: str) -> None:
    assert wording.owner(key(tags=tags)) == owner


def test_one_operation_needs_no_number() -> None:
    (part,) = uses(use(), use()).by_caller

    assert wording.operations(part) == "Decrypt"


def test_several_operations_have_theirs() -> None:
    (part,) = uses(use(), use(), use(operation="Encrypt")).by_caller

    assert wording.operations(part) == "Decrypt 2, Encrypt 1"


def test_the_origin_is_two_addresses_and_one_agent() -> None:
    requests = [use(source_ip=f"198.51.100.{number}", user_agent=f"agent {number}") for number in range(3)]
    (part,) = uses(*requests).by_caller

    assert wording.origin(part) == "198.51.100.0, 198.51.100.1, agent 0"


def strangers(number: int) -> Uses:
    callers = [Caller(kind="IAMUser", id=f"u{each}", name=f"user {each}") for each in range(number)]
    return uses(*(use(caller=caller) for caller in callers))


@pytest.mark.parametrize(
    ("number", "words"), [(0, ""), (8, ""), (9, "1 more by others"), (25, "17 more by others")]
)
def test_callers_beyond_eight_are_told_by_their_number(number: int, words: str) -> None:
    assert wording.rest(strangers(number)) == words


def test_requests_are_counted_in_words() -> None:
    assert [wording.requests(number) for number in (1, 2)] == ["1 request", "2 requests"]


@pytest.mark.parametrize(
    ("decided", "sentences"),
    [
        (
            decision(),
            (
                "Somebody with the link from email did so at 2026-11-22 15:10 UTC,"
                " with the key to be enabled again.",
                "From 203.0.113.40, Mozilla/5.0.",
                "KMS says the key is Enabled now.",
            ),
        ),
        (
            decision(enable=False, state=None, source_ip="", user_agent=""),
            (
                "Somebody with the link from email did so at 2026-11-22 15:10 UTC,"
                " with the key to stay disabled.",
                "From an unknown address, an unnamed browser.",
                "KMS could not be asked what state the key is in.",
            ),
        ),
    ],
)
def test_a_decision_is_told_with_what_came_of_it(decided: Decision, sentences: tuple[str, ...]) -> None:
    assert tuple(wording.decided(decided)) == sentences


def test_a_window_is_told_with_its_log_group() -> None:
    window = Window(log_group="trail", start=at("14:39"), end=at("14:55"))

    assert wording.searched(window) == ("log group trail, from 2026-11-22 14:39 UTC to 2026-11-22 14:55 UTC")


def test_hostile_names_give_way_in_a_subject() -> None:
    told = about(key(aliases=(HOSTILE.replace("\n", "") * 3,)))

    assert len(wording.subject(told, 99)) == 99
