"""Email subscriptions as SNS keeps them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.subscriptions import SnsSubscriptions
from reprieve.errors import AbsentError, AwsError
from reprieve.ports import Subscription
from reprieve.subscribe import equalize
from tests.aws_in_process import aws_in_process

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> "Iterator[SNSClient]":
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with aws_in_process():
        yield boto3.client("sns", region_name="eu-west-1")


@pytest.fixture
def topic(client: "SNSClient") -> str:
    return client.create_topic(Name="notices")["TopicArn"]


def addresses(client: "SNSClient", topic: str) -> list[str]:
    return [each.address for each in SnsSubscriptions(client).of(topic)]


def test_an_address_that_was_added_is_listed(client: "SNSClient", topic: str) -> None:
    SnsSubscriptions(client).add(topic, "jane@example.com")

    assert addresses(client, topic) == ["jane@example.com"]


def test_a_subscription_that_was_removed_is_not(client: "SNSClient", topic: str) -> None:
    subscriptions = SnsSubscriptions(client)
    subscriptions.add(topic, "jane@example.com")
    (jane,) = subscriptions.of(topic)
    assert jane.arn is not None

    subscriptions.remove(jane.arn)

    assert addresses(client, topic) == []


def test_every_page_is_read(client: "SNSClient", topic: str) -> None:
    everybody = [f"person-{number}@example.com" for number in range(101)]

    equalize(topic, everybody, SnsSubscriptions(client))

    assert sorted(addresses(client, topic)) == sorted(everybody)


def test_other_protocols_are_none_of_ours(client: "SNSClient", topic: str) -> None:
    client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:111122223333:q")
    client.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="machine@example.com")

    assert addresses(client, topic) == []


def test_a_pending_subscription_has_no_arn_and_a_deleted_one_is_gone(client: "SNSClient", topic: str) -> None:
    listed = [
        {"SubscriptionArn": arn, "Protocol": "email", "Endpoint": address, "TopicArn": topic}
        for arn, address in (
            ("PendingConfirmation", "jane@example.com"),
            ("Deleted", "gone@example.com"),
            (f"{topic}:1", "ops@example.com"),
        )
    ]
    with Stubber(client) as stub:
        stub.add_response("list_subscriptions_by_topic", {"Subscriptions": listed}, {"TopicArn": topic})

        found = list(SnsSubscriptions(client).of(topic))

    assert found == [
        Subscription(address="jane@example.com", arn=None),
        Subscription(address="ops@example.com", arn=f"{topic}:1"),
    ]


def test_a_topic_that_is_gone_is_told(client: "SNSClient", topic: str) -> None:
    client.delete_topic(TopicArn=topic)

    with pytest.raises(AbsentError, match=r"^sns:Subscribe: NotFound"):
        SnsSubscriptions(client).add(topic, "jane@example.com")


@pytest.mark.parametrize(
    ("method", "operation"),
    [("list_subscriptions_by_topic", "sns:ListSubscriptionsByTopic"), ("unsubscribe", "sns:Unsubscribe")],
)
def test_a_refusal_names_the_operation(client: "SNSClient", topic: str, method: str, operation: str) -> None:
    subscriptions = SnsSubscriptions(client)
    with Stubber(client) as stub:
        stub.add_client_error(method, "AuthorizationError", "no", 403)

        with pytest.raises(AwsError, match=f"^{operation}: AuthorizationError: no"):
            subscriptions.remove(f"{topic}:1") if method == "unsubscribe" else list(subscriptions.of(topic))
