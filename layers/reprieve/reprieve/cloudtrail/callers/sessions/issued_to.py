"""Any other workload that AWS says it gave the credentials to, by the type that AWS calls it.

Source: CloudTrail user guide, "CloudTrail userIdentity element", inScopeOf.
"""

import re

from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who
from reprieve.untrusted import one_line

_TYPE = re.compile(r"AWS::(?P<service>\w{1,40})::(?P<thing>\w{1,40})")


def read(session: RoleSession) -> Who | None:
    """Name the workload: `AWS::ECS::Task` is told as `ECS task`."""
    kind = session.evidence.text("inScopeOf", "issuerType")
    found = _TYPE.fullmatch(kind)
    issued_to = session.issued_to(kind)
    if not found or not issued_to:
        return None
    workload = issued_to.resource.partition("/")[2] or issued_to.resource
    return Who(name=f"{found['service']} {found['thing'].lower()} {one_line(workload)}")
