"""The IAM policy that a drill needs: `kms-reprieve drill --policy`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kms_reprieve_cli.drill.drill import TAG
from kms_reprieve_cli.drill.step import Step
from kms_reprieve_cli.drill.steps.recipe_alarm import NAME as RECIPES_ALARM
from kms_reprieve_cli.drill.steps.refusal import CONTEXT

_ALWAYS: Final = frozenset({"kms:DescribeKey", "kms:ScheduleKeyDeletion"})
"""For cleaning up."""

_MAKING: Final = frozenset({"kms:CreateKey"})
_ALIAS: Final = "kms:CreateAlias"
_OTHERS: Final = "organizations:DescribeOrganization"
"""What only a step needs that uses a key of another account."""

_ANY_KEY: Final = frozenset({"kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListKeys"})
_FOREIGN: Final = {
    "StringEquals": {f"kms:EncryptionContext:{name}": value for name, value in CONTEXT.items()},
    "StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"},
}
"""The tag of another account's key may not count in this account's policies: the drill's context does."""

_OF_STACK: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "PlanUpdates": (
        ("cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet"),
        ("cloudformation:*:*:stack/{stack}/*", "cloudformation:*:aws:transform/Serverless-2016-10-31"),
    ),
    "MakeRecipesAlarm": (
        ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"),
        (f"cloudwatch:*:*:alarm:{RECIPES_ALARM}",),
    ),
    "UseTable": (
        ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
        ("dynamodb:*:*:table/{stack}-CaseTable-*",),
    ),
    "StartInvestigate": (("lambda:InvokeFunction",), ("lambda:*:*:function:{stack}-InvestigateFunction-*",)),
    "UseQueues": (
        ("sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage"),
        ("sqs:*:*:{stack}-Delivery*",),
    ),
}
"""Calls that change something, or look into the stack, by the names that CloudFormation gives its parts."""


def document(steps: Sequence[Step], partition: str, stack: str) -> Mapping[str, Any]:
    """Return the least policy for some steps, as IAM takes it: keys only with the drill's tag, one stack."""
    needed = frozenset(action for step in steps for action in step.NEEDS) | _ALWAYS
    keys = sorted(
        action for action in needed if action.startswith("kms:") and action not in _ANY_KEY | _MAKING
    )
    narrow = {action for actions, _ in _OF_STACK.values() for action in actions}
    others = sorted(
        action for action in needed - narrow if not action.startswith("kms:") or action in _ANY_KEY
    )
    statements = [_allow("Look", others, "*"), *_of_stack(needed, partition, stack)]
    if _MAKING & needed:
        key_arn, alias_arn = (
            f"arn:{partition}:kms:*:*:key/*",
            f"arn:{partition}:kms:*:*:alias/kms-reprieve-drill-*",
        )
        tagged = {"Null": {f"aws:RequestTag/{TAG}": "false"}}
        ours = {"Null": {f"aws:ResourceTag/{TAG}": "false"}}
        statements += [
            _allow("MakeThrowawayKey", ["kms:CreateKey", "kms:TagResource"], "*", tagged),
            _allow("NameThrowawayKey", [_ALIAS], alias_arn),
            _allow("UseThrowawayKey", keys, key_arn, ours),
        ]
    if _OTHERS in needed:
        statements.append(
            _allow("UseKeyOfOtherAccount", ["kms:Decrypt"], f"arn:{partition}:kms:*:*:key/*", _FOREIGN)
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _of_stack(needed: frozenset[str], partition: str, stack: str) -> Iterator[Mapping[str, Any]]:
    for sid, (actions, patterns) in _OF_STACK.items():
        if wanted := sorted(needed.intersection(actions)):
            yield _allow(sid, wanted, [f"arn:{partition}:{each.format(stack=stack)}" for each in patterns])


def _allow(
    sid: str,
    actions: Sequence[str],
    resource: str | Sequence[str],
    condition: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    made = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
    return made if condition is None else {**made, "Condition": condition}
