"""What is told of a key beside its name."""

from dataclasses import replace
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.key import LastUse, Relative
from reprieve.messages.key_details import particulars
from tests.examples import at, key

PRIMARY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")
ROLE = "arn:aws:iam::111122223333:role/orders/orders-fn"


def relative(region: str, role: str = "REPLICA", state: str | None = None) -> Relative:
    return Relative(arn=replace(PRIMARY, region=region), role=role, state=state)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"account_name": "prod"},
        {"spec": "SYMMETRIC_DEFAULT", "usage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS", "grantees": ()},
    ],
)
def test_what_is_as_usual_is_not_told(changes: dict[str, Any]) -> None:
    assert particulars(key(**changes)) == ()


@pytest.mark.parametrize(
    ("changes", "label", "words"),
    [
        ({"spec": "RSA_4096", "usage": "SIGN_VERIFY"}, "Kind", "RSA_4096 for SIGN_VERIFY"),
        ({"spec": "SYMMETRIC_DEFAULT", "origin": "EXTERNAL"}, "Kind", "imported key material"),
        (
            {"origin": "AWS_CLOUDHSM", "key_store": "cks-1234567890abcdef0"},
            "Kind",
            "in custom key store cks-1234567890abcdef0",
        ),
        (
            {"last_used": LastUse(operation="Decrypt", at=at("14:01"))},
            "Last worked",
            "2026-11-22 14:01 UTC, Decrypt",
        ),
        ({"last_used": LastUse(at=at("14:01"))}, "Last worked", "2026-11-22 14:01 UTC, an unnamed operation"),
        ({"last_used": LastUse(tracked_since=at("09:00"))}, "Last worked", "not since 2026-11-22 09:00 UTC"),
        ({"last_used": LastUse()}, "Last worked", "not as far as KMS knows"),
        ({"grantees": (ROLE,)}, "Grants", "role/orders/orders-fn"),
        (
            {"runbook": "https://wiki.example/kms"},
            "Runbook",
            "hxxps://wiki[.]example/kms (according to the key's tag)",
        ),
        (
            {
                "grantees": (
                    "rds.eu-west-1.amazonaws.com",
                    "arn:aws:iam::444455556666:role/x",
                    "a",
                    "b",
                    "c",
                )
            },
            "Grants",
            "rds.eu-west-1.amazonaws.com, role/x of 444455556666, a, 2 more",
        ),
    ],
)
def test_what_is_not_is_told(changes: dict[str, Any], label: str, words: str) -> None:
    assert particulars(key(**changes)) == ((label, words),)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {
                "state": "PendingReplicaDeletion",
                "multi_region": "PRIMARY",
                "relatives": (relative("us-east-1"), relative("us-east-2")),
            },
            "primary, deleting waits for 2 replicas in us-east-1, us-east-2;"
            " state not known in us-east-1, us-east-2",
        ),
        (
            {
                "multi_region": "PRIMARY",
                "relatives": (relative("us-east-1", state="PendingDeletion"), relative("us-east-2")),
            },
            "primary of 2 replicas in us-east-1, us-east-2;"
            " cancelling here leaves the replica in us-east-1 pending; state not known in us-east-2",
        ),
        (
            {"multi_region": "PRIMARY", "relatives": None},
            "primary; this concerns only the key in eu-west-1",
        ),
        (
            {"state": "PendingReplicaDeletion", "multi_region": "PRIMARY", "relatives": None},
            "primary, deleting waits for its replicas; this concerns only the key in eu-west-1",
        ),
        (
            {"multi_region": "PRIMARY", "relatives": (relative("us-east-1", state="PendingDeletion"),)},
            "primary of 1 replica in us-east-1; cancelling here leaves the replica in us-east-1 pending",
        ),
        (
            {"multi_region": "PRIMARY", "relatives": ()},
            "primary of 0 replicas; this concerns only the key in eu-west-1",
        ),
        (
            {
                "multi_region": "REPLICA",
                "relatives": (
                    relative("us-west-2", "PRIMARY", "PendingReplicaDeletion"),
                    relative("us-east-1", state="Enabled"),
                ),
            },
            "replica of a primary in us-west-2; cancelling here leaves the primary in us-west-2 pending",
        ),
        (
            {"multi_region": "REPLICA", "relatives": None},
            "replica of a primary; this concerns only the key in eu-west-1",
        ),
    ],
)
def test_the_keys_of_a_multi_region_family_explain_each_other(changes: dict[str, Any], words: str) -> None:
    assert particulars(key(**changes)) == (("Regions", words),)


def test_labels_fit_into_the_mail_s_column() -> None:
    made = key(
        spec="RSA_4096",
        multi_region="PRIMARY",
        last_used=LastUse(),
        grantees=("x",),
    )

    assert [label for label, _ in particulars(made)] == ["Kind", "Regions", "Last worked", "Grants"]
