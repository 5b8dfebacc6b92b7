"""Minting and checking a link's code: the same in memory and in KMS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.kms import KmsChecker, KmsMinter, Regions
from reprieve.arn import KeyArn
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError
from reprieve.ports import LinkChecker, LinkMinter
from tests.fakes import FakeSigner

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NO_SUCH_KEY = KeyArn.parse("arn:aws:kms:eu-west-1:123456789012:key/99999999-12ab-34cd-56ef-1234567890ab")


@dataclass(frozen=True)
class Signing:
    minter: LinkMinter
    checker: LinkChecker


@pytest.fixture
def client(region: str) -> "KMSClient":
    return boto3.client("kms", region_name=region)


def in_kms(client: "KMSClient") -> Signing:
    made = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    regions, key = Regions(lambda _: client), KeyArn.parse(made["Arn"])
    return Signing(KmsMinter(regions, key), KmsChecker(regions, key))


@pytest.fixture(params=["memory", "kms"])
def signing(request: pytest.FixtureRequest) -> Signing:
    if request.param == "memory":
        signer = FakeSigner()
        return Signing(signer, signer)
    return in_kms(request.getfixturevalue("client"))


def test_a_code_has_32_bytes_and_is_the_same_for_the_same_message(signing: Signing) -> None:
    code = signing.minter.generate_mac(b"message")

    assert len(code) == 32
    assert signing.minter.generate_mac(b"message") == code
    assert signing.minter.generate_mac(b"another") != code


def test_what_was_minted_is_ours(signing: Signing) -> None:
    code = signing.minter.generate_mac(b"message")

    assert signing.checker.verify_mac(b"message", code)


def test_what_was_not_is_not(signing: Signing) -> None:
    code = signing.minter.generate_mac(b"message")

    assert not signing.checker.verify_mac(b"another", code)
    assert not signing.checker.verify_mac(b"message", bytes(32))


def test_a_signing_key_that_is_gone_is_told(client: "KMSClient") -> None:
    regions = Regions(lambda _: client)

    with pytest.raises(AbsentError, match=r"^kms:GenerateMac: NotFoundException"):
        KmsMinter(regions, NO_SUCH_KEY).generate_mac(b"message")


@pytest.mark.parametrize(
    ("code", "kind"), [("AccessDeniedException", DeniedError), ("ThrottlingException", ThrottledError)]
)
def test_a_check_that_could_not_be_made_is_no_answer(
    client: "KMSClient", code: str, kind: type[AwsError]
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("verify_mac", code, "no", 400)

        with pytest.raises(kind, match=f"^kms:VerifyMac: {code}"):
            KmsChecker(Regions(lambda _: client), NO_SUCH_KEY).verify_mac(b"message", bytes(32))


def test_kms_says_with_an_error_that_a_code_is_wrong(client: "KMSClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("verify_mac", "KMSInvalidMacException", "", 400)

        assert KmsChecker(Regions(lambda _: client), NO_SUCH_KEY).verify_mac(b"m", bytes(32)) is False


def test_kms_is_asked_with_the_algorithm_that_the_roles_are_allowed(client: "KMSClient") -> None:
    asked = {"KeyId": str(NO_SUCH_KEY), "Message": b"m", "MacAlgorithm": "HMAC_SHA_256"}
    regions = Regions(lambda _: client)
    with Stubber(client) as stub:
        stub.add_response("generate_mac", {"Mac": bytes(32)}, asked)
        stub.add_response("verify_mac", {"MacValid": True}, {**asked, "Mac": bytes(32)})

        assert KmsMinter(regions, NO_SUCH_KEY).generate_mac(b"m") == bytes(32)
        assert KmsChecker(regions, NO_SUCH_KEY).verify_mac(b"m", bytes(32)) is True
