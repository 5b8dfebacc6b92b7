"""What people call the key: kms:ListAliases."""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.ports import KeyDirectory

FACT = "aliases of the key"


def look_up(directory: KeyDirectory, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS. It refuses to make an alias while the key waits, and keeps those that are there."""
    return {"aliases": directory.aliases(key)}
