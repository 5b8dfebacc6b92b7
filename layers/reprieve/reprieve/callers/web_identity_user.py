"""Somebody whom a web identity provider vouches for: the type of the calls of STS that begin a session.

Source: CloudTrail user guide, "Values for AWS STS APIs with SAML and web identity federation".
"""

from reprieve.callers.caller import Caller
from reprieve.callers.evidence import Evidence

TYPE = "WebIdentityUser"


def read(evidence: Evidence) -> Caller:
    """Name the user as the provider does, and the provider."""
    user = evidence.text("userName") or evidence.principal
    provider = evidence.text("identityProvider")
    return evidence.caller(
        TYPE,
        f"web identity {user}" if user else "a web identity without a name",
        id=evidence.arn or evidence.principal,
        behind=f"identity provider {provider}" if provider else None,
    )
