"""A user that is known to a broker: credentials of sts:GetFederationToken.

The session's issuer is the IAM user, or the root user, whose credentials the broker used.
Source: CloudTrail user guide, "CloudTrail userIdentity element", sessionIssuer.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence
from reprieve.console import iam_page

TYPE = "FederatedUser"


def read(evidence: Evidence) -> Caller:
    """Name the federated user and the user whose permissions it has at most."""
    name = evidence.arn.partition(":federated-user/")[2] or evidence.principal.partition(":")[2]
    issuer = evidence.text("sessionContext", "sessionIssuer", "userName")
    is_root = evidence.text("sessionContext", "sessionIssuer", "type") == "Root"
    return evidence.caller(
        TYPE,
        f"federated user {name}" if name else "a federated user without a name",
        behind="root user" if is_root else (f"user {issuer}" if issuer else None),
        console_url=None if is_root else iam_page(evidence.region, "users", issuer),
        is_root=is_root,
    )
