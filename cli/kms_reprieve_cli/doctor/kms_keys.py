"""Whether a customer managed key that something depends on can be used."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Result, failure, passed
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.arn import Arn
from reprieve.errors import AbsentError

NEEDS: Final = ("kms:DescribeKey",)
_PENDING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def metadata(subject: Subject, key: str) -> Reply:
    """Return what KMS says about a key, in the key's own Region.

    Args:
        subject: Where an id or an alias is looked up.
        key: An ARN, an id or an alias.
    """
    arn = Arn.parse(key)
    told: Reply = subject.cloud.ask("kms", "DescribeKey", region=arn.region if arn else "", KeyId=key)
    found: Reply = told["KeyMetadata"]
    return found


def usable(subject: Subject, key: str, whose: str) -> Iterator[Result]:
    """Yield whether a key can be used.

    Args:
        subject: What is looked at.
        key: An ARN, an id or an alias.
        whose: What is encrypted with it, such as `the log group`.
    """
    try:
        told = metadata(subject, key)
    except AbsentError as error:
        yield failure(
            f"{whose} is encrypted with a key that does not exist",
            cause=str(error),
            fix="Encrypt it with another key, or with AWS' own.",
        )
    else:
        yield _judged(told, whose)


def _judged(told: Reply, whose: str) -> Result:
    arn, state = told["Arn"], told["KeyState"]
    if state in _PENDING:
        return failure(
            f"{whose} is encrypted with a key that is pending deletion",
            cause=f"{arn} is {state}: when the key is gone, you get no more notices",
            fix=f"aws kms cancel-key-deletion --key-id {arn}, then aws kms enable-key --key-id {arn}",
        )
    if state != "Enabled":
        return failure(
            f"{whose} is encrypted with a key that can't be used",
            cause=f"{arn} is {state}",
            fix=f"aws kms enable-key --key-id {arn}",
        )
    if told.get("KeyManager") == "AWS":
        return passed(f"{whose} is encrypted with a key that AWS manages")
    return passed(f"{whose} depends on the key {arn}, which is Enabled")
