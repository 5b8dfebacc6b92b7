"""The queue: the same in memory and in SQS."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from reprieve.adapters.sqs import SqsQueue
from reprieve.errors import AbsentError, AwsError
from reprieve.ports import MessageQueue
from tests.fakes import FakeQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Received = Callable[[], Sequence[str]]


@pytest.fixture
def client(region: str) -> "SQSClient":
    return boto3.client("sqs", region_name=region)


@pytest.fixture
def url(client: "SQSClient") -> str:
    return client.create_queue(QueueName="deliveries", Attributes={"VisibilityTimeout": "900"})["QueueUrl"]


def receive(client: "SQSClient", url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [dict(message) for message in messages]
    return found


@pytest.fixture(params=["memory", "sqs"])
def queue(request: pytest.FixtureRequest) -> tuple[MessageQueue, Received]:
    if request.param == "memory":
        fake = FakeQueue()
        return fake, lambda: fake.bodies
    client, url = request.getfixturevalue("client"), request.getfixturevalue("url")
    return SqsQueue(client, url), lambda: [message["Body"] for message in receive(client, url)]


def test_each_body_is_one_message(queue: tuple[MessageQueue, Received]) -> None:
    sender, received = queue

    sender.send(['{"é": "\N{SNOWMAN}"}', "b"])

    assert sorted(received()) == ["b", '{"é": "\N{SNOWMAN}"}']


def test_nothing_is_sent_for_nothing(queue: tuple[MessageQueue, Received]) -> None:
    sender, received = queue

    sender.send([])

    assert list(received()) == []


def test_more_than_ten_bodies_are_all_sent(queue: tuple[MessageQueue, Received]) -> None:
    sender, received = queue
    bodies = [f"body {number:02}" for number in range(23)]

    sender.send(bodies)

    assert sorted(received()) == bodies


def test_bodies_that_are_big_together_are_all_sent(queue: tuple[MessageQueue, Received]) -> None:
    sender, received = queue
    bodies = [letter * 100_000 for letter in "abcdef"]

    sender.send(bodies)

    assert sorted(received()) == bodies


def test_no_batch_is_bigger_than_sqs_ever_took(client: "SQSClient", url: str) -> None:
    batches: list[list[str]] = []
    client.meta.events.register(
        "before-parameter-build.sqs.SendMessageBatch",
        lambda params, **_: batches.append([entry["MessageBody"] for entry in params["Entries"]]),
    )

    SqsQueue(client, url).send(["é" * 60_000] * 5 + ["x"] * 12)

    assert [len(batch) for batch in batches] == [2, 2, 10, 3]
    assert max(len("".join(batch).encode()) for batch in batches) < 262_144


def test_what_sqs_refuses_is_told_when_all_has_been_tried(client: "SQSClient", url: str) -> None:
    refused = {"Id": "1", "Code": "InternalError", "SenderFault": False}
    with Stubber(client) as stub:
        expected = {"QueueUrl": url, "Entries": ANY}
        stub.add_response("send_message_batch", {"Successful": [], "Failed": [refused]}, expected)
        stub.add_response("send_message_batch", {"Successful": [], "Failed": []}, expected)

        with pytest.raises(AwsError, match=r"^sqs:SendMessage: InternalError: 1 messages were not accepted"):
            SqsQueue(client, url).send([str(number) for number in range(11)])

        stub.assert_no_pending_responses()


def test_a_queue_that_is_not_there_is_told(client: "SQSClient", url: str) -> None:
    client.delete_queue(QueueUrl=url)

    with pytest.raises(AbsentError, match=r"^sqs:SendMessage: "):
        SqsQueue(client, url).send(["x"])


def test_a_message_that_is_postponed_to_now_comes_again(client: "SQSClient", url: str) -> None:
    SqsQueue(client, url).send(["x"])
    (message,) = receive(client, url)
    assert receive(client, url) == []

    SqsQueue(client, url).postpone(message["ReceiptHandle"], 0)

    assert [again["Body"] for again in receive(client, url)] == ["x"]


@pytest.mark.parametrize(("asked", "seconds"), [(30, 30), (-1, 0), (10**9, 43_200)])
def test_a_message_is_postponed_as_long_as_sqs_takes(client: "SQSClient", asked: int, seconds: int) -> None:
    with Stubber(client) as stub:
        expected = {"QueueUrl": "u", "ReceiptHandle": "r", "VisibilityTimeout": seconds}
        stub.add_response("change_message_visibility", {}, expected)

        SqsQueue(client, "u").postpone("r", asked)

        stub.assert_no_pending_responses()


def test_a_receipt_that_means_nothing_is_told(client: "SQSClient", url: str) -> None:
    with pytest.raises(AwsError, match=r"^sqs:ChangeMessageVisibility: "):
        SqsQueue(client, url).postpone(json.dumps("nothing"), 30)
