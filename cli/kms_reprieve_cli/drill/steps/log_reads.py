"""How many pages and seconds FilterLogEvents takes for thirty minutes of the log group."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, note, took
from reprieve.clock import to_millis
from reprieve.cloudtrail.record import READ_PATTERN

ID: Final = "log-reads"
WHAT: Final = "How many pages and seconds FilterLogEvents takes for 30 minutes of your log group."
CHANGES: Final = ""
USUAL: Final = False
NEEDS: Final = ("logs:FilterLogEvents",)

_SECONDS: Final = 30 * 60
_MOST: Final = 1000


def run(drill: Drill) -> Iterator[Finding]:
    """Read as investigate does, and count."""
    begun, token, pages, empty, events = drill.passing.clock(), "", 0, 0, 0
    start = to_millis(datetime.fromtimestamp(begun - _SECONDS, UTC))
    while pages < _MOST:
        told = drill.cloud.ask(
            "logs",
            "FilterLogEvents",
            logGroupName=drill.stack.output("CloudTrailLogGroup"),
            filterPattern=READ_PATTERN,
            startTime=start,
            **({"nextToken": token} if token else {}),
        )
        pages, empty, events = pages + 1, empty + (not told["events"]), events + len(told["events"])
        if not (token := told.get("nextToken", "")):
            break
    yield note(f"{pages} pages, {empty} of them empty, with {events} events")
    yield took("FilterLogEvents over 30 minutes", drill.passing.clock() - begun)
