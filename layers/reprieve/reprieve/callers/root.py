"""The root user of an account."""

from collections.abc import Mapping
from typing import Any

from reprieve.callers.caller import Caller
from reprieve.fields import ARN_LIMIT, text

TYPE = "Root"


def read(identity: Mapping[str, Any]) -> Caller:
    """Name the account; `userName` is the account's alias, where it has one."""
    arn = text(identity, "arn", limit=ARN_LIMIT)
    account = text(identity, "accountId")
    alias = text(identity, "userName")
    return Caller(
        kind=TYPE,
        id=arn or account or TYPE,
        name=f"root user of account {alias or account or 'unknown'}",
        arn=arn or None,
        account=account or None,
    )
