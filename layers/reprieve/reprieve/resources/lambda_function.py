"""The environment variables of a Lambda function.

Source: Lambda developer guide, "Securing environment variables"; real records.
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:lambda:FunctionArn",)
_PAGE = "lambda/home?region={region}#/functions/{name}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the function."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("Lambda function", text, "function:", _PAGE) if text else None
