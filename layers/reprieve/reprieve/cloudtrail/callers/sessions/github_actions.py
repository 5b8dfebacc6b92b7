"""A workflow of GitHub Actions, signed in by OpenID Connect.

The provider is proof; the repository is in the token's subject, `repo:OWNER/NAME:…`,
which CloudTrail shows where `attributes` are filled. In the public records they are empty:
then the role's trust policy says which repositories it can be.
Source: CloudTrail user guide, "CloudTrail userIdentity element", webIdFederationData;
GitHub, "OpenID Connect reference", subject claims.
"""

import re

from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who
from reprieve.cloudtrail.callers.sessions.web_identity import subjects

_PROVIDER = "token.actions.githubusercontent.com"
_REPOSITORY = re.compile(r"repo:(?P<name>[\w.-]{1,100}/[\w.-]{1,100})(?::.*)?")


def read(session: RoleSession) -> Who | None:
    """Name the repository, where the record has it."""
    if session.provider.partition("/")[0] != _PROVIDER:
        return None
    found = next((match for subject in subjects(session) if (match := _REPOSITORY.fullmatch(subject))), None)
    return Who(name=f"GitHub Actions of {found['name']}" if found else "GitHub Actions")
