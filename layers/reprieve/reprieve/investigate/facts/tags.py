"""The key's tags, which often say whose it is: kms:ListResourceTags."""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.investigate.facts.fact import Scope, Sources, within_reach

FACT = "tags of the key"
SCOPE = Scope.KEY
FIELDS = frozenset({"tags", "owner"})
applies = within_reach


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS. The owner is what the first of the tags for it says that says anything."""
    tags = sources.keys.tags(key)
    return {"tags": tags, "owner": next(filter(None, map(tags.get, sources.owner_tags)), None)}
