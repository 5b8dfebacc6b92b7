"""A stream of Kinesis Data Streams.

Source: Kinesis Data Streams developer guide, "Data protection".
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:kinesis:arn",)
_PAGE = "kinesis/home?region={region}#/streams/details/{name}/monitoring"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the stream."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("Kinesis stream", text, "stream/", _PAGE) if text else None
