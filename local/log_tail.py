"""What was put into a log group since the last look, in whatever order its timestamps run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import LogStreamTypeDef, OutputLogEventTypeDef


@dataclass(slots=True)
class StreamTail:
    """How far one stream has been read.

    Attributes:
        token: where reading goes on.
        characters: the length of all messages read so far.
        ingested: the newest ingestion time read so far, in milliseconds.
    """

    token: str = ""
    characters: int = 0
    ingested: int = -1


@dataclass(slots=True)
class LogTail:
    """Reads each event of a log group once.

    A stream is sorted by the events' own timestamps, and a token points between two of them: an event that
    comes late, with an old timestamp, lands before the token. The emulator's count of a stream's characters
    (AWS no longer gives one) tells that there is such an event, and the stream is read again.
    """

    client: "CloudWatchLogsClient"
    log_group: str
    streams: dict[str, StreamTail] = field(default_factory=dict)

    def new_events(self) -> Iterator["OutputLogEventTypeDef"]:
        """The events that came since the last call."""
        pages = self.client.get_paginator("describe_log_streams").paginate(logGroupName=self.log_group)
        for stream in [stream for page in pages for stream in page["logStreams"]]:
            yield from self.read(stream)

    def read(self, stream: "LogStreamTypeDef") -> list["OutputLogEventTypeDef"]:
        """The new events of one stream."""
        name = stream["logStreamName"]
        tail = self.streams.setdefault(name, StreamTail())
        if tail.characters == stream["storedBytes"]:
            return []
        events, token = self.forward(name, tail.token)
        characters = tail.characters + length(events)
        if characters < stream["storedBytes"]:
            everything, token = self.forward(name, "")
            characters = length(everything)
            events = [event for event in everything if event["ingestionTime"] > tail.ingested]
        newest = max((event["ingestionTime"] for event in events), default=tail.ingested)
        self.streams[name] = StreamTail(token=token, characters=characters, ingested=newest)
        return events

    def forward(self, stream: str, token: str) -> tuple[list["OutputLogEventTypeDef"], str]:
        """All events from a token on, or from the stream's head, and the token after them."""
        found: list[OutputLogEventTypeDef] = []
        while True:
            page = self.page(stream, token)
            token = page[1]
            if not page[0]:
                return found, token
            found += page[0]

    def page(self, stream: str, token: str) -> tuple[list["OutputLogEventTypeDef"], str]:
        """One page of a stream, and the token of the next."""
        read = partial(self.client.get_log_events, logGroupName=self.log_group, startFromHead=True)
        answer = read(logStreamName=stream, nextToken=token) if token else read(logStreamName=stream)
        return answer["events"], answer["nextForwardToken"]


def length(events: list["OutputLogEventTypeDef"]) -> int:
    """The length of the messages of some events."""
    return sum(len(event["message"]) for event in events)
