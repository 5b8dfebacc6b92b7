"""The IAM policy that a drill needs: `kms-reprieve drill --policy`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kms_reprieve_cli.drill.drill import TAG
from kms_reprieve_cli.drill.step import Step

_ALWAYS: Final = frozenset({"kms:DescribeKey", "kms:ScheduleKeyDeletion"})
"""For cleaning up."""

_MAKING: Final = frozenset({"kms:CreateKey"})
_ALIAS: Final = "kms:CreateAlias"
_ANY_KEY: Final = frozenset({"kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListKeys"})


def document(steps: Sequence[Step], partition: str) -> Mapping[str, Any]:
    """Return the least policy for some steps, as IAM takes it: keys only with the drill's tag."""
    needed = frozenset(action for step in steps for action in step.NEEDS) | _ALWAYS
    keys = sorted(
        action for action in needed if action.startswith("kms:") and action not in _ANY_KEY | _MAKING
    )
    others = sorted(action for action in needed if not action.startswith("kms:") or action in _ANY_KEY)
    statements = [_allow("Look", others, "*")]
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
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(
    sid: str, actions: Sequence[str], resource: str, condition: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    made = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
    return made if condition is None else {**made, "Condition": condition}
