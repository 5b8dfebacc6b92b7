"""Stored metric filters → metrics, and alarms that go back to OK."""

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from local.metric_filters import QUIET_SECONDS, REASON, MetricFilters, metric_value, moment
from tests.unit.local.logs_in_memory import LogsInMemory

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_logs import CloudWatchLogsClient

REFUSED = json.dumps({"errorMessage": "arn is pending deletion."})
OTHER = json.dumps({"errorMessage": None})
FILTER = {
    "filterPattern": '{ $.errorMessage = "* is pending deletion." }',
    "metricTransformations": [{"metricNamespace": "Space", "metricName": "Count", "metricValue": "1"}],
}


class CloudWatchInMemory:
    def __init__(self, **alarm: str) -> None:
        self.put: list[dict[str, Any]] = []
        self.set: list[dict[str, str]] = []
        self.alarms = [
            {"AlarmName": "Alarm", "StateValue": "ALARM", "TreatMissingData": "notBreaching", **alarm}
        ]

    def put_metric_data(self, **data: object) -> None:
        self.put.append(data)

    def describe_alarms_for_metric(self, **metric: str) -> dict[str, Any]:
        assert metric == {"Namespace": "Space", "MetricName": "Count"}
        return {"MetricAlarms": self.alarms}

    def set_alarm_state(self, **state: str) -> None:
        self.set.append(state)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def stand_in(logs: LogsInMemory, cloudwatch: CloudWatchInMemory, clock: Clock) -> MetricFilters:
    return MetricFilters(
        logs=cast("CloudWatchLogsClient", logs),
        cloudwatch=cast("CloudWatchClient", cloudwatch),
        log_group="group",
        clock=clock,
    )


@pytest.fixture
def logs() -> LogsInMemory:
    found = LogsInMemory()
    found.filters = [FILTER]
    return found


def test_each_matching_event_is_a_data_point(logs: LogsInMemory) -> None:
    cloudwatch = CloudWatchInMemory()
    at = int(time.time() * 1000) + 60_000
    logs.put("a", (at, REFUSED), (at, OTHER), (at, REFUSED), ingested=1)

    stand_in(logs, cloudwatch, Clock()).step()

    point = {"MetricName": "Count", "Timestamp": datetime.fromtimestamp(at / 1000, UTC), "Value": 1.0}
    assert cloudwatch.put == [{"Namespace": "Space", "MetricData": [point, point]}]


def test_events_that_match_nothing_put_nothing(logs: LogsInMemory) -> None:
    cloudwatch = CloudWatchInMemory()
    logs.put("a", (1, OTHER), (2, "no JSON"), ingested=1)

    stand_in(logs, cloudwatch, Clock()).step()

    assert cloudwatch.put == []


def test_many_events_are_put_in_several_calls(logs: LogsInMemory) -> None:
    cloudwatch = CloudWatchInMemory()
    logs.page = 10_000
    logs.put("a", *[(at, REFUSED) for at in range(1, 1202)], ingested=1)

    stand_in(logs, cloudwatch, Clock()).step()

    assert [len(call["MetricData"]) for call in cloudwatch.put] == [500, 500, 201]


def test_an_alarm_goes_back_to_ok_when_no_more_data_come(logs: LogsInMemory) -> None:
    cloudwatch, clock = CloudWatchInMemory(), Clock()
    logs.put("a", (1, REFUSED), ingested=1)
    filters = stand_in(logs, cloudwatch, clock)
    filters.step()
    clock.now += QUIET_SECONDS - 0.1
    filters.step()
    assert cloudwatch.set == []

    clock.now += 0.2
    filters.step()
    filters.step()

    assert cloudwatch.set == [{"AlarmName": "Alarm", "StateValue": "OK", "StateReason": REASON}]


@pytest.mark.parametrize("alarm", [{"StateValue": "OK"}, {"TreatMissingData": "missing"}])
def test_another_alarm_is_left_alone(logs: LogsInMemory, alarm: dict[str, str]) -> None:
    cloudwatch, clock = CloudWatchInMemory(**alarm), Clock()
    logs.put("a", (1, REFUSED), ingested=1)
    filters = stand_in(logs, cloudwatch, clock)
    filters.step()

    clock.now += QUIET_SECONDS
    filters.step()

    assert cloudwatch.set == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", 1.0), ("2.5", 2.5), ("$.size", 7.0), ("$.deep[0].size", 8.0), ("$.text", 0.0), ("$.absent", 0.0)],
)
def test_a_metric_value_is_a_number_or_a_property(value: str, expected: float) -> None:
    assert metric_value(value, '{"size": 7, "deep": [{"size": 8}], "text": "x"}') == expected


@pytest.mark.parametrize(
    ("age", "counts"), [(-5.0, 1005.0), (0.0, 1000.0), (300.0, 1000.0), (3600.0, -2600.0)]
)
def test_an_event_that_comes_a_little_late_counts_now(age: float, counts: float) -> None:
    assert moment(1000.0 - age, 1000.0).timestamp() == counts
