"""A log group in memory, with streams and tokens like the emulator's."""

from typing import Any


class LogsInMemory:
    """The four calls that the stand-in makes."""

    def __init__(self, page: int = 2) -> None:
        self.page = page
        self.streams: dict[str, list[dict[str, Any]]] = {}
        self.filters: list[dict[str, Any]] = []
        self.reads = 0

    def put(self, stream: str, *events: tuple[int, str], ingested: int) -> None:
        """Put events of a timestamp and a message each."""
        found = self.streams.setdefault(stream, [])
        found += [{"timestamp": at, "message": text, "ingestionTime": ingested} for at, text in events]
        found.sort(key=lambda event: int(event["timestamp"]))

    def get_paginator(self, operation: str) -> "Pages":
        """Pages of a list."""
        if operation == "describe_metric_filters":
            return Pages({"metricFilters": self.filters})
        names = {
            name: sum(len(event["message"]) for event in events) for name, events in self.streams.items()
        }
        streams = [{"logStreamName": name, "storedBytes": size} for name, size in names.items()]
        return Pages({"logStreams": streams})

    def get_log_events(self, *, logStreamName: str, nextToken: str = "", **_rest: object) -> dict[str, Any]:  # noqa: N803 - AWS' names
        """A page from a token on; a token stands after the events of its timestamp."""
        self.reads += 1
        events = self.streams[logStreamName]
        at, _, number = nextToken.partition(":")
        before = [event for event in events if event["timestamp"] < int(at)] if at else []
        start = len(before) + int(number or 0)
        found = events[start : start + self.page]
        position = start + len(found)
        return {"events": found, "nextForwardToken": self.token(events, position)}

    def token(self, events: list[dict[str, Any]], position: int) -> str:
        """The token of a position."""
        if position == 0:
            return ""
        at = events[position - 1]["timestamp"]
        return f"{at}:{position - sum(event['timestamp'] < at for event in events)}"


class Pages:
    """A paginator of one page."""

    def __init__(self, page: dict[str, Any]) -> None:
        self.page = page

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        """The page."""
        return [self.page]
