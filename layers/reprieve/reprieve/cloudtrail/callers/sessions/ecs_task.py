"""A task of ECS, on Fargate or on instances.

The session is the task's id and the SDK says it runs in ECS: both are the program's own word.
Source: ECS developer guide, "Amazon ECS task IAM role"; real records, `exec-env/AWS_ECS_FARGATE`.
"""

import re

from reprieve.cloudtrail.callers.sessions.session import RoleSession, Who

_TASK = re.compile(r"[0-9a-f]{32}")


def read(session: RoleSession) -> Who | None:
    """Name the task; the record does not tell its cluster."""
    is_task = _TASK.fullmatch(session.name) and session.environment.startswith("AWS_ECS_")
    return Who(name=f"likely ECS task {session.name}") if is_task else None
