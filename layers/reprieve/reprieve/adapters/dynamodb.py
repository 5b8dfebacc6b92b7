"""The stack's DynamoDB table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError, ThrottledError
from reprieve.ports import Document, StreamRecord
from reprieve.untrusted import mapping, objects, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, QueryOutputTypeDef, TransactWriteItemTypeDef

Item = Mapping[str, Any]

_LOST: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_NAME: Final = 2048  # DynamoDB developer guide, "Quotas": bytes of a partition key, twice those of a sort key
_LOST_ALONE: Final = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})
_THROTTLED: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
"""Of an item in a transaction; source: DynamoDB API reference, TransactWriteItems, cancellation reasons."""


@dataclass(frozen=True, slots=True)
class DynamoTable:
    """The `Table` of AWS. An item is `pk`, `sk`, `version`, `body` (JSON text) and `expires_at`, the TTL."""

    client: "DynamoDBClient"
    name: str

    def get(self, partition: str, sort: str) -> Document | None:
        """Call dynamodb:GetItem."""
        with call("dynamodb:GetItem"):
            answer = self.client.get_item(TableName=self.name, Key=_key(partition, sort), ConsistentRead=True)
        return _document(answer["Item"]) if "Item" in answer else None

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        """Call dynamodb:Query, page by page."""
        condition, values = "pk = :pk", {":pk": {"S": partition}}
        if prefix:
            condition, values = f"{condition} AND begins_with(sk, :sk)", {**values, ":sk": {"S": prefix}}
        with call("dynamodb:Query"):
            return [_document(item) for page in self._pages(condition, values) for item in page["Items"]]

    def _pages(self, condition: str, values: Mapping[str, Any]) -> "Iterator[QueryOutputTypeDef]":
        """Yield the pages of a query. The SDK's own paginator would read a model of its own first."""
        start: Any = {}
        while True:
            page = self.client.query(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **start,
            )
            yield page
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        """Call dynamodb:PutItem, or TransactWriteItems for several."""
        puts = [_put(self.name, document) for document in documents]
        deletes = [_key(each.partition, each.sort) for each in gone]
        writes: list[TransactWriteItemTypeDef] = [{"Put": put} for put in puts]
        writes += [{"Delete": {"TableName": self.name, "Key": key}} for key in deletes]
        with call("dynamodb:PutItem"):
            try:
                if len(writes) == len(puts) == 1:
                    self.client.put_item(**puts[0])
                else:
                    self.client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                if _was_lost(error):
                    raise ConflictError from error
                if throttled := _reasons(error) & _THROTTLED:
                    raise ThrottledError("dynamodb:PutItem", min(throttled), str(error)) from error
                raise

    def delete(self, document: Document) -> None:
        """Call dynamodb:DeleteItem."""
        with call("dynamodb:DeleteItem"):
            self.client.delete_item(TableName=self.name, Key=_key(document.partition, document.sort))


def changes(event: object) -> tuple[StreamRecord, ...]:
    """Return what was written, as the table's stream (`NEW_IMAGE`) hands it to a function; not what is gone.

    Source: Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB".
    """
    written = [mapping(record, "dynamodb") for record in objects(event, "Records")]
    return tuple(
        StreamRecord(
            datetime.fromtimestamp(each["ApproximateCreationDateTime"], UTC), read_item(each["NewImage"])
        )
        for each in written
        if "NewImage" in each
    )


def read_item(item: Item) -> Document:
    """Return the document in an item; an item that someone else wrote in another form has no body."""
    try:
        return _document(item)
    except (LookupError, TypeError, ValueError, ArithmeticError, OSError, RecursionError):
        return Document(partition=text(item, "pk", "S", limit=_NAME), sort=text(item, "sk", "S", limit=_NAME))


def _was_lost(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") in _LOST_ALONE or bool(_reasons(error) & _LOST)


def _reasons(error: ClientError) -> frozenset[str]:
    """Return why a transaction was cancelled: a code for each of its items, `None` for those in order."""
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    return frozenset(reason.get("Code", "") for reason in reasons)


def _put(table: str, document: Document) -> "PutTypeDef":
    item: dict[str, Any] = {
        **_key(document.partition, document.sort),
        "version": {"N": str(document.version + 1)},
        "body": {"S": json.dumps(document.body, ensure_ascii=False, separators=(",", ":"))},
    }
    if document.expires_at:
        item["expires_at"] = {"N": str(int(document.expires_at.timestamp()))}
    if not document.is_guarded:
        return {"TableName": table, "Item": item}
    if not document.version:
        return {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"N": str(document.version)}},
    }


def _document(item: Item) -> Document:
    expires_at = item.get("expires_at")
    return Document(
        partition=item["pk"]["S"],
        sort=item["sk"]["S"],
        body=json.loads(item["body"]["S"]),
        version=int(item["version"]["N"]),
        expires_at=datetime.fromtimestamp(int(expires_at["N"]), UTC) if expires_at else None,
    )


def _key(partition: str, sort: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": partition}, "sk": {"S": sort}}
