"""The log group: the same in memory and in CloudWatch Logs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.logs import CloudWatchLogs
from reprieve.clock import to_millis, utc_now
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError
from reprieve.ports import LogLine, LogReader
from reprieve.records import READ_PATTERN
from tests.fakes import FakeClock, FakeLogs

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

START = utc_now().replace(microsecond=0) - timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Group:
    reader: LogReader
    put: Callable[[datetime, str], object]

    def read(self, start: datetime, end: datetime) -> list[LogLine]:
        return list(self.reader.read(start, end, READ_PATTERN))


@pytest.fixture
def client(region: str) -> "CloudWatchLogsClient":
    made = boto3.client("logs", region_name=region)
    made.create_log_group(logGroupName="trail")
    made.create_log_stream(logGroupName="trail", logStreamName="s")
    return made


def in_memory() -> Group:
    fake = FakeLogs(FakeClock(utc_now()))
    return Group(fake, lambda at, message: fake.put(message, at))


def in_cloudwatch(client: "CloudWatchLogsClient") -> Group:
    def put(at: datetime, message: str) -> object:
        event = {"timestamp": to_millis(at), "message": message}
        return client.put_log_events(logGroupName="trail", logStreamName="s", logEvents=[event])  # type: ignore[list-item]

    return Group(CloudWatchLogs(client, "trail"), put)


@pytest.fixture(params=["memory", "cloudwatch"])
def group(request: pytest.FixtureRequest) -> Group:
    return in_memory() if request.param == "memory" else in_cloudwatch(request.getfixturevalue("client"))


def test_a_line_is_read_with_its_time_to_the_millisecond(group: Group) -> None:
    group.put(START + 7 * MILLISECOND, '{"a": "é"}')

    assert group.read(START, START + timedelta(minutes=1)) == [
        LogLine(timestamp=START + 7 * MILLISECOND, message='{"a": "é"}')
    ]


def test_a_range_holds_its_start_and_not_its_end(group: Group) -> None:
    end = START + timedelta(minutes=1)
    for at, message in [
        (START - MILLISECOND, "before"),
        (START, "start"),
        (end - MILLISECOND, "last"),
        (end, "end"),
    ]:
        group.put(at, message)

    assert [line.message for line in group.read(START, end)] == ["start", "last"]


def test_ranges_that_touch_read_every_line_once(group: Group) -> None:
    middle, end = START + timedelta(minutes=1), START + timedelta(minutes=2)
    for at in (START, middle - MILLISECOND, middle, end - MILLISECOND):
        group.put(at, str(at))

    assert len(group.read(START, middle) + group.read(middle, end)) == 4


def test_lines_are_read_in_the_order_of_their_times(group: Group) -> None:
    for seconds in (1, 3, 2):
        group.put(START + timedelta(seconds=seconds), str(seconds))

    assert [line.message for line in group.read(START, START + timedelta(minutes=1))] == ["1", "2", "3"]


def test_nothing_is_read_where_nothing_is(group: Group) -> None:
    assert group.read(START, START + timedelta(minutes=1)) == []


def test_however_many_lines_there_are_all_are_read(client: "CloudWatchLogsClient") -> None:
    events = [{"timestamp": to_millis(START) + number, "message": str(number)} for number in range(9_999)]
    for _ in range(2):
        client.put_log_events(logGroupName="trail", logStreamName="s", logEvents=events)  # type: ignore[arg-type]

    found = in_cloudwatch(client).read(START, START + timedelta(minutes=1))

    assert len(found) == 19_998


def test_an_empty_page_may_be_followed_by_a_full_one(client: "CloudWatchLogsClient") -> None:
    end = START + timedelta(minutes=1)
    asked = {
        "logGroupName": "trail",
        "startTime": to_millis(START),
        "endTime": to_millis(end) - 1,
        "filterPattern": READ_PATTERN,
    }
    event = {"timestamp": to_millis(START), "message": "found"}
    with Stubber(client) as stub:
        stub.add_response("filter_log_events", {"events": [], "nextToken": "a"}, asked)
        stub.add_response("filter_log_events", {"events": [], "nextToken": "b"}, asked | {"nextToken": "a"})
        stub.add_response("filter_log_events", {"events": [event]}, asked | {"nextToken": "b"})

        assert in_cloudwatch(client).read(START, end) == [LogLine(START, "found")]


def test_lines_are_streamed_page_by_page(client: "CloudWatchLogsClient") -> None:
    event = {"timestamp": to_millis(START), "message": "first"}
    with Stubber(client) as stub:
        stub.add_response("filter_log_events", {"events": [event], "nextToken": "a"})

        lines = CloudWatchLogs(client, "trail").read(START, START + timedelta(minutes=1), READ_PATTERN)

        assert next(lines).message == "first"


def test_a_log_group_that_is_not_there_is_told(client: "CloudWatchLogsClient") -> None:
    with pytest.raises(AbsentError, match=r"^logs:FilterLogEvents: ResourceNotFoundException"):
        list(CloudWatchLogs(client, "elsewhere").read(START, utc_now(), READ_PATTERN))


@pytest.mark.parametrize(
    ("code", "kind"), [("AccessDeniedException", DeniedError), ("ThrottlingException", ThrottledError)]
)
def test_a_page_that_is_refused_is_told_whichever_it_is(
    client: "CloudWatchLogsClient", code: str, kind: type[AwsError]
) -> None:
    with Stubber(client) as stub:
        stub.add_response("filter_log_events", {"events": [], "nextToken": "a"})
        stub.add_client_error("filter_log_events", code, "no", 400)

        with pytest.raises(kind, match=f"^logs:FilterLogEvents: {code}"):
            in_cloudwatch(client).read(START, START + timedelta(minutes=1))
