"""Somebody in another account: all that the owner's side of a cross-account request tells."""

from collections.abc import Mapping
from typing import Any

from reprieve.callers.caller import Caller
from reprieve.fields import text

TYPE = "AWSAccount"


def read(identity: Mapping[str, Any]) -> Caller:
    """Name the account; the record holds neither an ARN nor a user name."""
    account = text(identity, "accountId")
    return Caller(
        kind=TYPE,
        id=account or text(identity, "principalId") or TYPE,
        name=f"somebody in account {account or 'unknown'}",
        account=account or None,
    )
