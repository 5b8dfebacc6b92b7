"""An identity without a type: what KMS writes when it deletes a key, and some services always.

Source: KMS developer guide, the record of DeleteKey: `{"accountId": …, "invokedBy": "AWS Internal"}`.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers import service_between, unknown
from reprieve.cloudtrail.callers.evidence import Evidence

TYPE = ""


def read(evidence: Evidence) -> Caller:
    """Name the service, where there is one; else tell it as an identity that AWS could not name."""
    service = service_between.host(evidence)
    if not service or evidence.arn:
        return unknown.read(evidence)
    told = "AWS itself" if service == service_between.INTERNAL else service_between.in_words(service)
    return evidence.caller(
        unknown.TYPE,
        f"{told} in account {evidence.account}" if evidence.account else told,
        id=service_between.principal(evidence),
        is_service=True,
    )
