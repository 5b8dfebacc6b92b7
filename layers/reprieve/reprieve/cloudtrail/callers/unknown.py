"""An identity that CloudTrail could not name; and every type that has no module here yet.

Source: CloudTrail user guide, "CloudTrail userIdentity element", type.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence

TYPE = "Unknown"


def read(evidence: Evidence) -> Caller:
    """Show the type by its own name and the most precise name it has."""
    kind = evidence.text("type") or TYPE
    service = evidence.text("invokedBy")
    known = evidence.arn or evidence.account or service
    name = f"{kind} {known}" if known else f"{kind} caller"
    return evidence.caller(kind, name, id=known or evidence.principal)
