"""An SQS queue.

Source: SQS developer guide, "Key management", encryption context.
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:sqs:arn",)
_PAGE = "sqs/v3/home?region={region}#/queues"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the queue."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("SQS queue", text, "", _PAGE) if text else None
