"""A secret of Secrets Manager."""

from collections.abc import Mapping

from reprieve.resources.resource import Resource

CONTEXT_KEYS = ("SecretARN", "SecretVersionId")


def read(context: Mapping[str, str]) -> Resource | None:
    """Return the secret; which of its versions says nothing to a person."""
    name = context.get("SecretARN")
    return Resource(service="secret", name=name) if name else None
