"""CloudWatch Logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reprieve.adapters.aws import call
from reprieve.clock import from_millis, to_millis
from reprieve.ports import LogLine

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


@dataclass(frozen=True, slots=True)
class CloudWatchLogs:
    """The `LogReader` of AWS: logs:FilterLogEvents on one log group."""

    client: "CloudWatchLogsClient"
    log_group: str

    def read(self, start: datetime, end: datetime, pattern: str) -> Iterator[LogLine]:
        """Stream the matching events page by page; an empty page may be followed by a full one.

        Source: CloudWatch Logs API reference, FilterLogEvents: `endTime` is part of the range.
        """
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=self.log_group,
            startTime=to_millis(start),
            endTime=to_millis(end) - 1,
            filterPattern=pattern,
        )
        with call("logs:FilterLogEvents"):
            for page in pages:
                for event in page["events"]:
                    yield LogLine(from_millis(event["timestamp"]), event["message"])
