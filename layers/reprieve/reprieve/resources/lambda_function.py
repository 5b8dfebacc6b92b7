"""The environment variables of a Lambda function."""

from collections.abc import Mapping

from reprieve.resources.resource import Resource

CONTEXT_KEYS = ("aws:lambda:FunctionArn",)


def read(context: Mapping[str, str]) -> Resource | None:
    """Return the function."""
    name = context.get(CONTEXT_KEYS[0])
    return Resource(service="Lambda", name=name) if name else None
