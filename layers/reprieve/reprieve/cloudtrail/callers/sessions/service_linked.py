"""An AWS service with the role that is linked to it.

The path `/aws-service-role/PRINCIPAL/` is reserved. Source: IAM user guide, "Create a service-linked role";
real records of RDS and Inspector, whose sessions have names of numbers: the role tells which caller it is.
"""

from reprieve.cloudtrail.callers import service_between
from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who

_PATH = "/aws-service-role/"


def read(session: RoleSession) -> Who | None:
    """Name the service."""
    if not session.path or not session.path.startswith(_PATH):
        return None
    service = service_between.in_words(session.path.removeprefix(_PATH).partition("/")[0])
    return Who(name=service, behind=f"service-linked role {session.role}", is_service=True, id=session.issuer)
