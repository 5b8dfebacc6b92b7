"""An environment of Cloud9 that is reached through Systems Manager.

Cloud9 makes the role `AWSCloud9SSMAccessRole` for the instances of such environments; others may use it.
What a person does with Cloud9's managed credentials can't be told from what they do elsewhere.
Source: Cloud9 user guide, "Accessing no-ingress EC2 instances with AWS Systems Manager".
"""

from reprieve.cloudtrail.callers.sessions import ec2_instance
from reprieve.cloudtrail.callers.sessions.session import INSTANCE_ID, RoleSession, Who

_ROLE = "AWSCloud9SSMAccessRole"


def read(session: RoleSession) -> Who | None:
    """Name the instance that the environment runs on."""
    if session.role != _ROLE or not INSTANCE_ID.fullmatch(session.name):
        return None
    url = ec2_instance.instance_page(session.evidence.region, session.name)
    return Who(name=f"likely Cloud9 environment on EC2 instance {session.name}", console_url=url)
