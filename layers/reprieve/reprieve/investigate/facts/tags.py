"""The key's tags, which often say whose it is, and what to do about it: kms:ListResourceTags."""

from collections.abc import Mapping
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.investigate.facts.fact import Scope, Sources, within_reach
from reprieve.untrusted import is_https

RUNBOOK: Final = "Runbook"

FACT = "tags of the key"
SCOPE = Scope.KEY
FIELDS = frozenset({"tags", "owner", "runbook"})
applies = within_reach


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS. The owner is what the first of the tags for it says that says anything."""
    tags = sources.keys.tags(key)
    return {
        "tags": tags,
        "owner": next(filter(None, map(tags.get, sources.owner_tags)), None),
        "runbook": _runbook(tags.get(RUNBOOK, "")),
    }


def _runbook(value: str) -> str | None:
    """Return an https address; what is none is left to the tags."""
    return value if is_https(value) else None
