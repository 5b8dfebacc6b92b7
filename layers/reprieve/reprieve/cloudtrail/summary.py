"""What is at stake, in one line: `2 EBS volumes, 1 secret, 14 S3 objects in bucket x`."""

from collections.abc import Iterable
from typing import Final

from reprieve.cloudtrail.resource import UNREAD, Resource

_GROUPS_SHOWN: Final = 6


def summarised(resources: Iterable[Resource], *, more: bool = False) -> str:
    """Return what these come to, each counted once, in the order in which they were first seen.

    Args:
        resources: What requests were about.
        more: Whether there may be more of them than are listed.
    """
    groups: dict[tuple[str, str | None], set[Resource]] = {}
    for resource in (found for found in resources if found.service != UNREAD):
        groups.setdefault((resource.service, resource.place), set()).add(resource)
    parts = [_group(*kind, found) for kind, found in groups.items()]
    rest = ["other things"] if len(parts) > _GROUPS_SHOWN else []
    line = ", ".join((*parts[:_GROUPS_SHOWN], *rest))
    return f"at least {line}" if line and more else line


def _group(service: str, place: str | None, found: set[Resource]) -> str:
    where = f" in {place}" if place else ""
    if not any(resource.name for resource in found):
        return f"{service}{where}"
    return f"{len(found)} {service if len(found) == 1 else _plural(service)}{where}"


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"
