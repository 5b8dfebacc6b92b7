"""The states of a multi-Region key's other keys: kms:DescribeKey in each of their Regions.

Cancelling the deletion of one leaves the others as they are, and a primary is deleted after its replicas.
Source: KMS developer guide, "Deleting multi-Region keys".
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.cases.key import Relative
from reprieve.errors import AwsError
from reprieve.investigate.facts.fact import Scope, Sources
from reprieve.investigate.facts.metadata import family

FACT = "states of the key's replicas and primary"
SCOPE = Scope.KEY
FIELDS = frozenset({"relatives"})
ASKED: Final = 6  # a client for each Region takes time, and there is little of it


def applies(sources: Sources, key: KeyArn) -> bool:
    """Return whether the key can have any: only one whose id begins with `mrk-` has."""
    return key.is_multi_region and sources.reaches(key)


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS in the Regions of the others; one that can't be read has no state."""
    others = family(sources.keys.describe(key)) or ()
    read = tuple(replace(other, state=_state(sources, other)) for other in others[:ASKED])
    return {"relatives": (*read, *others[ASKED:])}


def _state(sources: Sources, other: Relative) -> str | None:
    try:
        return sources.keys.describe(other.arn).state
    except AwsError:
        return None
