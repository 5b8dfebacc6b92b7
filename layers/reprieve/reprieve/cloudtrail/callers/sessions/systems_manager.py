"""A machine that Systems Manager manages outside EC2, or one of its automations.

The session is the managed node's id `mi-…`, or `Automation-EXECUTION`: anybody may call it so.
Source: Systems Manager user guide, "Managed nodes" and "Setting up Automation".
"""

import re

from reprieve.cloudtrail.callers.sessions.session import UUID, RoleSession, Who
from reprieve.console import page

_NODE = re.compile(r"mi-[0-9a-f]{17}")
_AUTOMATION = re.compile(rf"Automation-(?P<execution>{UUID})")


def read(session: RoleSession) -> Who | None:
    """Name the node or the execution."""
    region, automation = session.evidence.region, _AUTOMATION.fullmatch(session.name)
    if _NODE.fullmatch(session.name):
        path = "systems-manager/fleet-manager/managed-nodes/{node}/general?region={region}"
        url = page(region, path, node=session.name)
        return Who(name=f"likely SSM managed node {session.name}", console_url=url)
    if automation:
        path = "systems-manager/automation/execution/{execution}?region={region}"
        url = page(region, path, execution=automation["execution"])
        return Who(name=f"likely SSM automation {session.name}", console_url=url)
    return None
