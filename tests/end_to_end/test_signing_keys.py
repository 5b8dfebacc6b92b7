"""Who may mint and verify links on the deployed stack, whose key policies the emulator enforces."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.up import Local
from tests.scene import Scene, anybody, request

ROLE = "arn:aws:iam::111122223333:role/orders-fn"  # that of `anybody`
MAC: dict[str, Any] = {"Message": b"claims", "MacAlgorithm": "HMAC_SHA_256"}


def test_links_are_minted_and_verified_by_the_functions(stack: Local) -> None:
    assert request("GET", Scene.begin(stack).link()).status == 200


def test_whoever_may_do_anything_with_any_key_mints_and_verifies_no_link(stack: Local) -> None:
    """A role that IAM allows kms:* on every key of the account."""
    kms, key = anybody(stack).kms, stack.stack.outputs["SigningKeyArn"]

    with pytest.raises(ClientError, match=r"kms:GenerateMac .* explicit deny"):
        kms.generate_mac(KeyId=key, **MAC)
    with pytest.raises(ClientError, match=r"kms:VerifyMac .* explicit deny"):
        kms.verify_mac(KeyId=key, Mac=b"0" * 32, **MAC)


def test_a_grant_does_not_get_past_the_policy_of_the_key(stack: Local) -> None:
    caller, key = anybody(stack), stack.stack.outputs["SigningKeyArn"]
    caller.kms.create_grant(KeyId=key, GranteePrincipal=ROLE, Operations=["GenerateMac"])

    with pytest.raises(ClientError, match=r"kms:GenerateMac .* explicit deny"):
        caller.kms.generate_mac(KeyId=key, **MAC)


def test_the_account_can_still_administer_the_key(stack: Local) -> None:
    kms, key = anybody(stack).kms, stack.stack.outputs["SigningKeyArn"]

    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "Owner", "TagValue": "team-security"}])

    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert "DeliverAloneMints" in kms.get_key_policy(KeyId=key)["Policy"]
