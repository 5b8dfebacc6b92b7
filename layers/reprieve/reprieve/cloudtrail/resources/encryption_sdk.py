"""Data that a program encrypted with the AWS Encryption SDK; its own pairs stand beside this one.

The public key is another one in each message, and says nothing to a person.
Source: AWS Encryption SDK developer guide, "Encryption context"; real records.
"""

from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, named

CONTEXT_KEYS = ("aws-crypto-public-key",)


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - it has no page
    """Return that it is such data, without a name."""
    return named("data of the AWS Encryption SDK", "") if context.get(CONTEXT_KEYS[0]) else None
