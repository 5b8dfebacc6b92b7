"""What the organization calls the key's account: organizations:DescribeAccount.

AWS answers it in the management account, and in that of a delegated administrator.
"""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.investigate.facts.fact import Scope, Sources

FACT = "name of the account"
SCOPE = Scope.ACCOUNT
FIELDS = frozenset({"account_name"})


def applies(sources: Sources, _key: KeyArn) -> bool:
    """Return whether there is an organization to ask."""
    return sources.names is not None


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask the organization, if there is one to ask."""
    return {"account_name": sources.names.name(key.account)} if sources.names else {}
