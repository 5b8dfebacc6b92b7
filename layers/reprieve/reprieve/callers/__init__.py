"""Who made the request: one module for each `userIdentity.type` that CloudTrail writes.

A module has `TYPE`, CloudTrail's word, and `read(identity)`, which never refuses:
what a record lacks is left out of the caller.
To add a type, write its module and name it in `IDENTITIES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from reprieve.callers import assumed_role, aws_account, aws_service, iam_user, root
from reprieve.callers.caller import Caller
from reprieve.fields import ARN_LIMIT, text

IDENTITIES: Final = (assumed_role, iam_user, root, aws_account, aws_service)
_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Caller]]] = {
    module.TYPE: module.read for module in IDENTITIES
}


def read(identity: Mapping[str, Any]) -> Caller:
    """Return the caller that a record's `userIdentity` tells of, whatever its type.

    Source: CloudTrail user guide, "CloudTrail userIdentity element".
    """
    caller = _READERS.get(text(identity, "type"), _other)(identity)
    invoked_by = text(identity, "invokedBy")
    return replace(caller, invoked_by=invoked_by) if invoked_by else caller


def _other(identity: Mapping[str, Any]) -> Caller:
    """Show a type that has no module by its own name and ARN."""
    kind = text(identity, "type") or "Unknown"
    arn = text(identity, "arn", limit=ARN_LIMIT)
    account = text(identity, "accountId")
    service = text(identity, "invokedBy")
    known = arn or account or service
    return Caller(
        kind=kind,
        id=known or text(identity, "principalId") or kind,
        name=f"{kind} {known}" if known else f"{kind} caller",
        arn=arn or None,
        account=account or None,
    )


__all__ = ["IDENTITIES", "Caller", "read"]
