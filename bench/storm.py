"""A storm: records of refused requests, as CloudTrail writes them, made while they are read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from reprieve.ports import LogLine

RECORDS: Final = Path(__file__).parent.parent / "events" / "records"
KINDS: Final = (
    "decrypt-by-assumed-role",
    "decrypt-through-secrets-manager",
    "decrypt-by-lambda-function",
    "decrypt-of-dynamodb-table",
    "decrypt-of-s3-object",
)
START: Final = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SESSIONS: Final = 50
ADDRESSES: Final = 20
OBJECTS: Final = 1000
A_SECOND: Final = 1000
"""How many requests are refused in a second; a storm of 1,000,000 is a good quarter of an hour."""


def lines(number: int) -> Iterator[LogLine]:
    """Make so many records: of five kinds, by fifty sessions each, each of another request."""
    made = cycle(tuple(islice(_shapes(), SESSIONS * ADDRESSES)))
    for count in range(number):
        at = START + timedelta(milliseconds=count * 1000 // A_SECOND)
        yield LogLine(at, _another(next(made), count, at))


def _another(shape: str, number: int, at: datetime) -> str:
    """Return a record of another request."""
    return (
        shape.replace("{id}", f"{number:08x}-1111-4111-8111-111111111111")
        .replace("{time}", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        .replace("{object}", f"2026/11/{number % OBJECTS}.csv")
    )


def _shapes() -> Iterator[str]:
    """Yield records by one session after the other, without what is each request's own."""
    kinds = [json.loads((RECORDS / f"{kind}.json").read_text(encoding="utf-8")) for kind in KINDS]
    for number in range(SESSIONS * ADDRESSES):
        record = kinds[number % len(kinds)]
        own = {"eventID": "{id}", "requestID": "{id}", "eventTime": "{time}"}
        if record["sourceIPAddress"][0].isdigit():
            own["sourceIPAddress"] = f"198.51.100.{number % ADDRESSES}"
        text = json.dumps(record | own, separators=(",", ":"))
        session = record["userIdentity"]["arn"].rpartition("/")[2]
        yield text.replace(f"/{session}", f"/{session}-{number % SESSIONS}").replace(
            f":{session}", f":{session}-{number % SESSIONS}"
        )
