"""A WorkMail organization, whose mailboxes are encrypted.

Source: KMS developer guide, "How Amazon WorkMail uses AWS KMS".
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:workmail:arn",)
_PAGE = "workmail/v2/home?region={region}#/organizations/{name}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the organization."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("WorkMail organization", text, "organization/", _PAGE) if text else None
