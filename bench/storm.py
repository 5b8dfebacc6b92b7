"""A storm: records of refused requests, as CloudTrail writes them, made while they are read.

Fifty sessions make five kinds of requests for one key; a fifth of them are for S3 objects, ten by a session.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from reprieve.arn import KeyArn
from reprieve.ports import LogLine

RECORDS: Final = Path(__file__).parent.parent / "events" / "records"
KINDS: Final = (
    "decrypt-by-assumed-role",
    "decrypt-through-secrets-manager",
    "decrypt-by-lambda-function",
    "decrypt-of-dynamodb-table",
    "decrypt-of-s3-object",
)
OF_OBJECTS: Final = "decrypt-of-s3-object"
KEY: Final = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
START: Final = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
OBJECT: Final = "2026/11/22 & more.csv"
SESSIONS: Final = 50
OBJECTS: Final = 10
A_SECOND: Final = 1000
"""How many requests are refused in a second; a storm of 1,000,000 is a good quarter of an hour."""


def lines(number: int, *, alike: bool = True) -> Iterator[LogLine]:
    """Make so many lines; where they are not alike, all are for S3 objects, each for another one."""
    for count in range(number):
        at = START + timedelta(milliseconds=count * 1000 // A_SECOND)
        if alike:
            yield line(count, at, count // SESSIONS % OBJECTS)
        else:
            yield line(count * len(KINDS) + KINDS.index(OF_OBJECTS), at, count)


def line(number: int, at: datetime, named: int = 0) -> LogLine:
    """Make one line, of a request of its own.

    Args:
        number: Which one.
        at: When it is delivered.
        named: Which object it is for, if it is for any.
    """
    shapes = _shapes()
    message = (
        shapes[number % len(shapes)]
        .replace("{id}", f"{number:08x}-1111-4111-8111-111111111111")
        .replace("{time}", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        .replace("{object}", f"2026/11/{named}.csv")
    )
    return LogLine(at, message)


@cache
def _shapes() -> tuple[str, ...]:
    kinds = [json.loads((RECORDS / f"{kind}.json").read_text(encoding="utf-8")) for kind in KINDS]
    return tuple(_shape(kind, session) for session in range(SESSIONS) for kind in kinds)


def _shape(record: dict[str, object], session: int) -> str:
    """Return the record of a kind as a session makes it, without what is each request's own."""
    identity: dict[str, str] = record["userIdentity"]  # type: ignore[assignment]
    name = identity["arn"].rpartition("/")[2]
    own = {"eventID": "{id}", "requestID": "{id}", "eventTime": "{time}"}
    if str(record["sourceIPAddress"])[0].isdigit():
        own["sourceIPAddress"] = f"198.51.100.{session}"
    text = json.dumps(record | own, separators=(",", ":"))
    for before in "/:":
        text = text.replace(f"{before}{name}", f"{before}{name}-{session}")
    return text.replace(OBJECT, "{object}")
