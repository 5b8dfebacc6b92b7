"""DynamoDB takes an item of 390 KB, more than the largest case that the stack stores."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect, took

ID: Final = "large-item"
WHAT: Final = "The table takes an item of 390 KB, and how long that takes."
CHANGES: Final = (
    "It writes an item of 390 KB into the stack's table, in a partition of its own, and deletes it."
)
USUAL: Final = False
NEEDS: Final = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem")

SIZE: Final = 390 * 1000
_TEXT: Final = "ß"  # two bytes in UTF-8, as most scripts have


def run(drill: Drill) -> Iterator[Finding]:
    """Write, read, delete."""
    table, key = drill.stack.output("CaseTableName"), {"pk": {"S": f"test#{drill.id}"}, "sk": {"S": "large"}}
    body = _TEXT * (SIZE // 2)
    begun = drill.passing.clock()
    expires_at = {"N": str(int(begun) + 3600)}
    item = {**key, "body": {"S": body}, "expires_at": expires_at}
    drill.cloud.ask("dynamodb", "PutItem", TableName=table, Item=item)
    yield took("writing an item of 390 KB", drill.passing.clock() - begun)
    try:
        begun = drill.passing.clock()
        told = drill.cloud.ask("dynamodb", "GetItem", TableName=table, Key=key, ConsistentRead=True)
        yield took("reading it", drill.passing.clock() - begun)
        yield expect(told.get("Item", {}).get("body", {}).get("S") == body, "it comes back as it was written")
    finally:
        drill.cloud.ask("dynamodb", "DeleteItem", TableName=table, Key=key)
