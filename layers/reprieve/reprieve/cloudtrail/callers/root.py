"""The root user of an account.

Source: CloudTrail user guide, "CloudTrail userIdentity element", userName.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence

TYPE = "Root"


def read(evidence: Evidence) -> Caller:
    """Name the account; `userName` is the account's alias, where it has one."""
    alias = evidence.text("userName")
    return evidence.caller(
        TYPE, f"root user of account {alias or evidence.account or 'unknown'}", is_root=True
    )
