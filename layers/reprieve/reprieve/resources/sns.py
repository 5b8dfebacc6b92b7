"""An SNS topic.

Source: SNS developer guide, "Key management", encryption context.
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:sns:topicArn",)
_PAGE = "sns/v3/home?region={region}#/topic/{arn}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the topic."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("SNS topic", text, "", _PAGE) if text else None
