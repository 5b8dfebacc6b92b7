"""The first words of a notice, by its reason."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, stack_unhealthy
from reprieve.cases.problem import Kind
from reprieve.messages import headline
from tests.examples import (
    DELETION,
    HOSTILE,
    JANE,
    KEY,
    NOW,
    decision,
    key,
    notice,
    problem,
    use,
    uses,
    visitor,
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
            notice(reason=Reason.DELETION_KEPT),
            "Somebody decided that the deletion of a KMS key is meant."
            " You are not told of its uses any more, but for a reminder a day before.",
        ),
        (
            notice(reason=Reason.NEW_CALLER),
            "One more caller, or a use for something else:"
            " a KMS key that is waiting to be deleted is still in use.",
        ),
        (
            notice(reason=Reason.STILL_IN_USE, uses_since_last=12),
            "A KMS key that is waiting to be deleted is still in use: 12 requests since the last notice.",
        ),
        (
            notice(reason=Reason.DELETION_SCHEDULED),
            "A KMS key was scheduled for deletion, and no use of it has been refused since. Was this meant?",
        ),
        (
            notice(reason=Reason.DELETION_SOON),
            "A KMS key that is waiting to be deleted is deleted soon, and it is in use.",
        ),
        (
            notice(reason=Reason.DELETION_SOON, decision=decision(choice=Choice.KEEP), uses_since_last=3),
            "A KMS key that is waiting to be deleted is deleted soon,"
            " as somebody decided; since then KMS refused 3 requests to use it.",
        ),
        (
            notice(reason=Reason.NO_EVENT_FOUND, case=None),
            "The alarm rang, and no CloudTrail record that names a key explains it.",
        ),
    ],
)
def test_the_first_sentence_is_the_answer(told: Notice, sentence: str) -> None:
    assert headline.headline(told) == sentence


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
            "Deletion cancelled: alias/orders-db in 111122223333",
        ),
        (
            notice(reason=Reason.NO_EVENT_FOUND, case=None),
            "KMS key in use: the alarm rang, and no record explains it",
        ),
    ],
)
def test_a_subject_names_the_key_its_account_the_operation_and_the_caller(told: Notice, line: str) -> None:
    assert headline.subject(told, 150) == line


def test_what_does_not_fit_into_a_subject_is_cut_at_its_end() -> None:
    told = notice(uses=uses(use()))

    assert headline.subject(told, 92) == (
        "Still in use: alias/orders-db in 111122223333, deleted in 6 days (Decrypt by role orders-fn)"
    )
    assert headline.subject(told, 91) == (
        "Still in use: alias/orders-db in 111122223333, deleted in 6 days (Decrypt by role orders-f…"
    )
    assert headline.subject(notice(case=None), 20) == "KMS key in use: the "


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
            decision(enable=False, state=None, by=visitor(source_ip="", user_agent="")),
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
    assert tuple(headline.decided(decided)) == sentences


def test_a_decision_to_keep_the_deletion_is_told_with_its_reason() -> None:
    kept = decision(choice=Choice.KEEP, why="the tenant has left")

    assert headline.decided(kept) == (
        "Somebody with the link from email did so at 2026-11-22 15:10 UTC.",
        "The reason given: the tenant has left",
        "From 203.0.113.40, Mozilla/5.0.",
    )


@pytest.mark.parametrize(
    ("closure", "state", "sentences"),
    [
        (
            Closure(how=Ending.CANCELLED, at=NOW, by=JANE),
            "Disabled",
            (
                "user jane did so, by another way than this stack's page, at 2026-11-22 14:55 UTC.",
                "KMS says the key is Disabled now.",
            ),
        ),
        (
            Closure(how=Ending.CANCELLED, at=NOW),
            None,
            (
                "Somebody whom no record names so far did so, by another way than this stack's page,"
                " by 2026-11-22 14:55 UTC.",
                "KMS could not be asked for its state.",
            ),
        ),
    ],
)
def test_an_end_that_came_by_another_way_is_told_with_who_saw_to_it(
    closure: Closure, state: str | None, sentences: tuple[str, ...]
) -> None:
    told = about(key(state=state), reason=Reason.DELETION_CANCELLED, closure=closure)

    assert headline.concluded(told) == sentences


def test_hostile_names_give_way_in_a_subject() -> None:
    told = about(key(aliases=(HOSTILE.replace("\n", "") * 3,)))

    assert len(headline.subject(told, 99)) == 99


@pytest.mark.parametrize(
    ("kind", "subject", "line", "sentence"),
    [
        (
            Kind.FUNCTION_FAILS,
            "deliver",
            "kms-reprieve: the function deliver fails",
            "The function deliver of kms-reprieve fails.",
        ),
        (
            Kind.FUNCTION_STUCK,
            "investigate",
            "kms-reprieve: the function investigate is stuck",
            "The function investigate of kms-reprieve does not run, or does not finish its work.",
        ),
        (
            Kind.DEAD_LETTERS,
            "audit",
            "kms-reprieve: the function audit has dead letters",
            "The function audit of kms-reprieve gave up on something: it is in the dead-letter queue.",
        ),
        (
            Kind.ALARM,
            "by-hand",
            "kms-reprieve: the alarm by-hand rings",
            "The alarm by-hand of kms-reprieve is in ALARM.",
        ),
        (
            Kind.CHANNEL_FAILS,
            "slack",
            "kms-reprieve: the channel slack takes no notices",
            "The channel slack has not taken a notice since 2026-11-22 13:50 UTC.",
        ),
        (
            Kind.ADDRESS_UNCONFIRMED,
            "person@example.com",
            "kms-reprieve: person@example.com has not confirmed the subscription",
            "person@example.com has not confirmed the subscription to the notices, and gets none.",
        ),
        (
            Kind.ADDRESS_REMOVED,
            "person@example.com",
            "kms-reprieve: person@example.com is no longer subscribed",
            "person@example.com is no longer subscribed to the notices, and gets none.",
        ),
    ],
)
def test_what_is_wrong_with_the_stack_is_said_in_the_subject_and_in_the_first_sentence(
    kind: Kind, subject: str, line: str, sentence: str
) -> None:
    told = stack_unhealthy(problem(kind=kind, subject=subject), NOW)

    assert headline.subject(told, 99) == line
    assert headline.headline(told) == sentence


def test_a_subject_says_what_is_wrong_however_long_the_name() -> None:
    for kind in Kind:
        told = stack_unhealthy(problem(kind=kind, subject="n" * 400), NOW)

        assert headline.subject(told, 150) == headline.subject(told, 99)
        assert "…" in headline.subject(told, 99)
        assert not headline.subject(told, 99).endswith("…")


def test_a_notice_about_the_stack_that_says_nothing_is_still_a_sentence() -> None:
    told = notice(reason=Reason.STACK_UNHEALTHY, case=None)

    assert headline.headline(told) == "kms-reprieve is not well."
