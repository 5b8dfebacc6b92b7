"""The IAM policy that doctor needs: `kms-reprieve doctor --policy`."""

from collections.abc import Mapping
from typing import Any, Final

from kms_reprieve_cli.doctor.checks import CHECKS

NARROW: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb:GetItem": ("arn:{partition}:dynamodb:*:*:table/{stack}-CaseTable-*",),
    "dynamodb:Query": ("arn:{partition}:dynamodb:*:*:table/{stack}-CaseTable-*",),
    "secretsmanager:DescribeSecret": (
        "arn:{partition}:secretsmanager:*:*:secret:SlackWebhookSecret-*",
        "arn:{partition}:secretsmanager:*:*:secret:OidcSecret-*",
    ),
    "secretsmanager:GetSecretValue": (
        "arn:{partition}:secretsmanager:*:*:secret:SlackWebhookSecret-*",
        "arn:{partition}:secretsmanager:*:*:secret:OidcSecret-*",
    ),
    "lambda:GetFunctionConcurrency": ("arn:{partition}:lambda:*:*:function:{stack}-*",),
    "lambda:GetFunctionConfiguration": ("arn:{partition}:lambda:*:*:function:{stack}-*",),
    "sqs:GetQueueAttributes": ("arn:{partition}:sqs:*:*:{stack}-*",),
    "sts:AssumeRole": ("arn:{partition}:iam::*:role/{role}",),
}
"""Where AWS can narrow a call to the stack: CloudFormation names what it makes after the stack.

Of secrets it takes the name in the template alone. The other calls have no resource level, or are about whatever log
group, trail, topic and key there is.
"""

ALWAYS_ALLOWED: Final = frozenset({"sts:GetCallerIdentity"})
"""Source: STS API reference, GetCallerIdentity: "No permissions are required"."""

_ASSUME: Final = "sts:AssumeRole"
_ORGANIZATION: Final = "organizations:ListAccounts"


def document(stack_name: str, partition: str, role: str) -> Mapping[str, Any]:
    """Return the least policy, as IAM takes it.

    Args:
        stack_name: The stack.
        partition: Its partition.
        role: The role in other accounts that may be assumed; "" for none.
    """
    names = {"partition": partition, "stack": stack_name, "role": role}
    wide = sorted(needed(role) - NARROW.keys())
    statements = [{"Sid": "Look", "Effect": "Allow", "Action": wide, "Resource": "*"}]
    for resources, actions in _by_resources(role).items():
        statements.append(
            {
                "Sid": f"Read{actions[0].partition(':')[0].title()}",
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": [each.format(**names) for each in resources],
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def needed(role: str) -> frozenset[str]:
    """Return the IAM actions that the checks need."""
    found = frozenset(action for check in CHECKS for action in check.NEEDS) - ALWAYS_ALLOWED
    return found if role else found - {_ASSUME, _ORGANIZATION}


def _by_resources(role: str) -> Mapping[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for action in sorted(needed(role) & NARROW.keys()):
        found.setdefault(NARROW[action], []).append(action)
    return found
