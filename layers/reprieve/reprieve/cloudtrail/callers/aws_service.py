"""An AWS service on its own account.

Source: CloudTrail user guide, "CloudTrail userIdentity element", type.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers import service_between
from reprieve.cloudtrail.callers.evidence import Evidence

TYPE = "AWSService"


def read(evidence: Evidence) -> Caller:
    """Name the service by its principal; the record may hold nothing else."""
    service = service_between.host(evidence)
    name = f"AWS service {service_between.in_words(service) or 'without a name'}"
    return evidence.caller(TYPE, name, id=service_between.principal(evidence), is_service=True)
