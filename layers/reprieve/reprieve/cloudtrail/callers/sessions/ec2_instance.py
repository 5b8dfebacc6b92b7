"""A program on an EC2 instance, with the instance's role or identity.

`inScopeOf`, `ec2RoleDelivery` (the metadata service's version) and the reserved role `aws:ec2-instance`
are proof; a session that is called like an instance, without any of them, only suggests it.
Source: CloudTrail user guide, "CloudTrail userIdentity element", ec2RoleDelivery and inScopeOf;
EC2 user guide, "Instance identity roles"; real records of 2023 to 2026.
"""

from reprieve.cloudtrail.callers.sessions.session import INSTANCE_ID, RoleSession, Who
from reprieve.console import page

_KIND = "AWS::EC2::Instance"
_IDENTITY_ROLE = "aws:ec2-instance"


def read(session: RoleSession) -> Who | None:
    """Name the instance."""
    issued_to = session.issued_to(_KIND)
    instance = issued_to.resource.removeprefix("instance/") if issued_to else session.name
    if not INSTANCE_ID.fullmatch(instance):
        return None
    proven = issued_to or session.role == _IDENTITY_ROLE or session.evidence.session("ec2RoleDelivery")
    region = issued_to.region if issued_to else session.evidence.region
    return Who(
        name=f"{'' if proven else 'likely '}EC2 instance {instance}",
        console_url=instance_page(region, instance),
    )


def instance_page(region: str, instance: str) -> str | None:
    """Return the console's page of an instance."""
    path = "ec2/home?region={region}#InstanceDetails:instanceId={instance}"
    return page(region, path, instance=instance)
