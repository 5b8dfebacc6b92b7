"""A user of a directory of AWS Directory Service.

Source: CloudTrail user guide, "CloudTrail userIdentity element", type.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence

TYPE = "Directory"


def read(evidence: Evidence) -> Caller:
    """Name the user; what else such a record holds is not documented."""
    user = evidence.text("userName") or evidence.principal
    return evidence.caller(TYPE, f"directory user {user}" if user else "a directory user without a name")
