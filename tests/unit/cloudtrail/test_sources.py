"""Records as other ways than a trail write them into a log group: what is read, and what is no record."""

import json
from typing import Any

import pytest

from local.filter_pattern import parse
from reprieve.cloudtrail.key_use import KeyUse, Skipped
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.cloudtrail.record import READ_PATTERN, read_line
from reprieve.investigate.log_window import LogWindow
from reprieve.ports import LogLine
from tests.examples import at
from tests.recorded import record

DELIVERED = at("14:54:40")
RECORD = record("decrypt-by-assumed-role")
# CloudWatch Logs keeps the account and the Region of a copied event beside its text (PutMetricFilter,
# emitSystemFieldDimensions). Should they ever be in the text, they are more fields of the record.
READ: dict[str, Any] = {
    "a trail": RECORD,
    "a centralization rule": RECORD,
    "a centralization rule, with its fields in the text": RECORD
    | {"@aws.account": "111122223333", "@aws.region": "eu-west-1"},
    "a telemetry rule, with fields that no trail has": {"@timestamp": 1795359151000} | RECORD,
    "fields in another order": dict(reversed(RECORD.items())),
}
# EventBridge user guide, "AWS service events via CloudTrail"; CloudTrail user guide, "Log file examples".
WRAPPED: dict[str, Any] = {
    "an EventBridge rule": {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.kms",
        "account": "111122223333",
        "time": "2026-11-22T14:52:31Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": RECORD,
    },
    "a file of the bucket": {"Records": [RECORD]},
    "a forwarder": {"message": json.dumps(RECORD)},
}


@pytest.mark.parametrize("source", READ)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_one_record_a_line_is_read_whoever_wrote_it(source: str, separators: tuple[str, str]) -> None:
    line = json.dumps(READ[source], separators=separators)

    meant = LineReader().read(line, DELIVERED)

    assert parse(READ_PATTERN)(line)
    assert isinstance(meant, KeyUse)
    assert meant == read_line(json.dumps(RECORD), DELIVERED)


def test_a_record_that_two_sources_deliver_counts_once() -> None:
    window = LogWindow()

    window.take_lines(LogLine(DELIVERED, json.dumps(each)) for each in READ.values())

    (key,) = window.keys
    assert window.lines == len(READ)
    (counted,) = window.of(key).values()
    assert sum(counted.hours.values()) == 1


@pytest.mark.parametrize("source", WRAPPED)
def test_a_line_that_wraps_records_is_no_record_and_is_counted_as_such(source: str) -> None:
    line = json.dumps(WRAPPED[source])
    window = LogWindow()

    window.take_lines([LogLine(DELIVERED, line)])

    assert window.skipped == {Skipped.NOT_A_RECORD: 1}
    assert not parse(READ_PATTERN)(line)
