"""What can be read of a key and done to it: the same in memory and in KMS."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from reprieve.adapters.kms import KmsControl, KmsDirectory, Regions
from reprieve.arn import KeyArn
from reprieve.errors import (
    AbsentError,
    AwsError,
    DeniedError,
    ThrottledError,
    UnreachableError,
    WrongStateError,
)
from reprieve.ports import KeyControl, KeyDirectory, KeyMetadata
from tests.fakes import FakeClock, FakeKms

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NO_SUCH_KEY = KeyArn.parse("arn:aws:kms:eu-west-1:123456789012:key/99999999-12ab-34cd-56ef-1234567890ab")
IN_KMS_OWN_WORDS: dict[str, Any] = {
    "spec": "SYMMETRIC_DEFAULT",
    "usage": "ENCRYPT_DECRYPT",
    "origin": "AWS_KMS",
}


@dataclass(frozen=True)
class World:
    """A directory and a control of the same keys, and how to make one of them."""

    directory: KeyDirectory
    control: KeyControl
    make: Callable[[], KeyArn]
    schedule: Callable[[KeyArn], datetime]


def in_memory() -> World:
    fake = FakeKms(FakeClock())

    def make() -> KeyArn:
        key = replace(NO_SUCH_KEY, resource="key/1234abcd-12ab-34cd-56ef-1234567890ab")
        fake.add(key, "Enabled", description="Orders database, prod", **IN_KMS_OWN_WORDS)
        fake.alias_names[key] = ("alias/orders-db",)
        fake.key_tags[key] = {"Owner": "team-orders"}
        return key

    def schedule(key: KeyArn) -> datetime:
        date = fake.add(key, "PendingDeletion", description="Orders database, prod").deletion_date
        assert date
        return date

    return World(fake, fake, make, schedule)


def in_kms(client: "KMSClient") -> World:
    regions = Regions(lambda _: client)
    for call in ("CancelKeyDeletion", "EnableKey"):
        client.meta.events.register(f"before-parameter-build.kms.{call}", _by_id)

    def make() -> KeyArn:
        made = client.create_key(
            Description="Orders database, prod",
            Tags=[{"TagKey": "Owner", "TagValue": "team-orders"}],
            KeyUsage="ENCRYPT_DECRYPT",
        )["KeyMetadata"]
        client.create_alias(AliasName="alias/orders-db", TargetKeyId=made["KeyId"])
        return KeyArn.parse(made["Arn"])

    def schedule(key: KeyArn) -> datetime:
        answer = client.schedule_key_deletion(KeyId=key.key_id, PendingWindowInDays=7)
        return answer["DeletionDate"].astimezone(UTC).replace(microsecond=0)

    return World(KmsDirectory(regions), KmsControl(regions), make, schedule)


def _by_id(params: dict[str, str], **_: object) -> None:
    """Ask moto, which does not find the key by its ARN in these calls, as KMS does."""
    params["KeyId"] = params["KeyId"].rpartition("/")[2]


@pytest.fixture
def client(region: str) -> "KMSClient":
    return boto3.client("kms", region_name=region)


@pytest.fixture(params=["memory", "kms"])
def world(request: pytest.FixtureRequest) -> World:
    return in_memory() if request.param == "memory" else in_kms(request.getfixturevalue("client"))


def test_a_key_is_described_in_kms_own_words(world: World) -> None:
    key = world.make()

    assert world.directory.describe(key) == KeyMetadata(
        arn=key,
        state="Enabled",
        description="Orders database, prod",
        deletion_date=None,
        **IN_KMS_OWN_WORDS,
        multi_region=None,
    )


def test_a_key_that_waits_has_a_date_to_the_second(world: World) -> None:
    key = world.make()
    date = world.schedule(key)

    found = world.directory.describe(key)

    assert found.state == "PendingDeletion"
    assert found.deletion_date is not None
    assert found.deletion_date.utcoffset() == timedelta(0)
    assert found.deletion_date == date


def test_a_key_has_aliases_and_tags(world: World) -> None:
    key = world.make()

    assert world.directory.aliases(key) == ("alias/orders-db",)
    assert world.directory.tags(key) == {"Owner": "team-orders"}


def test_a_key_whose_deletion_is_cancelled_is_disabled_until_it_is_enabled(world: World) -> None:
    key = world.make()
    world.schedule(key)

    assert world.control.cancel_deletion(key)
    assert world.directory.describe(key).state == "Disabled"
    assert world.directory.describe(key).deletion_date is None

    assert world.control.enable(key)
    assert world.directory.describe(key).state == "Enabled"


@pytest.mark.parametrize("call", ["describe", "tags", "cancel_deletion", "enable"])
def test_a_key_that_is_not_there_is_told(world: World, call: str) -> None:
    method = getattr(world.directory, call, None) or getattr(world.control, call)

    with pytest.raises(AbsentError, match="NotFoundException"):
        method(NO_SUCH_KEY)


CALLS: dict[str, Callable[[Regions], object]] = {
    "describe_key": lambda regions: KmsDirectory(regions).describe(NO_SUCH_KEY),
    "list_aliases": lambda regions: KmsDirectory(regions).aliases(NO_SUCH_KEY),
    "list_resource_tags": lambda regions: KmsDirectory(regions).tags(NO_SUCH_KEY),
    "cancel_key_deletion": lambda regions: KmsControl(regions).cancel_deletion(NO_SUCH_KEY),
    "enable_key": lambda regions: KmsControl(regions).enable(NO_SUCH_KEY),
}
NAMES = {
    "describe_key": "kms:DescribeKey",
    "list_aliases": "kms:ListAliases",
    "list_resource_tags": "kms:ListResourceTags",
    "cancel_key_deletion": "kms:CancelKeyDeletion",
    "enable_key": "kms:EnableKey",
}


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 400, DeniedError),
        ("NotFoundException", 400, AbsentError),
        ("KMSInvalidStateException", 400, WrongStateError),
        ("DisabledException", 400, WrongStateError),
        ("ThrottlingException", 400, ThrottledError),
        ("KMSInternalException", 500, UnreachableError),
        ("DependencyTimeoutException", 503, UnreachableError),
        ("SomethingNew", 500, UnreachableError),
        ("SomethingNew", 400, AwsError),
    ],
)
def test_an_error_is_told_by_its_code(
    client: "KMSClient", method: str, code: str, status: int, kind: type[AwsError]
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error(method, code, "as AWS says", status)

        with pytest.raises(kind) as caught:
            CALLS[method](Regions(lambda _: client))

    assert type(caught.value) is kind
    assert str(caught.value) == f"{NAMES[method]}: {code}: as AWS says"


def test_no_answer_is_told_as_that(closed_port: int) -> None:
    client = boto3.client(
        "kms",
        region_name="eu-west-1",
        endpoint_url=f"http://127.0.0.1:{closed_port}",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}, proxies={}),
    )

    with pytest.raises(UnreachableError, match=r"^kms:DescribeKey: EndpointConnectionError"):
        KmsDirectory(Regions(lambda _: client)).describe(NO_SUCH_KEY)


def test_a_key_is_asked_for_by_its_arn_in_its_own_region() -> None:
    asked: list[str] = []

    def make(region: str) -> "KMSClient":
        asked.append(region)
        return boto3.client("kms", region_name=region)

    regions = Regions(make)
    there = replace(NO_SUCH_KEY, region="us-east-1")

    assert regions.of(NO_SUCH_KEY) is regions.of(NO_SUCH_KEY)
    assert regions.of(there).meta.region_name == "us-east-1"
    assert asked == ["eu-west-1", "us-east-1"]


def test_a_client_is_made_for_the_region_of_the_key() -> None:
    assert Regions().of(NO_SUCH_KEY).meta.region_name == "eu-west-1"


def test_what_strangers_wrote_stays_on_its_line(client: "KMSClient") -> None:
    with Stubber(client) as stub:
        key_id = {"KeyId": str(NO_SUCH_KEY)}
        described = {"Arn": str(NO_SUCH_KEY), "KeyId": "x", "KeyState": "Enabled", "Description": "a\nb"}
        stub.add_response("describe_key", {"KeyMetadata": described}, key_id)
        stub.add_response("list_aliases", {"Aliases": [{"AliasName": "alias/\x1b"}]}, {**key_id, "Limit": 50})
        tags = [{"TagKey": "Ow\nner", "TagValue": "team\r"}]
        stub.add_response("list_resource_tags", {"Tags": tags}, {**key_id, "Limit": 50})
        directory = KmsDirectory(Regions(lambda _: client))

        assert directory.describe(NO_SUCH_KEY).description == "a�b"
        assert directory.aliases(NO_SUCH_KEY) == ("alias/�",)
        assert directory.tags(NO_SUCH_KEY) == {"Ow�ner": "team�"}


def test_a_deletion_date_is_in_utc_wherever_this_runs(client: "KMSClient") -> None:
    local = datetime(2026, 11, 29, 15, 2, 10, 500_000, tzinfo=timezone(timedelta(hours=1)))
    described = {"Arn": str(NO_SUCH_KEY), "KeyId": "x", "KeyState": "PendingDeletion", "DeletionDate": local}
    with Stubber(client) as stub:
        stub.add_response("describe_key", {"KeyMetadata": described})

        found = KmsDirectory(Regions(lambda _: client)).describe(NO_SUCH_KEY).deletion_date

    assert found
    assert found.isoformat() == "2026-11-29T14:02:10+00:00"


@pytest.mark.parametrize("kind", ["PRIMARY", "REPLICA"])
def test_a_multi_region_key_is_told_as_what_it_is(client: "KMSClient", kind: str) -> None:
    described = {
        "Arn": str(NO_SUCH_KEY),
        "KeyId": "x",
        "KeyState": "PendingReplicaDeletion",
        "MultiRegionConfiguration": {"MultiRegionKeyType": kind},
    }
    with Stubber(client) as stub:
        stub.add_response("describe_key", {"KeyMetadata": described})

        found = KmsDirectory(Regions(lambda _: client)).describe(NO_SUCH_KEY)

    assert found == KeyMetadata(arn=NO_SUCH_KEY, state="PendingReplicaDeletion", multi_region=kind)


def test_in_memory_as_in_kms_a_key_that_does_not_wait_can_not_be_cancelled() -> None:
    world = in_memory()
    key = world.make()

    with pytest.raises(WrongStateError):
        world.control.cancel_deletion(key)


def test_in_memory_as_in_kms_a_key_that_waits_can_not_be_enabled() -> None:
    world = in_memory()
    key = world.make()
    world.schedule(key)

    with pytest.raises(WrongStateError):
        world.control.enable(key)


def test_a_key_is_brought_back_by_its_arn(client: "KMSClient") -> None:
    control = KmsControl(Regions(lambda _: client))
    with Stubber(client) as stub:
        answered = {"ResponseMetadata": {"RequestId": "r1"}}
        stub.add_response("cancel_key_deletion", answered, {"KeyId": str(NO_SUCH_KEY)})
        stub.add_response(
            "enable_key", {"ResponseMetadata": {"RequestId": "r2"}}, {"KeyId": str(NO_SUCH_KEY)}
        )

        assert control.cancel_deletion(NO_SUCH_KEY) == "r1"
        assert control.enable(NO_SUCH_KEY) == "r2"
