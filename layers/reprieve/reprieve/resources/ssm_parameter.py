"""A SecureString parameter of Systems Manager."""

from collections.abc import Mapping

from reprieve.resources.resource import Resource

CONTEXT_KEYS = ("PARAMETER_ARN",)


def read(context: Mapping[str, str]) -> Resource | None:
    """Return the parameter."""
    name = context.get(CONTEXT_KEYS[0])
    return Resource(service="SSM parameter", name=name) if name else None
