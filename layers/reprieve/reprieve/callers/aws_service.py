"""An AWS service on its own account."""

from collections.abc import Mapping
from typing import Any

from reprieve.callers.caller import Caller
from reprieve.fields import text

TYPE = "AWSService"


def read(identity: Mapping[str, Any]) -> Caller:
    """Name the service by its principal; the record may hold nothing else."""
    service = text(identity, "invokedBy")
    account = text(identity, "accountId")
    return Caller(
        kind=TYPE,
        id=account or service or TYPE,
        name=f"AWS service {service or 'without a name'}",
        account=account or None,
    )
