"""A secret of Secrets Manager.

Its ARN ends in a hyphen and six characters that are not part of its name.
Source: Secrets Manager user guide, "Encryption and decryption" and "What's in a secret"; real records.
"""

import re
from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, by_arn

CONTEXT_KEYS = ("SecretARN", "SecretVersionId")
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
_PAGE = "secretsmanager/secret?name={name}&region={region}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the secret; which of its versions says nothing to a person."""
    text = context.get("SecretARN")
    if not text:
        return None
    bare = by_arn("secret", _SUFFIX.sub("", text), "secret:", _PAGE)
    told = by_arn("secret", text, "secret:", _PAGE)
    return Resource(service=told.service, name=bare.name, arn=told.arn, console_url=bare.console_url)
