"""A role, in a record that names no session of it.

Source: CloudTrail user guide, "CloudTrail userIdentity element", type.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence
from reprieve.console import iam_page

TYPE = "Role"


def read(evidence: Evidence) -> Caller:
    """Name the role."""
    role = evidence.text("userName") or evidence.arn.rpartition("/")[2]
    return evidence.caller(
        TYPE,
        f"role {role}" if role else "a role without a name",
        console_url=iam_page(evidence.region, "roles", role),
    )
