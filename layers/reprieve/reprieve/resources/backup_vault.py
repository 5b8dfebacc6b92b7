"""A vault of AWS Backup.

Source: public key policies that name the pair.
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:backup:backup-vault",)
_PAGE = "backup/home?region={region}#/backupvaults/details/{name}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the vault."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("backup vault", text, "backup-vault:", _PAGE) if text else None
