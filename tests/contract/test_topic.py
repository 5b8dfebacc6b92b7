"""The topic: the same in memory and in SNS."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.sns import SnsTopic
from reprieve.errors import AbsentError, DeniedError
from reprieve.ports import Topic
from tests.fakes import FakeTopic

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

Published = tuple[str, str, Mapping[str, str]]
ARN = "arn:aws:sns:eu-west-1:123456789012:notices"


@pytest.fixture
def client(region: str) -> "SNSClient":
    return boto3.client("sns", region_name=region)


def in_sns(client: "SNSClient") -> tuple[Topic, Callable[[], Sequence[Published]]]:
    sqs = boto3.client("sqs", region_name="eu-west-1")
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = client.create_topic(Name="notices")["TopicArn"]
    client.subscribe(TopicArn=arn, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:subscriber")

    def published() -> Sequence[Published]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [_published(json.loads(message["Body"])) for message in messages]

    return SnsTopic(client, arn), published


def _published(body: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Published:
    attributes = {name: value["Value"] for name, value in body.get("MessageAttributes", {}).items()}
    return str(body["Subject"]), str(body["Message"]), attributes


@pytest.fixture(params=["memory", "sns"])
def topic(request: pytest.FixtureRequest) -> tuple[Topic, Callable[[], Sequence[Published]]]:
    if request.param == "memory":
        fake = FakeTopic()
        return fake, lambda: fake.published
    return in_sns(request.getfixturevalue("client"))


def test_a_message_arrives_with_its_subject_and_attributes(
    topic: tuple[Topic, Callable[[], Sequence[Published]]],
) -> None:
    sender, published = topic

    sender.publish("A subject", "A body\nwith é", {"notice_id": "1", "reason": "key-in-use"})

    assert published() == [("A subject", "A body\nwith é", {"notice_id": "1", "reason": "key-in-use"})]


def test_a_topic_that_is_not_there_is_told(client: "SNSClient") -> None:
    with pytest.raises(AbsentError, match=r"^sns:Publish: NotFound"):
        SnsTopic(client, ARN).publish("A subject", "A body", {})


def test_a_refusal_is_told(client: "SNSClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("publish", "AuthorizationError", "not yours", 403)

        with pytest.raises(DeniedError, match=r"^sns:Publish: AuthorizationError: not yours"):
            SnsTopic(client, ARN).publish("A subject", "A body", {})


def test_a_message_may_do_without_a_subject(client: "SNSClient") -> None:
    with Stubber(client) as stub:
        stub.add_response(
            "publish", {"MessageId": "1"}, {"TopicArn": ARN, "Message": "{}", "MessageAttributes": {}}
        )

        SnsTopic(client, ARN).publish("", "{}", {})
