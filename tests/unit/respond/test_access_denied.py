"""What AWS' own message tells of a denial."""

import pytest

from reprieve.errors import DeniedError
from reprieve.respond.access_denied import AccessDenied
from tests.examples import KEY

ROLE = "arn:aws:iam::111122223333:role/reprieve-RespondRole-Ab1"


def denial(
    message: str, operation: str = "kms:EnableKey", account: str = "111122223333", who: str | None = None
) -> AccessDenied:
    user = who or f"arn:aws:sts::{account}:assumed-role/reprieve-RespondRole-Ab1/reprieve-respond"
    said = f"User: {user} is not authorized to perform: {operation} on resource: {KEY}{message}"
    return AccessDenied.read(DeniedError(operation, "AccessDeniedException", said), KEY)


@pytest.mark.parametrize(
    ("message", "policy", "is_outright"),
    [
        (" because no resource-based policy allows the kms:EnableKey action", "resource-based policy", False),
        (" because no identity-based policy allows the kms:EnableKey action", "identity-based policy", False),
        (" with an explicit deny in a resource-based policy", "resource-based policy", True),
        (" with an explicit deny in an identity-based policy", "identity-based policy", True),
        (" with an explicit deny in a service control policy", "service control policy", True),
        (
            " because no service control policy allows the kms:EnableKey action",
            "service control policy",
            True,
        ),
        (" because no permissions boundary allows the kms:EnableKey action", "permissions boundary", True),
        ("", "", False),
    ],
)
def test_a_denial_says_who_asked_and_which_policy_said_no(
    message: str, policy: str, *, is_outright: bool
) -> None:
    assert denial(message) == AccessDenied(
        action="kms:EnableKey", role=ROLE, policy=policy, is_outright=is_outright, is_cross_account=False
    )


@pytest.mark.parametrize(
    "who",
    [
        "arn:aws:iam::111122223333:user/jane",
        "arn:aws:sts::1:assumed-role/x/y",
        "arn:aws:sts::111122223333:assumed-role/<script>/y",
        'arn:aws:sts::111122223333:assumed-role/a"b/y',
        "",
    ],
)
def test_what_is_no_role_is_not_taken_for_one(who: str) -> None:
    assert denial("", who=who or "nobody").role is None


@pytest.mark.parametrize(
    ("operation", "account"),
    [
        ("sts:AssumeRole of arn:aws:iam::111122223333:role/kms-reprieve-member", "444455556666"),
        ("kms:CancelKeyDeletion", "444455556666"),
    ],
)
def test_who_does_not_get_into_an_account_is_at_its_door(operation: str, account: str) -> None:
    found = denial("", operation, account)

    assert found.is_cross_account
    assert found.action == operation.partition(" ")[0]
    assert found.role == f"arn:aws:iam::{account}:role/reprieve-RespondRole-Ab1"
