"""A secret that a function reads: whether it can, and whether it holds what it must.

What a secret holds is looked at here and shown nowhere.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kms_reprieve_cli.doctor.check import Result, failure, passed
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.clock import day
from reprieve.errors import AbsentError

NEEDS: Final = ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")
_OWN_KEYS: Final = ("alias/aws/secretsmanager",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A secret and what it is to hold.

    Attributes:
        arn: Its ARN or name.
        whose: What it is, such as `the Slack webhook`.
        name: The name of the value where the secret is JSON.
        form: What is wanted, in words.
        fits: Whether a value is such.
    """

    arn: str
    whose: str
    name: str
    form: str
    fits: Callable[[str], bool]


def judged(subject: Subject, wanted: Wanted) -> Iterator[Result]:
    """Yield what is wrong with a secret, or that all is well."""
    yield unreadable(subject, wanted.arn, wanted.whose) or _of_value(subject, wanted)


def unreadable(subject: Subject, arn: str, whose: str) -> Result | None:
    """Return why a function can't read a secret; None where it can."""
    try:
        told = subject.cloud.ask("secretsmanager", "DescribeSecret", SecretId=arn)
    except AbsentError as error:
        return failure(
            f"the secret of {whose} does not exist", cause=str(error), fix="Make it, or name another."
        )
    if "DeletedDate" in told:
        return failure(
            f"the secret of {whose} is scheduled for deletion",
            cause=f"it can't be read, and is gone for good on {day(told['DeletedDate'])}",
            fix=f"aws secretsmanager restore-secret --secret-id {arn}",
        )
    if told.get("KmsKeyId", _OWN_KEYS[0]) not in _OWN_KEYS:
        return failure(
            f"the secret of {whose} is encrypted with a key of your own",
            cause=f"the function may not use the key {told['KmsKeyId']}",
            fix=f"aws secretsmanager update-secret --secret-id {arn} --kms-key-id {_OWN_KEYS[0]}",
        )
    return None


def _of_value(subject: Subject, wanted: Wanted) -> Result:
    told = subject.cloud.ask("secretsmanager", "GetSecretValue", SecretId=wanted.arn)
    value = _value(told.get("SecretString", ""), wanted.name)
    if isinstance(value, str) and wanted.fits(value):
        return passed(f"the secret of {wanted.whose} can be read and holds {wanted.form}")
    return failure(
        f"the secret of {wanted.whose} does not hold {wanted.form}",
        cause=f'it is to be text, or JSON with a key "{wanted.name}"',
        fix=f"aws secretsmanager put-secret-value --secret-id {wanted.arn} --secret-string VALUE",
    )


def _value(held: str, name: str) -> object:
    """Return the secret, or its value `name` where it is JSON, as the functions read it."""
    if not held.strip().startswith("{"):
        return held.strip()
    try:
        return json.loads(held)[name]
    except (ValueError, KeyError, RecursionError):
        return None
