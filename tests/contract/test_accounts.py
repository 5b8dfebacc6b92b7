"""Clients in the accounts of the keys: roles are assumed there, and kept for as long as they last."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from reprieve.adapters.accounts import (
    NEW_REGIONS,
    Accounts,
    MemberRole,
    MemberSessions,
    member_sessions,
    session_name,
)
from reprieve.adapters.aws import BRIEF
from reprieve.adapters.kms import KmsControl, KmsDirectory
from reprieve.arn import KeyArn
from reprieve.errors import AbsentError, DeniedError, UnreachableError
from tests.fakes import FakeClock
from tests.memory import traced

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sts import STSClient

OWN = "123456789012"
MEMBER = "777788889999"
KEY = KeyArn.parse(f"arn:aws:kms:eu-west-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
ROLE = MemberRole(name="member", external_id="kms-reprieve")


@dataclass
class Sts:
    """An STS client that writes down what it was asked for."""

    client: "STSClient"
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client.meta.events.register("provide-client-params.sts.AssumeRole", self.note)

    def note(self, params: dict[str, Any], **_: object) -> None:
        self.asked.append(dict(params))


@pytest.fixture
def sts(region: str) -> Sts:
    return Sts(boto3.client("sts", region_name=region))


def in_member_account(region: str = "eu-west-1") -> "KMSClient":
    """A client that somebody of the member account has."""
    client = boto3.client("sts", region_name="eu-west-1")
    made = client.assume_role(RoleArn=f"arn:aws:iam::{MEMBER}:role/anybody", RoleSessionName="jane")[
        "Credentials"
    ]
    return boto3.client(
        "kms",
        region_name=region,
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        aws_session_token=made["SessionToken"],
    )


def member_key(region: str = "eu-west-1") -> KeyArn:
    made = in_member_account(region).create_key(Description="Billing")["KeyMetadata"]
    return KeyArn.parse(made["Arn"])


def accounts(sts: Sts, clock: Callable[[], datetime] | None = None) -> Accounts:
    members = MemberSessions(ROLE, lambda: sts.client, clock or (lambda: datetime.now(UTC)))
    return Accounts(own=OWN, members=members)


def test_a_key_of_another_account_and_region_is_asked_for_there(sts: Sts) -> None:
    key = member_key("us-east-1")

    found = KmsDirectory(accounts(sts)).describe(key)

    assert (key.account, key.region) == (MEMBER, "us-east-1")
    assert found.arn == key
    assert found.description == "Billing"


def test_the_role_there_is_assumed_with_the_external_id_and_nobody_s_name(sts: Sts) -> None:
    KmsDirectory(accounts(sts)).aliases(member_key())

    assert sts.asked == [
        {
            "RoleArn": f"arn:aws:iam::{MEMBER}:role/member",
            "RoleSessionName": "reprieve",
            "ExternalId": "kms-reprieve",
            "DurationSeconds": 3600,
        }
    ]


def test_a_key_of_our_own_account_needs_no_role(sts: Sts) -> None:
    made = boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]

    KmsDirectory(accounts(sts)).describe(KeyArn.parse(made))

    assert sts.asked == []


def test_clients_can_be_made_before_they_are_asked_for(sts: Sts) -> None:
    made = accounts(sts)
    key = KeyArn.parse(boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"])

    made.prepare("kms", "cloudtrail", region="eu-west-1")
    before = list(made._clients)  # noqa: SLF001 - what is there already can't be told apart from outside

    assert made.of(key) is made.client("kms", key)
    assert made.client("cloudtrail", key).meta.service_model.service_name == "cloudtrail"
    assert list(made._clients) == before  # noqa: SLF001 - as above


def test_without_a_member_role_another_account_s_key_is_asked_for_with_our_own(sts: Sts) -> None:
    with pytest.raises(AbsentError):
        KmsDirectory(Accounts(own=OWN)).describe(member_key())

    assert sts.asked == []


def test_who_cancels_and_enables_there_is_named_by_session_and_source_identity(sts: Sts) -> None:
    key = member_key()
    somebody = in_member_account()
    somebody.schedule_key_deletion(KeyId=key.key_id, PendingWindowInDays=7)
    made = accounts(sts)
    _by_id(made.of(key, "email"))

    KmsControl(made).cancel_deletion(key, by="email")
    KmsControl(made).enable(key, by="email")

    assert somebody.describe_key(KeyId=key.key_id)["KeyMetadata"]["KeyState"] == "Enabled"
    (asked,) = sts.asked
    assert asked["RoleSessionName"] == asked["SourceIdentity"] == "reprieve-email"


def _by_id(client: "KMSClient") -> None:
    """Ask moto, which does not find the key by its ARN in these calls, as KMS does."""
    for call in ("CancelKeyDeletion", "EnableKey"):
        client.meta.events.register(f"before-parameter-build.kms.{call}", _shorten)


def _shorten(params: dict[str, str], **_: object) -> None:
    params["KeyId"] = params["KeyId"].rpartition("/")[2]


def test_who_looks_and_who_decides_have_sessions_of_their_own(sts: Sts) -> None:
    key, made = member_key(), accounts(sts)

    assert made.of(key) is not made.of(key, "email")
    assert made.of(key, "email") is not made.of(key, "slack")
    assert made.of(key, "email") is made.of(key, "email")
    assert [asked["RoleSessionName"] for asked in sts.asked] == [
        "reprieve",
        "reprieve-email",
        "reprieve-slack",
    ]


def test_one_session_serves_all_services_and_regions_of_an_account(sts: Sts) -> None:
    key, made = member_key(), accounts(sts)

    made.of(key)
    made.of(replace(key, region="us-east-1"))
    made.client("cloudtrail", key)

    assert len(sts.asked) == 1


def test_a_session_is_made_anew_shortly_before_it_expires_and_its_clients_with_it(sts: Sts) -> None:
    clock = FakeClock(datetime.now(UTC))
    key, made = member_key(), accounts(sts, clock)
    first = made.of(key)

    clock.now += timedelta(minutes=54)
    assert made.of(key) is first
    clock.now += timedelta(minutes=2)

    assert made.of(key) is not first
    assert len(sts.asked) == 2


def test_clients_of_sessions_that_are_over_are_let_go(sts: Sts) -> None:
    clock = FakeClock(datetime.now(UTC))
    key, made = member_key(), accounts(sts, clock)
    own = made.of(KEY)
    made.of(key)

    clock.now += timedelta(hours=2)
    made.of(key)

    assert len(made._clients) == 2  # noqa: SLF001 - what is kept can be seen nowhere else
    assert made.of(KEY) is own


def test_threads_that_ask_at_once_share_a_session_and_a_client(sts: Sts) -> None:
    key, made = member_key(), accounts(sts)

    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(lambda _: made.of(key), range(32)))

    assert len(clients) == 1
    assert len(sts.asked) == 1


def test_an_account_without_the_role_is_denied_by_the_name_of_the_role(sts: Sts) -> None:
    key = member_key()
    with Stubber(sts.client) as stubber:
        stubber.add_client_error("assume_role", "AccessDenied", "User: … is not authorized")

        with pytest.raises(DeniedError, match=rf"^sts:AssumeRole of arn:aws:iam::{MEMBER}:role/member: "):
            KmsDirectory(accounts(sts)).describe(key)


def test_accounts_and_partitions_that_somebody_invents_take_no_memory() -> None:
    class Refusing:
        def assume_role(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole")

    made = Accounts(own=OWN, members=MemberSessions(ROLE, Refusing))  # type: ignore[arg-type]

    def ask(numbers: range) -> None:
        for number in numbers:
            invented = "aws-" + "abcdefghij"[number % 10] + "abcdefghij"[number // 10 % 10]
            key = replace(KEY, account=f"{number:012d}", partition=invented)
            with suppress(DeniedError, UnreachableError):
                made.of(key)

    with traced() as held:
        ask(range(100))
        before = held()
        ask(range(100, 3_000))
        after = held()

    assert after - before < 20_000


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_the_role_is_one_of_the_key_s_own_partition(partition: str, region: str) -> None:
    key = replace(KEY, partition=partition, region=region)

    assert ROLE.in_account_of(key) == f"arn:{partition}:iam::{OWN}:role/member"


@pytest.mark.parametrize(
    ("where", "host"),
    [
        ("eu-west-1", "https://kms.eu-west-1.amazonaws.com"),
        ("cn-north-1", "https://kms.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "https://kms.us-gov-west-1.amazonaws.com"),
    ],
)
def test_a_region_is_asked_at_its_own_endpoint(region: str, where: str, host: str) -> None:
    assert where != region or host == f"https://kms.{region}.amazonaws.com"
    assert Accounts(own=OWN).of(replace(KEY, region=where)).meta.endpoint_url == host


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("", "reprieve"),
        ("email", "reprieve-email"),
        ("jane@example.com", "reprieve-jane@example.com"),
        ("x: <y>\n", "reprieve-x-y-"),
        ("é" * 3, "reprieve--"),
        ("a" * 100, "reprieve-" + "a" * 55),
    ],
)
def test_a_session_s_name_is_one_that_sts_takes(by: str, name: str) -> None:
    assert session_name(by) == name
    assert len(name) <= 64


def test_regions_that_the_sdk_does_not_know_are_asked_up_to_a_number(region: str) -> None:
    accounts = Accounts(own=OWN)
    invented = [replace(KEY, region=f"eu-west-{number}") for number in range(100, 100 + NEW_REGIONS + 1)]

    asked = [accounts.of(key) for key in invented[:NEW_REGIONS]]
    with pytest.raises(UnreachableError, match="UnknownRegion"):
        accounts.of(invented[-1])

    assert len(asked) == NEW_REGIONS
    assert accounts.of(invented[0]) is asked[0]
    assert accounts.of(replace(KEY, region=region)).meta.region_name == region


def test_a_stack_without_a_role_enters_no_account() -> None:
    assert member_sessions("", "kms-reprieve") is None


def test_a_stack_with_a_role_asks_sts_where_it_runs(region: str) -> None:
    key = member_key(region)
    sessions = member_sessions("member", "kms-reprieve", BRIEF)

    assert sessions
    assert sessions.role == ROLE
    assert KmsDirectory(Accounts(own=OWN, members=sessions)).describe(key).arn == key
    assert "secret" not in repr(sessions.of(key, "")).lower()
