"""When KMS last served a request with the key: kms:GetKeyLastUsage, which AWS has had since April 2026.

Refused requests don't count, and KMS never sees cached data keys and public keys.
"""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.key import LastUse
from reprieve.investigate.facts.fact import Scope, Sources, within_reach

FACT = "last successful use"
SCOPE = Scope.KEY
FIELDS = frozenset({"last_used"})
applies = within_reach


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS."""
    told = sources.keys.last_usage(key)
    return {"last_used": LastUse(operation=told.operation, at=told.at, tracked_since=told.tracked_since)}
