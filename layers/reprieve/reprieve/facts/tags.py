"""The key's tags, which often say whose it is: kms:ListResourceTags."""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.ports import KeyDirectory

FACT = "tags of the key"


def look_up(directory: KeyDirectory, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS."""
    return {"tags": directory.tags(key)}
