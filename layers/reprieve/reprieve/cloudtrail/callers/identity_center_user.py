"""A person of IAM Identity Center, told by an id that only its identity store can turn into a name.

`onBehalfOf` stands in role sessions too, where an application passes a person's identity on.
Source: CloudTrail user guide, "CloudTrail userIdentity element", onBehalfOf.
"""

from reprieve.arn import Arn
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence
from reprieve.untrusted import ARN_LIMIT

TYPE = "IdentityCenterUser"


def read(evidence: Evidence) -> Caller:
    """Name the person by the id, because the record has no other name."""
    user = evidence.text("onBehalfOf", "userId")
    store = evidence.text("onBehalfOf", "identityStoreArn", limit=ARN_LIMIT)
    return evidence.caller(
        TYPE,
        f"Identity Center user {user}" if user else "an Identity Center user without a name",
        id=evidence.arn or (f"{store}/user/{user}" if user and Arn.parse(store) else user),
    )


def person(evidence: Evidence) -> str:
    """Return the id of the person whom a request is made for; "" if the record names none."""
    return evidence.text("onBehalfOf", "userId")
