"""A DynamoDB table. `aws:dynamodb:subscriberId` is the account that owns it.

Source: KMS developer guide, "How Amazon DynamoDB uses AWS KMS".
"""

from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, named

CONTEXT_KEYS = ("aws:dynamodb:tableName", "aws:dynamodb:subscriberId")


def read(context: Mapping[str, str], region: str) -> Resource | None:
    """Return the table."""
    name = context.get(CONTEXT_KEYS[0])
    return (
        named("DynamoDB table", name, region, "dynamodbv2/home?region={region}#table?name={name}")
        if name
        else None
    )
