"""An EBS volume or snapshot."""

from collections.abc import Mapping

from reprieve.resources.resource import Resource

CONTEXT_KEYS = ("aws:ebs:id",)


def read(context: Mapping[str, str]) -> Resource | None:
    """Return the volume, or the snapshot that CopySnapshot makes."""
    name = context.get(CONTEXT_KEYS[0])
    return Resource(service="EBS", name=name) if name else None
