"""EC2 itself, for an instance: it decrypts the key of a volume that is being attached.

No customer's role has a colon in its name. Source: KMS developer guide, "Amazon EC2 example two".
"""

from reprieve.cloudtrail.callers.sessions import ec2_instance
from reprieve.cloudtrail.callers.sessions.session import INSTANCE_ID, RoleSession, Who

_ROLE = "aws:ec2-infrastructure"


def read(session: RoleSession) -> Who | None:
    """Name the instance behind the request."""
    if session.role != _ROLE:
        return None
    if not INSTANCE_ID.fullmatch(session.name):
        return Who(name="EC2", is_service=True)
    url = ec2_instance.instance_page(session.evidence.region, session.name)
    return Who(name=f"EC2 instance {session.name}", console_url=url, is_service=True)
