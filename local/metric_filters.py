"""A stand-in for metric filters, which the emulator stores and never evaluates.

New events of the log group are matched with the stored filters, and the metrics that they say are put. The
emulator evaluates its alarms whenever a metric is put, and only then. So this also does the one thing that
time does in AWS: an alarm of such a metric, for which missing data are not breaching, goes back to OK when no
record has come for a while. A period lasts QUIET_SECONDS here, so that nobody waits for minutes.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from local import filter_pattern, filter_tests
from local.emulator import Emulator
from local.filter_tokens import Token
from local.log_tail import LogTail

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import (
        MetricFilterTypeDef,
        MetricTransformationOutputTypeDef,
        OutputLogEventTypeDef,
    )

POLL_SECONDS = 0.2
QUIET_SECONDS = 1.0
LATE_SECONDS = 15 * 60.0
MOST_DATA_AT_ONCE = 500
REASON = "no datapoints were received, and missing datapoints were treated as [NonBreaching]."


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """The name of a metric that a filter feeds."""

    namespace: str
    name: str


@dataclass(slots=True, kw_only=True)
class MetricFilters:
    """The stand-in: call `step` again and again, or run it in a thread of its own with `following`."""

    logs: "CloudWatchLogsClient"
    cloudwatch: "CloudWatchClient"
    log_group: str
    clock: Callable[[], float] = time.monotonic
    tail: LogTail = field(init=False)
    fed: dict[Metric, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tail = LogTail(self.logs, self.log_group)

    def step(self) -> None:
        """Evaluate what came since the last step."""
        events = list(self.tail.new_events())
        if events:
            for stored in self.stored_filters():
                self.feed(stored, events)
        self.settle()

    def stored_filters(self) -> list["MetricFilterTypeDef"]:
        """The metric filters of the log group, as they were deployed."""
        pages = self.logs.get_paginator("describe_metric_filters").paginate(logGroupName=self.log_group)
        return [stored for page in pages for stored in page["metricFilters"]]

    def feed(self, stored: "MetricFilterTypeDef", events: Iterable["OutputLogEventTypeDef"]) -> None:
        """Put the metrics that one filter makes of some events."""
        matches = filter_pattern.parse(stored.get("filterPattern", ""))
        matching = [event for event in events if matches(event["message"])]
        for transformation in stored["metricTransformations"] if matching else []:
            self.put(transformation, matching)

    def put(
        self, transformation: "MetricTransformationOutputTypeDef", events: list["OutputLogEventTypeDef"]
    ) -> None:
        """Put one transformation's metric, with the time of each event."""
        metric = Metric(namespace=transformation["metricNamespace"], name=transformation["metricName"])
        data = [datum(transformation, event) for event in events]
        for at in range(0, len(data), MOST_DATA_AT_ONCE):
            self.cloudwatch.put_metric_data(
                Namespace=metric.namespace, MetricData=data[at : at + MOST_DATA_AT_ONCE]
            )
        self.fed[metric] = self.clock()

    def settle(self) -> None:
        """Set the alarms of metrics that have been quiet for a while back to OK."""
        quiet = [metric for metric, at in self.fed.items() if self.clock() - at >= QUIET_SECONDS]
        for metric in quiet:
            self.reset_alarms(metric)
            del self.fed[metric]

    def reset_alarms(self, metric: Metric) -> None:
        """Let the alarms of a metric see that no more data come."""
        answer = self.cloudwatch.describe_alarms_for_metric(
            Namespace=metric.namespace, MetricName=metric.name
        )
        for alarm in answer["MetricAlarms"]:
            if alarm["StateValue"] == "ALARM" and alarm.get("TreatMissingData") == "notBreaching":
                self.cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"], StateValue="OK", StateReason=REASON
                )


def datum(
    transformation: "MetricTransformationOutputTypeDef", event: "OutputLogEventTypeDef"
) -> "MetricDatumTypeDef":
    """A data point of a transformation for an event."""
    return {
        "MetricName": transformation["metricName"],
        "Timestamp": moment(event["timestamp"] / 1000, time.time()),
        "Value": metric_value(transformation["metricValue"], event["message"]),
    }


def moment(at: float, now: float) -> datetime:
    """When a data point counts: a late one now, for the emulator looks at one period and AWS at more."""
    return datetime.fromtimestamp(now if 0 < now - at < LATE_SECONDS else at, UTC)


def metric_value(value: str, message: str) -> float:
    """A transformation's value: a number, or that of the property it selects."""
    if not value.startswith("$"):
        return float(value)
    steps = filter_tests.path(Token(kind="selector", text=value, at=0))
    found = filter_tests.find(json.loads(message), steps)
    return float(found) if isinstance(found, int | float) else 0.0


@dataclass(slots=True)
class Following:
    """The stand-in at work in a thread, until it is stopped."""

    filters: MetricFilters
    end: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.loop, name="metric filters", daemon=True)

    def loop(self) -> None:
        """Step until the end."""
        while not self.end.wait(POLL_SECONDS):
            self.filters.step()

    def wait(self) -> None:
        """Return when the stand-in has ended; before it is stopped, that is a failure, as of the emulator."""
        self.thread.join()

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end.set()
        self.thread.join()


def following(emulator: Emulator, log_group: str) -> Following:
    """The stand-in for one log group of an emulator, to be entered."""
    session = emulator.session()
    return Following(
        MetricFilters(
            logs=session.client("logs", endpoint_url=emulator.endpoint),
            cloudwatch=session.client("cloudwatch", endpoint_url=emulator.endpoint),
            log_group=log_group,
        )
    )
