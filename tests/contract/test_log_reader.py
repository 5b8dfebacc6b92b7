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
from reprieve.cloudtrail.record import READ_PATTERN
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError
from reprieve.ports import LogLine, LogPage, LogReader
from tests.fakes import FakeClock, FakeLogs

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

START = utc_now().replace(microsecond=0) - timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
PAGE = 10_000  # CloudWatch Logs API reference, FilterLogEvents: the most events of a page


@dataclass(frozen=True)
class Group:
    reader: LogReader
    put: Callable[[datetime, str], object]

    def read(self, start: datetime, end: datetime) -> list[LogLine]:
        return [line for page in self.pages(start, end) for line in page.lines]

    def pages(self, start: datetime, end: datetime, token: str = "") -> list[LogPage]:
        return list(self.reader.read(start, end, READ_PATTERN, token))


@pytest.fixture
def client(region: str) -> "CloudWatchLogsClient":
    made = boto3.client("logs", region_name=region)
    made.create_log_group(logGroupName="trail")
    made.create_log_stream(logGroupName="trail", logStreamName="s")
    return made


def in_memory() -> Group:
    fake = FakeLogs(FakeClock(utc_now()), page_size=PAGE)
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


def test_nothing_is_one_page_that_leads_nowhere(group: Group) -> None:
    (page,) = group.pages(START, START + MINUTE)

    assert (list(page.lines), page.token) == ([], "")


@pytest.fixture(params=["memory", "cloudwatch"])
def large(request: pytest.FixtureRequest) -> Group:
    """A log group with 12,000 lines in a minute: more than a page."""
    if request.param == "memory":
        made = in_memory()
        for number in range(12_000):
            made.put(START + number * MILLISECOND, str(number))
        return made
    client = request.getfixturevalue("client")
    for half in (0, 6_000):
        events = [
            {"timestamp": to_millis(START) + half + number, "message": str(half + number)}
            for number in range(6_000)
        ]
        client.put_log_events(logGroupName="trail", logStreamName="s", logEvents=events)
    return in_cloudwatch(client)


def test_however_many_lines_there_are_all_are_read_once_and_in_order(large: Group) -> None:
    found = large.read(START, START + MINUTE)

    assert [line.message for line in found] == [str(number) for number in range(12_000)]


def test_a_reading_goes_on_from_any_of_its_tokens(large: Group) -> None:
    first, *rest = large.pages(START, START + MINUTE)

    assert first.token
    assert [page.token for page in rest][-1] == ""
    assert large.pages(START, START + MINUTE, first.token) == rest


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

        assert in_cloudwatch(client).pages(START, end) == [
            LogPage([], "a"),
            LogPage([], "b"),
            LogPage([LogLine(START, "found")]),
        ]


def test_pages_are_streamed(client: "CloudWatchLogsClient") -> None:
    event = {"timestamp": to_millis(START), "message": "first"}
    with Stubber(client) as stub:
        stub.add_response("filter_log_events", {"events": [event], "nextToken": "a"})

        pages = CloudWatchLogs(client, "trail").read(START, START + MINUTE, READ_PATTERN)

        assert next(pages) == LogPage([LogLine(START, "first")], "a")


def test_a_token_that_leads_nowhere_new_ends_the_reading(client: "CloudWatchLogsClient") -> None:
    with Stubber(client) as stub:
        stub.add_response("filter_log_events", {"events": [], "nextToken": "a"})
        stub.add_response("filter_log_events", {"events": [], "nextToken": "a"})

        assert in_cloudwatch(client).pages(START, START + MINUTE) == [LogPage([], "a"), LogPage([], "a")]


def test_a_token_that_expired_is_told_by_its_code(client: "CloudWatchLogsClient") -> None:
    with Stubber(client) as stub:
        stub.add_client_error("filter_log_events", "InvalidParameterException", "The token is expired.", 400)

        with pytest.raises(AwsError) as refused:
            in_cloudwatch(client).pages(START, START + MINUTE, "old")

    assert refused.value.code == "InvalidParameterException"


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
