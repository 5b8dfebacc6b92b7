"""Whose role session it is: one module for each kind that a record can show.

A module has `read(session)`, which returns who it is, or None where the record does not say so.
The first that recognises a session is believed, so that what proves comes before what suggests.
To add a kind, write its module and name it in `KINDS`.
"""

from typing import Final

from reprieve.cloudtrail.callers.sessions import (
    cloud9,
    codebuild,
    ec2_infrastructure,
    ec2_instance,
    ecs_task,
    eks,
    github_actions,
    identity_center,
    issued_to,
    lambda_function,
    service_linked,
    systems_manager,
    web_identity,
)
from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who

KINDS: Final = (
    identity_center,
    ec2_infrastructure,
    service_linked,
    github_actions,
    eks,
    web_identity,
    cloud9,
    lambda_function,
    ec2_instance,
    issued_to,
    ecs_task,
    codebuild,
    systems_manager,
)


def recognise(session: RoleSession) -> Who | None:
    """Return whose session it is; None where it is a role's and nothing more is known."""
    return next((who for kind in KINDS if (who := kind.read(session))), None)


__all__ = ["KINDS", "recognise"]
