"""A person whom a SAML provider vouches for: the type of the calls of STS that begin a session.

Source: CloudTrail user guide, "Values for AWS STS APIs with SAML and web identity federation".
"""

from reprieve.callers.caller import Caller
from reprieve.callers.evidence import Evidence

TYPE = "SAMLUser"


def read(evidence: Evidence) -> Caller:
    """Name the user as the provider does, and the provider."""
    user = evidence.text("userName") or evidence.principal
    provider = evidence.text("identityProvider")
    return evidence.caller(
        TYPE,
        f"SAML user {user}" if user else "a SAML user without a name",
        id=evidence.arn or evidence.principal,
        behind=f"identity provider {provider}" if provider else None,
    )
