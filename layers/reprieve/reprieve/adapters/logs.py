"""CloudWatch Logs."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from reprieve.adapters.aws import call
from reprieve.adapters.batches import batches
from reprieve.clock import from_millis, to_millis
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError
from reprieve.ports import LogLine, LogPage

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import PutLogEventsResponseTypeDef

# CloudWatch Logs API reference, PutLogEvents
_BATCH: Final = 10_000
_BATCH_BYTES: Final = 1_048_576
_OVERHEAD: Final = 26  # bytes that each line is counted for beside its own


@dataclass(frozen=True, slots=True)
class CloudWatchLogs:
    """The `LogReader` of AWS: logs:FilterLogEvents on one log group."""

    client: "CloudWatchLogsClient"
    log_group: str

    def read(self, start: datetime, end: datetime, pattern: str, token: str = "") -> Iterator[LogPage]:
        """Yield pages as they come; an empty one may be followed by a full one.

        Source: CloudWatch Logs API reference, FilterLogEvents: `endTime` is part of the range; a page ends
        with 1 MB, 10,000 events or a time-bounded scan; a token is good for 24 hours.
        """
        while True:
            page = self._page(start, end, pattern, token)
            yield page
            if not page.token or page.token == token:
                return
            token = page.token

    def _page(self, start: datetime, end: datetime, pattern: str, token: str) -> LogPage:
        following: Any = {"nextToken": token} if token else {}
        with call("logs:FilterLogEvents"):
            answer = self.client.filter_log_events(
                logGroupName=self.log_group,
                startTime=to_millis(start),
                endTime=to_millis(end) - 1,
                filterPattern=pattern,
                **following,
            )
        lines = [LogLine(from_millis(event["timestamp"]), event["message"]) for event in answer["events"]]
        return LogPage(lines, answer.get("nextToken", ""))


@dataclass(frozen=True, slots=True)
class CloudWatchTrail:
    """The `LogWriter` of AWS: logs:PutLogEvents, into one stream a day, which the first writer creates."""

    client: "CloudWatchLogsClient"
    log_group: str

    def write(self, lines: Sequence[LogLine]) -> None:
        """Write lines, as many in one call as it takes."""
        in_order = sorted(lines, key=lambda line: line.timestamp)
        for batch in batches(in_order, _length, at_most=_BATCH, room=_BATCH_BYTES):
            self._write(batch, stream=f"{batch[0].timestamp:%Y/%m/%d}")

    def _write(self, lines: Sequence[LogLine], stream: str) -> None:
        with call("logs:PutLogEvents"):
            try:
                answer = self._put(lines, stream)
            except self.client.exceptions.ResourceNotFoundException:
                self._create(stream)
                answer = self._put(lines, stream)
        if rejected := answer.get("rejectedLogEventsInfo"):
            raise AwsError(
                "logs:PutLogEvents", "Rejected", f"lines were rejected because of their time: {rejected}"
            )

    def _put(self, lines: Sequence[LogLine], stream: str) -> "PutLogEventsResponseTypeDef":
        return self.client.put_log_events(
            logGroupName=self.log_group,
            logStreamName=stream,
            logEvents=[{"timestamp": to_millis(line.timestamp), "message": line.message} for line in lines],
        )

    def _create(self, stream: str) -> None:
        with call("logs:CreateLogStream"), suppress(self.client.exceptions.ResourceAlreadyExistsException):
            self.client.create_log_stream(logGroupName=self.log_group, logStreamName=stream)


def _length(line: LogLine) -> int:
    return len(line.message.encode()) + _OVERHEAD
