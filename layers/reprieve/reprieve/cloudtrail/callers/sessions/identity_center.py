"""A person, signed in through IAM Identity Center with a permission set.

The role is `AWSReservedSSO_SET_HASH` below the reserved path `/aws-reserved/sso.amazonaws.com/`,
the session is the user's name there. A role of that name with another path is someone's own.
Source: IAM Identity Center user guide, "Referencing permission sets in resource policies".
"""

import re

from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who

_ROLE = re.compile(r"AWSReservedSSO_(?P<set>.{1,32})_[0-9a-f]{16}")
_PATH = "/aws-reserved/sso.amazonaws.com/"


def read(session: RoleSession) -> Who | None:
    """Name the person and the permission set."""
    role = _ROLE.fullmatch(session.role)
    if not role or not session.name or not (session.path or _PATH).startswith(_PATH):
        return None
    return Who(name=session.name, behind=f"permission set {role['set']}")
