"""What is said to a person who has to sign in, who could not, or whose link has expired."""

from typing import Any

import pytest

from reprieve.errors import (
    IdTokenError,
    LostSignInError,
    NotApproverError,
    ProviderError,
    UnverifiedEmailError,
)
from reprieve.respond.pages import sign_in_outcomes
from reprieve.respond.pages.case_page import outcome_page
from reprieve.respond.pages.rendering import FormState
from tests.case_pages import said
from tests.examples import key
from tests.outcomes import LATER
from tests.reading import read


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (LostSignInError(), "longer than ten minutes"),
        (UnverifiedEmailError("x"), "has not verified your email address"),
        (NotApproverError("x"), "You are signed in but are not an approver."),
        (ProviderError("x"), "gave no usable answer"),
        (IdTokenError("x", "y"), "The sign-in service refused you."),
    ],
)
def test_who_could_not_sign_in_is_told_what_to_do(error: Any, advice: str) -> None:
    outcome = sign_in_outcomes.not_signed_in(error)
    page = read(outcome_page(outcome, FormState.to_sign_in("v1.a")).html)

    assert advice in page.text
    assert page.links == ["../sign-in/v1.a"]


def test_a_choice_without_a_session_was_not_carried_out() -> None:
    text = said(sign_in_outcomes.sign_in_again("https://id.example")).text

    assert "your choice was not carried out. Sign in with https://id.example." in text


def test_a_link_that_has_expired_shows_and_decides_nothing() -> None:
    page = said(sign_in_outcomes.expired(key(), LATER))

    assert "You see what is on record. This link decides nothing any more." in page.text
    assert "KMS says: PendingDeletion, 18:10:30 UTC" in page.text
    assert (page.forms, page.links) == ([], [])
