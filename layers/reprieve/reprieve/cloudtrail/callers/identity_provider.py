"""Whom an identity provider outside AWS vouches for: the types of the calls of STS that begin a session.

Source: CloudTrail user guide, "Values for AWS STS APIs with SAML and web identity federation".
"""

from collections.abc import Callable

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence


def reader(kind: str, somebody: str) -> Callable[[Evidence], Caller]:
    """Return the `read` of a type: it names the user as the provider does, and the provider.

    Args:
        kind: The type, as CloudTrail writes it.
        somebody: What people call one of them.
    """

    def read(evidence: Evidence) -> Caller:
        """Name the user and the provider."""
        user = evidence.text("userName") or evidence.principal
        provider = evidence.text("identityProvider")
        return evidence.caller(
            kind,
            f"{somebody} {user}" if user else f"a {somebody} without a name",
            id=evidence.arn or evidence.principal,
            behind=f"identity provider {provider}" if provider else None,
        )

    return read
