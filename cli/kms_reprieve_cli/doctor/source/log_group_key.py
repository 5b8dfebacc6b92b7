"""Whether the key of an encrypted log group can be used: the alarm must not depend on a dying key."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import kms_keys
from kms_reprieve_cli.doctor.check import Phase, Result, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "log-group-key"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = (*log_groups.NEEDS, *kms_keys.NEEDS)


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for the log group's key, if it has one of the account's own."""
    for group in log_groups.found(subject):
        if "kmsKeyId" in group:
            yield from kms_keys.usable(subject, group["kmsKeyId"], "the log group")
        else:
            yield passed("the log group is encrypted with a key that AWS manages")
