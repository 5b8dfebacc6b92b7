"""An event bus of EventBridge.

Source: EventBridge user guide, "Encrypting event buses with AWS KMS keys".
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:events:event-bus:arn",)
_PAGE = "events/home?region={region}#/eventbus/{name}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the event bus."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("event bus", text, "event-bus/", _PAGE) if text else None
