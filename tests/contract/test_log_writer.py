"""A log group of our own: the same in memory and in CloudWatch Logs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import ANY, Stubber

from reprieve.adapters.logs import CloudWatchTrail
from reprieve.clock import from_millis, to_millis
from reprieve.errors import AbsentError, AwsError, DeniedError
from reprieve.ports import LogLine, LogWriter
from tests.fakes import FakeTrail

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# By the clock that moto goes by: less than two hours ahead of it, and nowhere near midnight.
NOW = (datetime.now(UTC) - timedelta(hours=1)).replace(minute=30, second=0, microsecond=0)
ONE, TWO, THREE = (LogLine(NOW + timedelta(seconds=number), f'{{"n":{number}}}') for number in range(3))

Group = tuple[LogWriter, Callable[[], list[LogLine]]]


@pytest.fixture
def client(region: str) -> "CloudWatchLogsClient":
    made = boto3.client("logs", region_name=region)
    made.create_log_group(logGroupName="audit")
    return made


@pytest.fixture(params=["memory", "cloudwatch"])
def group(request: pytest.FixtureRequest) -> Group:
    if request.param == "memory":
        fake = FakeTrail()
        return fake, lambda: fake.lines
    client = request.getfixturevalue("client")
    return CloudWatchTrail(client, "audit"), lambda: stored(client)


def stored(client: "CloudWatchLogsClient") -> list[LogLine]:
    pages = client.get_paginator("filter_log_events").paginate(logGroupName="audit")
    return [
        LogLine(from_millis(event["timestamp"]), event["message"])
        for page in pages
        for event in page["events"]
    ]


def test_what_was_written_is_there_in_the_order_of_its_times(group: Group) -> None:
    writer, lines = group

    writer.write([TWO, ONE])
    writer.write([THREE])

    assert lines() == [ONE, TWO, THREE]


def test_a_line_that_comes_twice_is_there_twice(group: Group) -> None:
    writer, lines = group

    for _ in range(2):
        writer.write([ONE])

    assert lines() == [ONE, ONE]


def test_nothing_may_be_written(group: Group) -> None:
    writer, lines = group

    writer.write([])

    assert lines() == []


def test_there_is_a_stream_for_each_day(client: "CloudWatchLogsClient") -> None:
    yesterday = LogLine(NOW - timedelta(days=1), "{}")

    CloudWatchTrail(client, "audit").write([yesterday])
    CloudWatchTrail(client, "audit").write([ONE])

    streams = [
        each["logStreamName"] for each in client.describe_log_streams(logGroupName="audit")["logStreams"]
    ]
    assert streams == [f"{yesterday.timestamp:%Y/%m/%d}", f"{NOW:%Y/%m/%d}"]


def test_another_that_made_the_stream_in_between_is_no_trouble(client: "CloudWatchLogsClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_log_events", "ResourceNotFoundException", "no stream", 400)
        stub.add_client_error("create_log_stream", "ResourceAlreadyExistsException", "there is one", 400)
        stub.add_response(
            "put_log_events", {}, {"logGroupName": "audit", "logStreamName": ANY, "logEvents": ANY}
        )

        CloudWatchTrail(client, "audit").write([ONE])

        stub.assert_no_pending_responses()


def test_no_call_is_bigger_than_cloudwatch_takes(client: "CloudWatchLogsClient") -> None:
    sizes: list[int] = []
    client.meta.events.register(
        "before-parameter-build.logs.PutLogEvents",
        lambda params, **_: sizes.append(
            sum(len(event["message"].encode()) + 26 for event in params["logEvents"])
        ),
    )
    CloudWatchTrail(client, "audit").write([ONE])
    sizes.clear()

    CloudWatchTrail(client, "audit").write([LogLine(NOW, "é" * 60_000)] * 10)

    assert len(sizes) == 2
    assert max(sizes) <= 1_048_576


def test_lines_that_cloudwatch_leaves_out_are_told(client: "CloudWatchLogsClient") -> None:
    expected = {
        "logGroupName": "audit",
        "logStreamName": f"{NOW:%Y/%m/%d}",
        "logEvents": [{"timestamp": to_millis(NOW), "message": '{"n":0}'}],
    }
    with Stubber(client) as stub:
        stub.add_response(
            "put_log_events", {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1}}, expected
        )

        with pytest.raises(AwsError, match=r"^logs:PutLogEvents: Rejected: .*tooOldLogEventEndIndex"):
            CloudWatchTrail(client, "audit").write([ONE])


def test_a_group_that_is_not_there_is_told(client: "CloudWatchLogsClient") -> None:
    with pytest.raises(AbsentError, match=r"^logs:CreateLogStream: ResourceNotFoundException"):
        CloudWatchTrail(client, "elsewhere").write([ONE])


def test_a_call_that_is_refused_is_told(client: "CloudWatchLogsClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_log_events", "AccessDeniedException", "no", 400)

        with pytest.raises(DeniedError, match=r"^logs:PutLogEvents: AccessDeniedException"):
            CloudWatchTrail(client, "audit").write([ONE])
