"""DynamoDB's condition key `dynamodb:LeadingKeys`, which the emulator leaves out. Its server runs this.

It is the list of the partition keys that a request names, and the roles' permissions depend on it.
Source: DynamoDB developer guide, "Using IAM policy conditions for fine-grained access control".
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PARTITION_KEY = "pk"
ASKED_FOR = re.compile(rf"\b{PARTITION_KEY}\s*=\s*(:\w+)")
Context = dict[str, Any]


def with_leading_keys(context_of: Callable[[bytes], Context]) -> Callable[[bytes], Context]:
    """The condition keys of a request, with the partitions of the stack's table that it names."""

    def context(body: bytes) -> Context:
        found = list(partitions(json.loads(body)))
        return context_of(body) | ({"dynamodb:LeadingKeys": found} if found else {})

    return context


def partitions(request: Mapping[str, Any]) -> Iterator[str]:
    """Yield the partition keys in a request, or in each part of a transaction."""
    for names in (request.get("Key", {}), request.get("Item", {})):
        if PARTITION_KEY in names:
            yield names[PARTITION_KEY]["S"]
    if asked := ASKED_FOR.search(request.get("KeyConditionExpression", "")):
        yield request["ExpressionAttributeValues"][asked[1]]["S"]
    for part in request.get("TransactItems", ()):
        for operation in part.values():
            yield from partitions(operation)
