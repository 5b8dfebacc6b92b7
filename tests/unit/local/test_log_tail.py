"""Each event of a log group is read once, whatever its timestamp."""

from typing import TYPE_CHECKING, cast

from local.log_tail import LogTail
from tests.unit.local.logs_in_memory import LogsInMemory

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


def tail_of(logs: LogsInMemory) -> LogTail:
    return LogTail(cast("CloudWatchLogsClient", logs), "group")


def read(tail: LogTail) -> list[str]:
    return [event["message"] for event in tail.new_events()]


def test_an_empty_group_has_nothing_new() -> None:
    assert read(tail_of(LogsInMemory())) == []


def test_what_was_there_before_is_read_page_by_page() -> None:
    logs = LogsInMemory(page=2)
    logs.put("a", (1, "one"), (2, "two"), (3, "three"), (4, "four"), (5, "five"), ingested=10)

    assert read(tail_of(logs)) == ["one", "two", "three", "four", "five"]


def test_what_was_read_is_not_read_again() -> None:
    logs = LogsInMemory()
    logs.put("a", (1, "one"), ingested=10)
    tail = tail_of(logs)
    read(tail)
    reads = logs.reads

    assert read(tail) == []
    assert logs.reads == reads


def test_later_events_are_read_from_where_reading_stopped() -> None:
    logs = LogsInMemory()
    logs.put("a", (1, "one"), (2, "two"), ingested=10)
    tail = tail_of(logs)
    read(tail)

    logs.put("a", (2, "again two"), (3, "three"), ingested=11)

    assert read(tail) == ["again two", "three"]


def test_an_event_with_an_old_timestamp_is_found() -> None:
    logs = LogsInMemory()
    logs.put("a", (5, "five"), ingested=10)
    tail = tail_of(logs)
    read(tail)

    logs.put("a", (1, "late"), ingested=11)

    assert read(tail) == ["late"]


def test_a_batch_of_old_and_new_events_is_read_once() -> None:
    logs = LogsInMemory()
    logs.put("a", (5, "five"), ingested=10)
    tail = tail_of(logs)
    read(tail)

    logs.put("a", (1, "late"), (6, "six"), ingested=11)

    assert read(tail) == ["late", "six"]
    assert read(tail) == []


def test_every_stream_is_read() -> None:
    logs = LogsInMemory()
    logs.put("a", (1, "one"), ingested=10)
    tail = tail_of(logs)
    read(tail)

    logs.put("b", (1, "other"), ingested=10)

    assert read(tail) == ["other"]
