"""What is said of a decision and of an end."""

from dataclasses import replace
from typing import Any

import pytest

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.notice import Notice, Reason
from reprieve.cases.visitor import AuthMethod, Person, SlackOrigin
from reprieve.messages.outcome import cancelled, concluded, decided
from tests.examples import DELETION, JANE, NOW, decision, key, notice, visitor

DOE = visitor(
    auth_method=AuthMethod.SIGN_IN,
    person=Person(issuer="https://id", subject="1", name="Jane Doe", email="jane@example.com"),
)
ELSEWHERE = Closure(how=Ending.CANCELLED, at=NOW, by=JANE)
HERE = decision(by=DOE)
PRESSED = replace(
    HERE,
    by=visitor(
        auth_method=AuthMethod.SLACK,
        person=DOE.person,
        source_ip="",
        user_agent="",
        slack=SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS"),
    ),
)
KEPT = decision(by=DOE, choice=Choice.KEEP, why="the tenant has left")


def ended(state: str | None = "Enabled", **changes: Any) -> Notice:
    told = notice(**({"reason": Reason.DELETION_CANCELLED} | changes))
    assert told.case
    return replace(told, case=replace(told.case, key=key(state=state)))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (ended(decision=HERE), "The deletion is cancelled. KMS says that the key is Enabled."),
        (
            ended("Disabled", decision=HERE),
            "The deletion is cancelled, and calls still fail: KMS says that the key is Disabled.",
        ),
        (ended(None, closure=ELSEWHERE), "The deletion is cancelled. The key's state is not known."),
        (
            ended(None, closure=replace(ELSEWHERE, confirmed=False)),
            "CloudTrail says that the deletion was cancelled. KMS could not be asked.",
        ),
        (
            ended(None, closure=replace(ELSEWHERE, by=None, confirmed=False), decision=HERE),
            "KMS accepted the cancellation, and has not confirmed it yet.",
        ),
        (
            ended(None, closure=replace(ELSEWHERE, confirmed=False), decision=KEPT),
            "CloudTrail says that the deletion was cancelled. KMS could not be asked.",
        ),
        (
            ended("PendingDeletion", closure=replace(ELSEWHERE, scheduled_again=DELETION)),
            "Pending deletion again, due 2026-11-29 14:02 UTC, after a cancellation.",
        ),
        (
            ended("PendingReplicaDeletion", closure=ELSEWHERE),
            "Pending deletion again, due after its replicas, after a cancellation.",
        ),
    ],
)
def test_of_a_cancellation_only_what_is_known_is_said(told: Notice, sentence: str) -> None:
    assert cancelled(told) == sentence


@pytest.mark.parametrize(
    ("made", "sentences"),
    [
        (
            HERE,
            (
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to cancel the deletion"
                " and to enable the key.",
                "From 203.0.113.40, Mozilla/5.0.",
            ),
        ),
        (
            PRESSED,
            (
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to cancel the deletion"
                " and to enable the key.",
                "From Slack.",
            ),
        ),
        (
            replace(HERE, enable=False, by=replace(DOE, source_ip="", user_agent="")),
            (
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to cancel the deletion"
                " and to leave the key disabled.",
                "From an unknown address, an unnamed browser.",
            ),
        ),
        (
            replace(HERE, choice=Choice.ENABLE),
            (
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to enable the key.",
                "From 203.0.113.40, Mozilla/5.0.",
            ),
        ),
        (
            KEPT,
            (
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to let the key be deleted.",
                'The reason given: "the tenant has left".',
                "From 203.0.113.40, Mozilla/5.0.",
            ),
        ),
    ],
)
def test_a_decision_is_said_with_who_when_why_and_from_where(
    made: Decision, sentences: tuple[str, ...]
) -> None:
    assert decided(made) == sentences


@pytest.mark.parametrize(
    ("told", "sentences"),
    [
        (
            ended(closure=ELSEWHERE),
            ("user jane cancelled it at 2026-11-22 14:55 UTC, outside this stack's page.",),
        ),
        (
            ended(closure=replace(ELSEWHERE, by=None)),
            (
                "Cancelled outside this stack's page by 2026-11-22 14:55 UTC."
                " CloudTrail does not show who yet.",
            ),
        ),
        (
            ended(closure=replace(ELSEWHERE, confirmed=False)),
            ("user jane cancelled it at 2026-11-22 14:55 UTC.",),
        ),
        (ended(closure=replace(ELSEWHERE, by=None, scheduled_again=DELETION)), ()),
        (ended(), ()),
        (notice(), ()),
        (ended(closure=ELSEWHERE, decision=HERE), decided(HERE)),
        (notice(decision=HERE), decided(HERE)),
    ],
)
def test_an_end_is_said_with_who_brought_it_about(told: Notice, sentences: tuple[str, ...]) -> None:
    assert concluded(told) == sentences


def test_a_person_who_let_the_key_be_deleted_did_not_cancel_the_deletion() -> None:
    told = ended(closure=ELSEWHERE, decision=KEPT)

    assert concluded(told) == concluded(ended(closure=ELSEWHERE))
