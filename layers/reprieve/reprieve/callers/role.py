"""A role, in a record that tells of no session of it.

Source: CloudTrail user guide, "CloudTrail userIdentity element", type.
"""

from reprieve.callers.caller import Caller
from reprieve.callers.evidence import Evidence
from reprieve.console import page

TYPE = "Role"


def read(evidence: Evidence) -> Caller:
    """Name the role."""
    role = evidence.text("userName") or evidence.arn.rpartition("/")[2]
    path = "iam/home?region={region}#/roles/details/{role}"
    return evidence.caller(
        TYPE,
        f"role {role}" if role else "a role without a name",
        console_url=page(evidence.region, path, role=role) if role else None,
    )
