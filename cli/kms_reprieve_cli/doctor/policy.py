"""The IAM policy that doctor needs: `kms-reprieve doctor --policy`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kms_reprieve_cli.doctor.checks import CHECKS


@dataclass(frozen=True, slots=True)
class _Statement:
    """Calls that AWS can narrow to the stack, and to what."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


_MEMBERS: Final = _Statement(
    "EnterOtherAccounts", ("sts:AssumeRole",), ("arn:{partition}:iam::*:role/{role}",)
)
_ORGANIZATION: Final = "organizations:ListAccounts"

NARROW: Final = (
    _Statement(
        "ReadTable",
        ("dynamodb:GetItem", "dynamodb:Query"),
        ("arn:{partition}:dynamodb:*:*:table/{stack}-CaseTable-*",),
    ),
    _Statement(
        "ReadSecrets",
        ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
        (
            "arn:{partition}:secretsmanager:*:*:secret:SlackWebhookSecret-*",
            "arn:{partition}:secretsmanager:*:*:secret:OidcSecret-*",
            "arn:{partition}:secretsmanager:*:*:secret:{stack}-channels-*",
        ),
    ),
    _Statement(
        "ReadFunctions",
        ("lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration"),
        ("arn:{partition}:lambda:*:*:function:{stack}-*",),
    ),
    _Statement("ReadQueues", ("sqs:GetQueueAttributes",), ("arn:{partition}:sqs:*:*:{stack}-*",)),
    _MEMBERS,
)
"""CloudFormation names what it makes after the stack, and secrets after their name in the template."""

ALWAYS_ALLOWED: Final = frozenset({"sts:GetCallerIdentity"})
"""Source: STS API reference, GetCallerIdentity: "No permissions are required"."""


def document(stack_name: str, partition: str, role: str) -> Mapping[str, Any]:
    """Return the least policy, as IAM takes it.

    Args:
        stack_name: The stack.
        partition: Its partition.
        role: The role in other accounts that may be assumed; "" for none.
    """
    names = {"partition": partition, "stack": stack_name, "role": role}
    narrow = [each for each in NARROW if role or each is not _MEMBERS]
    wide = needed(role).difference(*(each.actions for each in narrow))
    # These have no resource level, or are about whatever log group, trail, topic and key there is.
    first = {"Sid": "Describe", "Effect": "Allow", "Action": sorted(wide), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [first, *(_rendered(each, names) for each in narrow)]}


def needed(role: str) -> frozenset[str]:
    """Return the IAM actions that the checks need."""
    found = frozenset(action for check in CHECKS for action in check.NEEDS) - ALWAYS_ALLOWED
    return found if role else found - {*_MEMBERS.actions, _ORGANIZATION}


def _rendered(statement: _Statement, names: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": [each.format(**names) for each in statement.resources],
    }
