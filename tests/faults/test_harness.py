"""The faults are those that real connections have, and no client takes a part of an answer for the whole."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from reprieve.adapters.aws import BRIEF, PAGING, PROMPT, call, client
from reprieve.errors import AwsError, DeniedError, ThrottledError, UnreachableError
from tests.faults.cloud import REGION
from tests.faults.furnished import world
from tests.faults.messages import Asked
from tests.faults.weather import SKY, Fault, Span, Weather
from tests.faults.world import World

KMS_DESCRIBES = "kms:DescribeKey"


@pytest.fixture(scope="module")
def made() -> Iterator[World]:
    with world() as new:
        yield new


def describe(kms: Any, key: str) -> Any:
    with call(KMS_DESCRIBES):
        return kms.describe_key(KeyId=key)["KeyMetadata"]


def a_key(made: World) -> str:
    return str(made.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.mark.parametrize("config", [PROMPT, BRIEF, PAGING])
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.DENIED])
def test_one_attempt_that_fails_is_made_up_for_by_another(made: World, fault: Fault, config: Config) -> None:
    key = a_key(made)

    with SKY.under(Weather(call=KMS_DESCRIBES, fault=fault, span=Span.ONCE)) as weather:
        assert describe(client("kms", config, region_name=REGION), key)["Arn"] == key

    assert weather.struck == 1
    assert weather.called == [KMS_DESCRIBES] * (1 if fault is Fault.SLOW else 2)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.THROTTLED, ThrottledError),
        (Fault.BROKEN, UnreachableError),
        (Fault.DENIED, DeniedError),
        (Fault.REFUSED, UnreachableError),
        (Fault.RESET, UnreachableError),
        (Fault.TIMEOUT, UnreachableError),
        (Fault.CUT, UnreachableError),
        (Fault.LOST, UnreachableError),
    ],
)
@pytest.mark.parametrize("service", ["kms", "dynamodb", "logs", "sqs", "sns", "sts", "secretsmanager"])
@pytest.mark.usefixtures("made")
def test_a_fault_that_lasts_is_told_by_its_kind_by_every_service(
    service: str, fault: Fault, kind: type[AwsError]
) -> None:
    operation, name = {
        "kms": ("ListKeys", "list_keys"),
        "dynamodb": ("ListTables", "list_tables"),
        "logs": ("DescribeLogGroups", "describe_log_groups"),
        "sqs": ("ListQueues", "list_queues"),
        "sns": ("ListTopics", "list_topics"),
        "sts": ("GetCallerIdentity", "get_caller_identity"),
        "secretsmanager": ("ListSecrets", "list_secrets"),
    }[service]

    with (
        SKY.under(Weather(call=f"{service}:{operation}", fault=fault)),
        pytest.raises(kind),
        call(operation),
    ):
        getattr(client(service, PROMPT, region_name=REGION), name)()


def _kms(made: World) -> Any:
    """A client without what `client` adds."""
    make: Any = made.session.client
    return make("kms", region_name=REGION, config=PROMPT)


def test_botocore_itself_takes_half_an_answer_for_an_empty_one(made: World) -> None:
    """If this fails, botocore has learnt to look, and `client` has nothing to do any more."""
    key = a_key(made)

    with SKY.under(Weather(call=KMS_DESCRIBES, fault=Fault.CUT)):
        answer = _kms(made).describe_key(KeyId=key)

    assert answer.keys() == {"ResponseMetadata"}


@pytest.mark.usefixtures("made")
def test_an_answer_that_is_no_answer_of_the_service_is_told() -> None:
    sts = client("sts", PROMPT, region_name=REGION)
    sts.meta.events.register(
        "before-parse.*.*", lambda response_dict, **_: response_dict.update(body=b"<html")
    )

    with pytest.raises(UnreachableError, match="ResponseParserError"), call("sts:GetCallerIdentity"):
        sts.get_caller_identity()


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.RESET, Fault.TIMEOUT])
def test_what_the_client_s_side_does_to_a_call_is_what_a_real_connection_does(
    made: World, fault: Fault
) -> None:
    """Refused connections are raised as botocore raises them; shortened timeouts run out as long ones do."""
    said = error(lambda: describe_under(made, fault))

    real = Config(
        connect_timeout=0.2, read_timeout=0.1, retries={"mode": "standard", "total_max_attempts": 1}
    )
    address = made.cloud.outside.address("", "")
    if fault is Fault.REFUSED:
        address = f"http://127.0.0.1:{made.cloud.closed_port}"
    happened = error(lambda: over_a_connection(address, real, fault))

    assert type(said) is type(happened)


def error(do: Callable[[], None]) -> BotoCoreError:
    with pytest.raises(BotoCoreError) as caught:
        do()
    return caught.value


def describe_under(made: World, fault: Fault) -> None:
    with SKY.under(Weather(call=KMS_DESCRIBES, fault=fault)):
        _kms(made).describe_key(KeyId=a_key(made))


def over_a_connection(address: str, config: Config, fault: Fault) -> None:
    """Ask by a session of its own, through which nothing but the server's side is led."""

    def name_fault(request: Any, **_: object) -> None:
        request.headers["X-Fault"] = fault.value

    kms = boto3.Session().client("kms", region_name=REGION, endpoint_url=address, config=config)
    kms.meta.events.register_first("before-send.kms.DescribeKey", name_fault)
    kms.describe_key(KeyId="k")


def test_a_key_that_is_not_pending_can_t_be_cancelled_as_in_kms(made: World) -> None:
    with pytest.raises(ClientError, match="is not pending deletion"):
        made.session.client("kms", region_name=REGION).cancel_key_deletion(KeyId=a_key(made))


def test_a_call_is_named_as_its_permission_is() -> None:
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261124/eu-west-1/kms/aws4_request, …",
        "X-Amz-Target": "TrentService.DescribeKey",
    }

    asked = Asked("POST", "/", headers, b"")

    assert (asked.scope, asked.operation) == (("eu-west-1", "kms"), "DescribeKey")
