"""Whether the keys that sign and check links can be used."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import kms_keys
from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "signing-keys"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = kms_keys.NEEDS

_KEYS: Final = {"a": "SigningKeyA", "b": "SigningKeyB"}


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for each key that the stack has."""
    for letter, logical_id in _KEYS.items():
        if key := subject.stack.named(logical_id):
            state = kms_keys.metadata(subject, key)["KeyState"]
            yield _judged(letter, key, state)


def _judged(letter: str, key: str, state: str) -> Result:
    if state == "Enabled":
        return passed(f"signing key {letter} is Enabled")
    first = f"aws kms cancel-key-deletion --key-id {key}, then " if state == "PendingDeletion" else ""
    return failure(
        f"signing key {letter} is {state}",
        cause="links that it signed do not work, and notices have no link if it is the key that signs",
        fix=f"If that is not intended: {first}aws kms enable-key --key-id {key}",
    )
