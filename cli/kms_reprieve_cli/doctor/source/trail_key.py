"""Whether the key of an encrypted trail can be used: CloudTrail stops writing its files without it."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import kms_keys
from kms_reprieve_cli.doctor.check import Phase, Result, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import trails
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "trail-key"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = (*trails.TRAILS_NEED, *kms_keys.NEEDS)


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for the trail's key, if it has one of the account's own."""
    for trail in trails.delivering(subject):
        if "KmsKeyId" in trail.told:
            yield from kms_keys.usable(subject, trail.told["KmsKeyId"], f"trail {trail.name}")
        else:
            yield passed(f"trail {trail.name} is encrypted with a key that AWS manages")
