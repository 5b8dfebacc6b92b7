"""A build of CodeBuild: it names its sessions `AWSCodeBuild-UUID`, as anybody may.

Source: public records and error messages of builds.
"""

import re

from reprieve.cloudtrail.callers.sessions.session import UUID, RoleSession, Who

_BUILD = re.compile(rf"AWSCodeBuild-{UUID}")


def read(session: RoleSession) -> Who | None:
    """Name the build; the record does not tell its project."""
    is_build = _BUILD.fullmatch(session.name)
    return Who(name=f"likely CodeBuild build {session.name}") if is_build else None
