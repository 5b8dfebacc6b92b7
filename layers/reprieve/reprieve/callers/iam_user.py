"""An IAM user, with long-term or temporary credentials."""

from collections.abc import Mapping
from typing import Any

from reprieve.callers.caller import Caller
from reprieve.fields import ARN_LIMIT, text

TYPE = "IAMUser"


def read(identity: Mapping[str, Any]) -> Caller:
    """Name the user; its path, if it has one, stays in the ARN."""
    arn = text(identity, "arn", limit=ARN_LIMIT)
    name = text(identity, "userName") or arn.rpartition("/")[2] or text(identity, "principalId")
    account = text(identity, "accountId")
    return Caller(
        kind=TYPE,
        id=arn or account or name or TYPE,
        name=f"user {name}" if name else "a user without a name",
        arn=arn or None,
        account=account or None,
    )
