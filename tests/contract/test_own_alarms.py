"""The alarms that notify one topic: the same in memory and in CloudWatch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.cloudwatch_alarms import CloudWatchAlarms
from reprieve.errors import DeniedError
from reprieve.ports import Alarms, RingingAlarm
from tests.fakes import FakeAlarms

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

TOPIC = "arn:aws:sns:eu-west-1:123456789012:health"
Ring = Callable[[str], None]


@pytest.fixture
def client(region: str) -> "CloudWatchClient":
    return boto3.client("cloudwatch", region_name=region)


def put(client: "CloudWatchClient", name: str, topic: str = TOPIC) -> None:
    client.put_metric_alarm(
        AlarmName=name,
        AlarmDescription="Start the redrive.",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "letters"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )


def ring(client: "CloudWatchClient", name: str) -> None:
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="Threshold Crossed")


def alarm(name: str) -> RingingAlarm:
    return RingingAlarm(
        name=name,
        region="eu-west-1",
        description="Start the redrive.",
        since=datetime.now(UTC),
        dimensions={"QueueName": "letters"},
    )


@pytest.fixture(params=["memory", "cloudwatch"])
def alarms(request: pytest.FixtureRequest) -> tuple[Alarms, Ring]:
    if request.param == "memory":
        fake = FakeAlarms()
        return fake, lambda name: fake.alarms.append(alarm(name))
    client: Any = request.getfixturevalue("client")
    for name in ("deliver", "audit"):
        put(client, name)
    return CloudWatchAlarms(client, TOPIC), lambda name: ring(client, name)


def test_while_no_alarm_rings_there_is_none(alarms: tuple[Alarms, Ring]) -> None:
    assert list(alarms[0].ringing()) == []


def test_an_alarm_that_rings_tells_what_it_is_about_and_since_when(alarms: tuple[Alarms, Ring]) -> None:
    own, let_ring = alarms

    let_ring("deliver")

    (found,) = own.ringing()
    assert (found.name, found.region, found.description) == ("deliver", "eu-west-1", "Start the redrive.")
    assert found.dimensions == {"QueueName": "letters"}
    assert abs(found.since - datetime.now(UTC)) < timedelta(minutes=1)


def test_alarms_of_another_topic_are_none_of_ours(client: "CloudWatchClient") -> None:
    put(client, "of another", f"{TOPIC}-of-another-stack")
    ring(client, "of another")

    assert list(CloudWatchAlarms(client, TOPIC).ringing()) == []


def test_an_alarm_of_which_little_is_told_is_told_all_the_same(client: "CloudWatchClient") -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    bare = {
        "AlarmName": "bare",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:bare",
        "StateValue": "ALARM",
        "StateUpdatedTimestamp": at,
        "AlarmActions": [TOPIC],
    }
    with Stubber(client) as stub:
        stub.add_response(
            "describe_alarms", {"MetricAlarms": [bare]}, {"ActionPrefix": TOPIC, "StateValue": "ALARM"}
        )

        (found,) = CloudWatchAlarms(client, TOPIC).ringing()

    assert found == RingingAlarm(name="bare", region="eu-west-1", description="", since=at)


def test_a_refusal_is_told(client: "CloudWatchClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("describe_alarms", "AccessDenied", "no", 403)

        with pytest.raises(DeniedError, match=r"^cloudwatch:DescribeAlarms: AccessDenied: no"):
            CloudWatchAlarms(client, TOPIC).ringing()
