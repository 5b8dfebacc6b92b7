"""The table: the same in memory and in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from reprieve.adapters.dynamodb import DynamoTable
from reprieve.errors import AbsentError, AwsError, ConflictError, ThrottledError, UnreachableError
from reprieve.ports import MOST_AT_ONCE, Document, Table
from tests.fakes import FakeTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CASE = Document(partition="key#1", sort="case#2026", body={"é": ["x", 1, None, True, {"a": 1.5}]})
AUDIT = Document(partition="key#1", sort="audit#2026", body={"a": 1})


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Table:
    if request.param == "memory":
        return FakeTable()
    return DynamoTable(request.getfixturevalue("dynamodb"), "cases")


def test_what_was_never_written_is_not_there(table: Table) -> None:
    assert table.get("key#1", "case#2026") is None
    assert table.list("key#1") == []


def test_what_was_written_is_read_with_its_version(table: Table) -> None:
    table.put(CASE)

    assert table.get("key#1", "case#2026") == replace(CASE, version=1)


def test_when_it_may_be_dropped_is_kept(table: Table) -> None:
    expiring = replace(CASE, expires_at=datetime(2027, 12, 27, 14, 2, 10, tzinfo=UTC))

    table.put(expiring)

    assert table.get("key#1", "case#2026") == replace(expiring, version=1)


def test_the_version_that_was_read_can_be_replaced(table: Table) -> None:
    table.put(CASE)

    table.put(replace(CASE, version=1, body={"new": True}))

    assert table.get("key#1", "case#2026") == replace(CASE, version=2, body={"new": True})


@pytest.mark.parametrize("version", [0, 1, 3])
def test_any_other_version_can_not(table: Table, version: int) -> None:
    table.put(CASE)
    table.put(replace(CASE, version=1))

    with pytest.raises(ConflictError):
        table.put(replace(CASE, version=version, body={"lost": True}))

    assert table.get("key#1", "case#2026") == replace(CASE, version=2)


def test_what_is_gone_can_not_be_replaced(table: Table) -> None:
    with pytest.raises(ConflictError):
        table.put(replace(CASE, version=1))

    assert table.get("key#1", "case#2026") is None


def test_several_are_written_together(table: Table) -> None:
    table.put(CASE, AUDIT)

    assert table.list("key#1") == [replace(AUDIT, version=1), replace(CASE, version=1)]


def test_of_several_none_is_written_if_one_is_lost(table: Table) -> None:
    table.put(CASE)

    with pytest.raises(ConflictError):
        table.put(AUDIT, replace(CASE, version=7, body={}))

    assert table.list("key#1") == [replace(CASE, version=1)]


def test_a_partition_is_listed_in_order_and_by_prefix(table: Table) -> None:
    names = ["case#2027", "case#2026", "audit#1", "case#unknown"]
    for name in names:
        table.put(replace(CASE, sort=name))
    table.put(replace(CASE, partition="key#2"))

    assert [found.sort for found in table.list("key#1", "case#")] == [
        "case#2026",
        "case#2027",
        "case#unknown",
    ]
    assert [found.sort for found in table.list("key#1")] == sorted(names)


def test_a_partition_is_listed_whole_however_big_it_is(table: Table) -> None:
    for number in range(5):
        table.put(replace(CASE, sort=f"case#{number}", body={"text": "x" * 300_000}))

    assert [found.sort for found in table.list("key#1")] == [f"case#{number}" for number in range(5)]


def test_what_is_removed_is_gone_and_can_be_written_anew(table: Table) -> None:
    table.put(CASE)

    table.delete(CASE)
    table.delete(CASE)

    assert table.get("key#1", "case#2026") is None
    table.put(CASE)
    assert table.get("key#1", "case#2026") == replace(CASE, version=1)


def test_what_is_not_guarded_is_written_whatever_is_there(table: Table) -> None:
    entry = replace(AUDIT, is_guarded=False)

    table.put(entry)
    table.put(replace(entry, body={"a": 2}))
    table.put(replace(entry, version=7, body={"a": 3}))

    assert table.get("key#1", "audit#2026") == replace(AUDIT, version=8, body={"a": 3})


def test_what_is_not_guarded_is_not_written_if_another_is_lost(table: Table) -> None:
    table.put(CASE)

    with pytest.raises(ConflictError):
        table.put(CASE, replace(AUDIT, is_guarded=False))

    assert table.list("key#1") == [replace(CASE, version=1)]


def test_what_is_gone_is_removed_with_what_is_written(table: Table) -> None:
    table.put(AUDIT)

    table.put(CASE, gone=[AUDIT, replace(AUDIT, sort="never there")])

    assert table.list("key#1") == [replace(CASE, version=1)]


def test_nothing_is_removed_if_what_is_written_with_it_is_lost(table: Table) -> None:
    table.put(CASE)
    table.put(AUDIT)

    with pytest.raises(ConflictError):
        table.put(CASE, gone=[AUDIT])

    assert len(table.list("key#1")) == 2


def test_a_hundred_are_removed_together_and_need_no_other_write(table: Table) -> None:
    entries = [replace(AUDIT, sort=f"audit#{number}") for number in range(MOST_AT_ONCE)]
    for entry in entries:
        table.put(entry)

    table.put(gone=entries)

    assert table.list("key#1") == []


def test_a_document_can_be_written_or_removed_once_at_a_time(table: Table) -> None:
    table.put(AUDIT)

    with pytest.raises(AwsError, match="ValidationException"):
        table.put(gone=[AUDIT, AUDIT])

    assert len(table.list("key#1")) == 1


@pytest.mark.parametrize("character", ["x", "é", "\N{CJK UNIFIED IDEOGRAPH-6F22}", "\N{GRINNING FACE}"])
def test_an_item_has_four_hundred_kilobytes_at_the_most_whatever_script_it_is_in(
    table: Table, character: str
) -> None:
    size = len(character.encode())
    table.put(replace(CASE, body={"text": character * (398_000 // size)}))

    with pytest.raises(AwsError) as refused:
        table.put(replace(CASE, version=1, body={"text": character * (410_000 // size)}))

    assert refused.value.code == "ValidationException"


def test_the_expiry_is_what_dynamodb_takes_for_one(dynamodb: "DynamoDBClient") -> None:
    DynamoTable(dynamodb, "cases").put(replace(CASE, expires_at=datetime(2027, 1, 1, tzinfo=UTC)))

    item = dynamodb.get_item(TableName="cases", Key={"pk": {"S": "key#1"}, "sk": {"S": "case#2026"}})["Item"]
    assert item["expires_at"] == {"N": "1798761600"}


def test_a_table_that_is_not_there_is_told(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(AbsentError, match=r"^dynamodb:GetItem: ResourceNotFoundException"):
        DynamoTable(dynamodb, "elsewhere").get("key#1", "case#2026")


def cancelled(*codes: str) -> dict[str, Any]:
    return {"CancellationReasons": [{"Code": code} for code in codes]}


@pytest.mark.parametrize(
    ("code", "more", "kind"),
    [
        ("TransactionCanceledException", cancelled("None", "ConditionalCheckFailed"), ConflictError),
        ("TransactionCanceledException", cancelled("TransactionConflict", "None"), ConflictError),
        ("TransactionCanceledException", cancelled("ValidationError", "None"), AwsError),
        ("TransactionCanceledException", cancelled("None", "ThrottlingError"), ThrottledError),
        ("TransactionCanceledException", cancelled("ProvisionedThroughputExceeded", "None"), ThrottledError),
        (
            "TransactionCanceledException",
            cancelled("ThrottlingError", "ConditionalCheckFailed"),
            ConflictError,
        ),
        ("TransactionInProgressException", {}, UnreachableError),
        ("ThrottlingException", {}, ThrottledError),
    ],
)
def test_why_a_transaction_failed_is_told_apart(
    dynamodb: "DynamoDBClient", code: str, more: dict[str, Any], kind: type[Exception]
) -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("transact_write_items", code, "no", 400, modeled_fields=more)

        with pytest.raises(kind) as caught:
            DynamoTable(dynamodb, "cases").put(CASE, AUDIT)

    assert type(caught.value) is kind


def test_a_write_that_meets_a_transaction_is_a_conflict(dynamodb: "DynamoDBClient") -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("put_item", "TransactionConflictException", "no", 400)

        with pytest.raises(ConflictError):
            DynamoTable(dynamodb, "cases").put(CASE)


def test_what_is_read_is_what_was_written_last(dynamodb: "DynamoDBClient") -> None:
    consistent = {"TableName": "cases", "ConsistentRead": True}
    name = {"pk": {"S": "key#1"}, "sk": {"S": "case#2026"}}
    query = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "key#1"}}}
    table = DynamoTable(dynamodb, "cases")
    with Stubber(dynamodb) as stub:
        stub.add_response("get_item", {}, consistent | {"Key": name})
        stub.add_response("query", {"Items": []}, consistent | query)

        assert table.get("key#1", "case#2026") is None
        assert table.list("key#1") == []


def test_a_list_of_several_pages_is_read_to_its_end(dynamodb: "DynamoDBClient") -> None:
    items = [
        {"pk": {"S": "p"}, "sk": {"S": name}, "version": {"N": "1"}, "body": {"S": "{}"}} for name in "ab"
    ]
    last = {"pk": {"S": "p"}, "sk": {"S": "a"}}
    asked = {
        "TableName": "cases",
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "p"}},
        "ConsistentRead": True,
    }
    with Stubber(dynamodb) as stub:
        stub.add_response("query", {"Items": items[:1], "LastEvaluatedKey": last}, asked)
        stub.add_response("query", {"Items": items[1:]}, {**asked, "ExclusiveStartKey": last})

        found = DynamoTable(dynamodb, "cases").list("p")

    assert [each.sort for each in found] == ["a", "b"]
