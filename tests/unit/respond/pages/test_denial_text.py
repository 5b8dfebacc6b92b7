"""A call that AWS denied, in words."""

import json

import pytest

from reprieve.errors import DeniedError
from reprieve.respond.pages import failed_outcomes
from reprieve.respond.pages.outcome import Outcome
from tests.case_pages import said
from tests.examples import key
from tests.outcomes import denied


def test_a_denial_gives_the_statement_to_copy_with_the_role_that_asked() -> None:
    outcome = denied(" because no resource-based policy allows the kms:CancelKeyDeletion action")

    text = said(outcome).text
    assert (
        "Nothing was changed. AWS denied kms:CancelKeyDeletion: the key's policy does not allow it." in text
    )
    assert json.loads(outcome.statement) == {
        "Sid": "AllowRescue",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reprieve-RespondRole-Ab1"},
        "Action": ["kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey"],
        "Resource": "*",
    }


def test_a_role_that_lacks_a_permission_may_be_a_members() -> None:
    text = said(denied(" because no identity-based policy allows the kms:CancelKeyDeletion action")).text

    assert "the policy of the stack's role does not allow it" in text
    assert "AllowRescue of organization/member-role.yaml" in text


def test_a_denial_that_does_not_say_who_asked_names_the_stacks_output() -> None:
    outcome = failed_outcomes.denied(key(), DeniedError("kms:EnableKey", "AccessDenied", ""))

    assert "RespondRoleArn" in outcome.statement
    assert "AWS denied kms:EnableKey." in said(outcome).text


def test_no_statement_is_offered_against_a_deny() -> None:
    outcome = denied(" with an explicit deny in a service control policy")

    assert outcome.statement == ""
    assert "a service control policy of the organization forbids it" in said(outcome).text
    assert "A statement that allows the call does not override it." in said(outcome).text


@pytest.mark.parametrize(
    "outcome",
    [
        denied(operation="sts:AssumeRole of arn:aws:iam::111122223333:role/m", account="444455556666"),
        denied(account="444455556666"),
    ],
)
def test_an_account_that_can_not_be_entered_needs_the_member_role_and_no_key_policy(outcome: Outcome) -> None:
    assert "deploy organization/member-role.yaml in the key's account" in said(outcome).text
    assert outcome.statement == (
        "RespondRoleArn: arn:aws:iam::444455556666:role/reprieve-RespondRole-Ab1\nAllowRescue: yes"
    )
