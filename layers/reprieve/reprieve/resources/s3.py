"""An S3 object, or its whole bucket where an S3 Bucket Key is in use."""

from collections.abc import Mapping

from reprieve.resources.resource import Resource

CONTEXT_KEYS = ("aws:s3:arn",)


def read(context: Mapping[str, str]) -> Resource | None:
    """Return the object, or the bucket."""
    name = context.get(CONTEXT_KEYS[0])
    return Resource(service="S3", name=name) if name else None
