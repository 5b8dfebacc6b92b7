"""CloudTrail's `userIdentity` → who it was, as a person calls it."""

from typing import Any

import pytest

from reprieve import callers
from reprieve.callers import IDENTITIES, Caller
from tests.examples import ADMIN, BILLING, JANE, ORDERS, SOMEBODY
from tests.recorded import record

SESSION = "arn:aws:sts::111122223333:assumed-role/orders-fn/orders-api"

EXPECTED = {
    "decrypt-by-assumed-role": ORDERS,
    "decrypt-by-iam-user": JANE,
    "decrypt-by-other-account-owner-side": SOMEBODY,
    "decrypt-by-other-account-caller-side": BILLING,
    "schedule-key-deletion": ADMIN,
    "decrypt-by-root": Caller(
        kind="Root",
        id="arn:aws:iam::111122223333:root",
        name="root user of account example-prod",
        arn="arn:aws:iam::111122223333:root",
        account="111122223333",
    ),
    "generate-data-key-by-aws-service": Caller(
        kind="AWSService",
        id="s3.amazonaws.com",
        name="AWS service s3.amazonaws.com",
        invoked_by="s3.amazonaws.com",
    ),
    "create-grant-for-ebs-volume": Caller(
        kind="AssumedRole",
        id="arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-0abc12345",
        name="role aws:ec2-infrastructure",
        arn="arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-0abc12345",
        account="111122223333",
        session="i-0abc12345",
        invoked_by="AWS Internal",
    ),
    "decrypt-by-unknown-type": Caller(
        kind="IdentityCenterUser",
        id="111122223333",
        name="IdentityCenterUser 111122223333",
        account="111122223333",
    ),
    "wrong-types-in-every-field": Caller(kind="Unknown", id="Unknown", name="Unknown caller"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_identity_is_told_by_its_type(name: str) -> None:
    identity = record(name)["userIdentity"]

    assert callers.read(identity) == EXPECTED[name]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AssumedRole", "a role without a name"),
        ("IAMUser", "a user without a name"),
        ("Root", "root user of account unknown"),
        ("AWSAccount", "somebody in account unknown"),
        ("AWSService", "AWS service without a name"),
        ("Directory", "Directory caller"),
    ],
)
def test_an_identity_that_holds_only_its_type_is_told_by_that(kind: str, name: str) -> None:
    assert callers.read({"type": kind}) == Caller(kind=kind, id=kind, name=name)


def test_an_identity_without_a_type_is_told_by_what_it_holds() -> None:
    deletion_by_kms = {"accountId": "111122223333", "invokedBy": "AWS Internal"}

    assert callers.read(deletion_by_kms) == Caller(
        kind="Unknown",
        id="111122223333",
        name="Unknown 111122223333",
        account="111122223333",
        invoked_by="AWS Internal",
    )


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"type": "AssumedRole", "arn": SESSION}, SESSION),
        ({"type": "AssumedRole", "accountId": "111122223333", "principalId": "A:b"}, "111122223333"),
        ({"type": "AssumedRole", "principalId": "A:b"}, "A:b"),
        ({"type": "IAMUser", "principalId": "AIDA"}, "AIDA"),
        ({"type": "AWSAccount", "principalId": "A:b"}, "A:b"),
        ({"type": "Root", "accountId": "111122223333"}, "111122223333"),
        ({"type": "Unknown", "principalId": "A:b"}, "A:b"),
        ({"type": "Unknown", "invokedBy": "s3.amazonaws.com"}, "s3.amazonaws.com"),
    ],
)
def test_the_id_is_the_most_precise_name_there_is(identity: dict[str, Any], expected: str) -> None:
    assert callers.read(identity).id == expected


def test_a_role_and_its_session_are_read_from_the_arn_where_the_issuer_is_missing() -> None:
    caller = callers.read({"type": "AssumedRole", "arn": SESSION})

    assert (caller.name, caller.session) == ("role orders-fn", "orders-api")


def test_a_user_is_named_by_the_end_of_the_arn_where_the_name_is_missing() -> None:
    caller = callers.read({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ops/jane"})

    assert caller.name == "user jane"


def test_who_began_a_chain_of_roles_is_told() -> None:
    identity = record("decrypt-by-assumed-role")["userIdentity"]
    identity["sessionContext"]["sourceIdentity"] = "jane@example.com"

    assert callers.read(identity).source_identity == "jane@example.com"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "role orders-fn"),
        ({"session": "orders-api"}, "role orders-fn, session orders-api"),
        ({"source_identity": "jane"}, "role orders-fn (for jane)"),
        ({"invoked_by": "s3.amazonaws.com"}, "role orders-fn, through s3.amazonaws.com"),
        (
            {"session": "x", "source_identity": "jane", "invoked_by": "AWS Internal"},
            "role orders-fn, session x (for jane), through AWS Internal",
        ),
    ],
)
def test_a_label_holds_all_that_helps_to_find_the_caller(changes: dict[str, Any], label: str) -> None:
    assert Caller(kind="AssumedRole", id="x", name="role orders-fn", **changes).label == label


def test_a_service_is_not_said_to_go_through_itself() -> None:
    identity = record("generate-data-key-by-aws-service")["userIdentity"]

    assert callers.read(identity).label == "AWS service s3.amazonaws.com"


def test_no_two_modules_read_the_same_type() -> None:
    types = [module.TYPE for module in IDENTITIES]

    assert sorted(set(types)) == sorted(types)
