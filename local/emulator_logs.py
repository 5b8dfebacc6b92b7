"""CloudWatch Logs as AWS has it, where the emulator has not. The emulator's server runs this.

The emulator lets every event match a JSON pattern, and answers with the first 10,000 events and no token. AWS
looks at a stretch of the log for each page, so that an empty page may be followed by a full one.

A call that is about a stream is allowed by permission for the stream, which the ARN of a group that ends with
`:*` includes; the emulator asks for one of the group's own ARN, without that end.
"""

import heapq
import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cloudwatch_logs as logs

from local import filter_pattern

Event = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
PAGE_CHARACTERS = 1_000_000
PAGE_EVENTS = 10_000
OK = 200


def at_streams(resource_of: Callable[..., str]) -> Callable[..., str]:
    """What a request is about; of a call on a stream, that stream."""

    def resource(service: str, method: str, path: str, headers: object, body: bytes, *rest: object) -> str:
        group = resource_of(service, method, path, headers, body, *rest)
        stream = json.loads(body).get("logStreamName") if service == "logs" else None
        return f"{group}:log-stream:{stream}" if stream else group

    return resource


def in_pages(answer_at_once: Callable[[dict[str, Any]], Answer]) -> Callable[[dict[str, Any]], Answer]:
    """The emulator's FilterLogEvents, which still refuses what is wrong, with pages and patterns."""

    def answer(request: dict[str, Any]) -> Answer:
        status, headers, body = answer_at_once({**request, "limit": 1})
        if status != OK:
            return status, headers, body
        try:
            matches = predicate(request.get("filterPattern", ""))
        except filter_pattern.FilterPatternError as error:
            refusal: Answer = error_response_json(
                "InvalidParameterException", f"Invalid filter pattern: {error}", 400
            )
            return refusal
        found, token = page(events_of(request), request, matches)
        return status, headers, json.dumps({"events": found, "searchedLogStreams": [], **token}).encode()

    return answer


def predicate(pattern: str) -> Callable[[str], bool]:
    """What a pattern says of a line; words that are no JSON pattern are the emulator's own affair."""
    if pattern.strip().startswith("{"):
        return filter_pattern.parse(pattern)
    words: Callable[[str], bool] = logs._compile_filter_pattern(pattern)  # noqa: SLF001 - no public name
    return words


def events_of(request: dict[str, Any]) -> Iterable[Event]:
    """The events of a request's streams and time, in the order of their timestamps."""
    streams = logs._log_groups[logs._resolve_log_group_name(request)]["streams"]  # noqa: SLF001 - as above
    names = request.get("logStreamNames") or list(streams)
    start, end = request.get("startTime", 0), request.get("endTime", float("inf"))
    with logs._log_events_lock:  # noqa: SLF001 - as above
        chosen = [
            [
                {**event, "logStreamName": name}
                for event in streams[name]["events"]
                if start <= event["timestamp"] <= end
            ]
            for name in names
            if name in streams
        ]
    return heapq.merge(*chosen, key=lambda event: event["timestamp"])


def page(
    events: Iterable[Event], request: dict[str, Any], matches: Callable[[str], bool]
) -> tuple[list[Event], dict[str, str]]:
    """The matching events of one page, and the token of the next if there is one."""
    limit = min(request.get("limit", PAGE_EVENTS), PAGE_EVENTS)
    position = int(request.get("nextToken", "0"))
    found: list[Event] = []
    looked_at = 0
    for event in islice(events, position, None):
        if looked_at >= PAGE_CHARACTERS or len(found) == limit:
            return found, {"nextToken": str(position)}
        position += 1
        looked_at += len(event["message"])
        if matches(event["message"]):
            found.append(event)
    return found, {}
