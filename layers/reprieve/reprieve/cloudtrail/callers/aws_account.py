"""Someone in another account: all that the owner's side of a cross-account request tells.

Source: CloudTrail user guide, "Sharing CloudTrail event information between accounts"; a real record.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence

TYPE = "AWSAccount"


def read(evidence: Evidence) -> Caller:
    """Name the account; the record holds neither an ARN nor a user name."""
    return evidence.caller(TYPE, f"someone in account {evidence.account or 'unknown'}")
