"""What KMS is asked for beside a key's state: last usage, grants, policy, family."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.kms import KmsDirectory, Regions
from reprieve.arn import KeyArn
from reprieve.errors import AwsError, DeniedError
from reprieve.ports import Grants, KeyUsage

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab")
REPLICA = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab")
ASKED = {"KeyId": str(KEY)}
ROLE = "arn:aws:iam::123456789012:role/orders"


@pytest.fixture
def client(region: str) -> "KMSClient":
    return boto3.client("kms", region_name=region)


@pytest.fixture
def stubber(client: "KMSClient") -> Iterator[Stubber]:
    with Stubber(client) as made:
        yield made


@pytest.fixture
def directory(client: "KMSClient") -> KmsDirectory:
    return KmsDirectory(Regions(lambda _: client))


def test_the_last_usage_is_told_to_the_second(stubber: Stubber, directory: KmsDirectory) -> None:
    answer = {
        "KeyId": str(KEY),
        "KeyLastUsage": {
            "Operation": "Decrypt",
            "Timestamp": datetime(2026, 11, 22, 14, 1, 2, 345, tzinfo=UTC),
            "CloudTrailEventId": "6b1c0b7e-5a3b-4d0c-8c4f-0a3c1f6f2f11",
            "KmsRequestId": "0d1c0b7e-5a3b-4d0c-8c4f-0a3c1f6f2f11",
        },
        "TrackingStartDate": datetime(2026, 4, 23, tzinfo=UTC),
    }
    stubber.add_response("get_key_last_usage", answer, ASKED)

    assert directory.last_usage(KEY) == KeyUsage(
        operation="Decrypt",
        at=datetime(2026, 11, 22, 14, 1, 2, tzinfo=UTC),
        tracked_since=datetime(2026, 4, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize("answer", [{}, {"KeyLastUsage": {}}])
def test_a_key_without_usage_has_none(stubber: Stubber, directory: KmsDirectory, answer: Any) -> None:
    stubber.add_response("get_key_last_usage", answer | {"KeyId": str(KEY)}, ASKED)

    assert directory.last_usage(KEY) == KeyUsage()


def test_a_last_usage_that_is_denied_is_told_as_that(stubber: Stubber, directory: KmsDirectory) -> None:
    stubber.add_client_error("get_key_last_usage", "AccessDeniedException")

    with pytest.raises(DeniedError, match=r"^kms:GetKeyLastUsage: "):
        directory.last_usage(KEY)


def test_an_sdk_that_is_too_old_to_ask_for_it_says_so() -> None:
    old = cast("KMSClient", SimpleNamespace())

    with pytest.raises(AwsError, match="this version of the AWS SDK does not have it"):
        KmsDirectory(Regions(lambda _: old)).last_usage(KEY)


def test_grants_name_principals_and_services_each_once(stubber: Stubber, directory: KmsDirectory) -> None:
    grants = [
        {"GrantId": "1", "GranteePrincipal": ROLE},
        {"GrantId": "2", "GranteePrincipal": ROLE},
        {"GrantId": "3", "GranteeServicePrincipal": "rds.amazonaws.com"},
        {"GrantId": "4"},
    ]
    stubber.add_response("list_grants", {"Grants": grants, "Truncated": True}, ASKED | {"Limit": 50})

    assert directory.grants(KEY) == Grants((ROLE, "rds.amazonaws.com"), more=True)


def test_a_key_without_grants_names_nobody(client: "KMSClient", directory: KmsDirectory) -> None:
    made = KeyArn.parse(client.create_key()["KeyMetadata"]["Arn"])

    assert directory.grants(made) == Grants()


def test_a_grant_that_was_made_is_listed(client: "KMSClient", directory: KmsDirectory) -> None:
    made = KeyArn.parse(client.create_key()["KeyMetadata"]["Arn"])
    client.create_grant(KeyId=str(made), GranteePrincipal=ROLE, Operations=["Decrypt"])

    assert directory.grants(made) == Grants((ROLE,))


def test_a_policy_is_the_text_that_somebody_put_there(client: "KMSClient", directory: KmsDirectory) -> None:
    made = KeyArn.parse(client.create_key(Policy='{"Statement": []}')["KeyMetadata"]["Arn"])

    assert directory.policy(made) == '{"Statement": []}'


def test_the_family_of_a_multi_region_key_is_told(stubber: Stubber, directory: KmsDirectory) -> None:
    metadata = {
        "KeyId": KEY.key_id,
        "Arn": str(KEY),
        "KeyState": "PendingReplicaDeletion",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "Origin": "AWS_CLOUDHSM",
        "CustomKeyStoreId": "cks-1234567890abcdef0",
        "MultiRegion": True,
        "MultiRegionConfiguration": {
            "MultiRegionKeyType": "PRIMARY",
            "PrimaryKey": {"Arn": str(KEY), "Region": "eu-west-1"},
            "ReplicaKeys": [{"Arn": str(REPLICA), "Region": "us-east-1"}],
        },
    }
    stubber.add_response("describe_key", {"KeyMetadata": metadata}, ASKED)

    found = directory.describe(KEY)

    assert (found.multi_region, found.primary, found.replicas) == ("PRIMARY", KEY, (REPLICA,))
    assert (found.origin, found.key_store) == ("AWS_CLOUDHSM", "cks-1234567890abcdef0")
