"""An IAM user, with long-term or temporary credentials.

Temporary ones leave a `sessionContext` with an empty issuer. Source: CloudTrail user guide,
"CloudTrail userIdentity element"; real records.
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers.evidence import Evidence
from reprieve.console import iam_page

TYPE = "IAMUser"


def read(evidence: Evidence) -> Caller:
    """Name the user; its path, if it has one, stays in the ARN."""
    user = evidence.text("userName") or evidence.arn.rpartition("/")[2]
    name = user or evidence.principal
    return evidence.caller(
        TYPE,
        f"user {name}" if name else "a user without a name",
        console_url=iam_page(evidence.region, "users", user),
    )
