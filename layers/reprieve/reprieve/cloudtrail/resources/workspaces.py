"""A WorkSpace, by the security id of its user and the directory: `[SID]@[DIRECTORY]`.

Source: KMS developer guide, "How Amazon WorkSpaces uses AWS KMS".
"""

from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, named

CONTEXT_KEYS = ("aws:workspaces:sid-directoryid",)
_PAGE = "workspaces/v2/workspaces?region={region}"


def read(context: Mapping[str, str], region: str) -> Resource | None:
    """Return the WorkSpace; the console finds it in its list."""
    name = context.get(CONTEXT_KEYS[0])
    return named("WorkSpace", name.replace("[", "").replace("]", ""), region, _PAGE) if name else None
