"""What the table's stream hands to a function, and items that nobody here wrote."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reprieve.adapters.dynamodb import changes, read_item
from reprieve.ports import Document, StreamRecord

ITEM: dict[str, Any] = {
    "pk": {"S": "key#1"},
    "sk": {"S": "audit#2026"},
    "version": {"N": "2"},
    "body": {"S": '{"é":1}'},
    "expires_at": {"N": "1795357330"},
}
WRITTEN = Document(
    partition="key#1",
    sort="audit#2026",
    body={"é": 1},
    version=2,
    expires_at=datetime(2026, 11, 22, 14, 22, 10, tzinfo=UTC),
)


def record(name: str, at: float, item: dict[str, Any]) -> dict[str, Any]:
    """A record of the stream, as Lambda's developer guide shows it."""
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": at,
            "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "NewImage": item,
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": 26,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:111122223333:table/cases/stream/2026-11-22T00:00",
    }


def test_each_record_is_a_change_at_its_time() -> None:
    event = {"Records": [record("INSERT", 1795359300.0, ITEM), record("MODIFY", 1795359302, ITEM)]}

    assert changes(event) == (
        StreamRecord(datetime(2026, 11, 22, 14, 55, tzinfo=UTC), WRITTEN),
        StreamRecord(datetime(2026, 11, 22, 14, 55, 2, tzinfo=UTC), WRITTEN),
    )


def test_what_is_gone_is_no_change() -> None:
    gone = record("REMOVE", 1795359300.0, ITEM)
    del gone["dynamodb"]["NewImage"]

    assert changes({"Records": [gone]}) == ()


@pytest.mark.parametrize(
    "damage",
    [
        {"body": {"S": "{"}},
        {"body": {"S": "[" * 100_000}},
        {"body": {"B": "e30="}},
        {"body": "{}"},
        {"version": {"N": "1.5"}},
        {"expires_at": {"N": "9" * 38}},
        {"expires_at": {"N": "-" + "9" * 38}},
    ],
)
def test_an_item_that_somebody_else_wrote_has_no_body(damage: dict[str, Any]) -> None:
    assert read_item(ITEM | damage) == Document(partition="key#1", sort="audit#2026")


def test_an_item_without_anything_but_its_names_has_no_body() -> None:
    bare = {"pk": {"S": "x\ny"}, "sk": {"S": "z" * 3000}}

    assert read_item(bare) == Document(partition="x\N{REPLACEMENT CHARACTER}y", sort="z" * 2047 + "…")
