"""A role session: what most workloads are, Lambda functions and EC2 instances among them."""

from collections.abc import Mapping
from typing import Any

from reprieve.callers.caller import Caller
from reprieve.fields import ARN_LIMIT, text

TYPE = "AssumedRole"


def read(identity: Mapping[str, Any]) -> Caller:
    """Name the role and, apart from it, the session.

    The ARN is `arn:…:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the issuer names the role as well.
    """
    arn = text(identity, "arn", limit=ARN_LIMIT)
    _, _, role_and_session = arn.partition(":assumed-role/")
    role, _, session = role_and_session.partition("/")
    role = text(identity, "sessionContext", "sessionIssuer", "userName") or role
    account = text(identity, "accountId")
    return Caller(
        kind=TYPE,
        id=arn or account or text(identity, "principalId") or TYPE,
        name=f"role {role}" if role else "a role without a name",
        arn=arn or None,
        account=account or None,
        session=session or None,
        source_identity=text(identity, "sessionContext", "sourceIdentity") or None,
    )
