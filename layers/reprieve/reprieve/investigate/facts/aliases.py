"""What people call the key: kms:ListAliases."""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.investigate.facts.fact import Scope, Sources, within_reach

FACT = "aliases of the key"
SCOPE = Scope.KEY
FIELDS = frozenset({"aliases"})
applies = within_reach


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS. It refuses to make an alias while the key waits, and keeps those that are there."""
    return {"aliases": sources.keys.aliases(key)}
