"""A vault of AWS Backup.

Source: public key policies that name the pair.
"""

from reprieve.cloudtrail.resource import arn_reader

CONTEXT_KEYS = ("aws:backup:backup-vault",)

read = arn_reader(
    "backup vault",
    CONTEXT_KEYS[0],
    "backup-vault:",
    "backup/home?region={region}#/backupvaults/details/{name}",
)
