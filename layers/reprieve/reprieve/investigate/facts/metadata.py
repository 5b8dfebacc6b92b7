"""The key's state, its deletion date, what it is: kms:DescribeKey."""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.key import Relative
from reprieve.investigate.facts.fact import Scope, Sources, within_reach
from reprieve.ports import KeyMetadata

FACT = "state and deletion date of the key"
SCOPE = Scope.KEY
FIELDS = frozenset(
    {
        "state",
        "description",
        "deletion_date",
        "multi_region",
        "relatives",
        "spec",
        "usage",
        "origin",
        "key_store",
    }
)
applies = within_reach


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS; it also tells the key behind an alias."""
    found = sources.keys.describe(key)
    return {
        "arn": found.arn,
        "account": found.arn.account,
        "region": found.arn.region,
        "state": found.state,
        "description": found.description,
        "deletion_date": found.deletion_date,
        "multi_region": found.multi_region,
        "relatives": family(found),
        "spec": found.spec,
        "usage": found.usage,
        "origin": found.origin,
        "key_store": found.key_store,
    }


def family(found: KeyMetadata) -> tuple[Relative, ...] | None:
    """Return the other keys of a multi-Region key; their states are another question."""
    if found.multi_region is None:
        return None
    primary = [Relative(arn=found.primary, role="PRIMARY")] if found.primary else []
    replicas = [Relative(arn=replica, role="REPLICA") for replica in found.replicas]
    return tuple(relative for relative in (*primary, *replicas) if relative.arn != found.arn)
