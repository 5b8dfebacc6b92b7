"""Who was promised the key: the principals that its grants name, by kms:ListGrants.

AWS services take grants for what they keep encrypted, so a grant points to a volume or a database
that nobody has touched since the key was scheduled.
"""

from collections.abc import Mapping
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.investigate.facts.fact import Scope, Sources, within_reach

FACT = "grants of the key"
SCOPE = Scope.KEY
FIELDS = frozenset({"grantees"})
applies = within_reach
NAMED: Final = 20
AND_MORE: Final = "and more"


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS for the first page; the names end with `and more` where there are more."""
    found = sources.keys.grants(key)
    more = (AND_MORE,) if found.more or len(found.grantees) > NAMED else ()
    return {"grantees": (*found.grantees[:NAMED], *more)}
