"""Someone whom a web identity provider vouches for: Google, Cognito, a company's own, a CI system.

Source: CloudTrail user guide, "CloudTrail userIdentity element", webIdFederationData.
"""

from collections.abc import Iterator

from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who
from reprieve.untrusted import ARN_LIMIT, mapping, one_line


def read(session: RoleSession) -> Who | None:
    """Name the provider."""
    provider = one_line(session.provider)
    return Who(name=f"web identity of {provider}") if provider else None


def subjects(session: RoleSession) -> Iterator[str]:
    """Yield whom the provider's token names: the attributes that end in `sub`."""
    attributes = mapping(session.evidence.session("webIdFederationData"), "attributes")
    for name, value in attributes.items():
        if name.rpartition(":")[2] == "sub" and isinstance(value, str):
            yield one_line(value, ARN_LIMIT)
