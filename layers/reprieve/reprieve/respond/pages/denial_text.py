"""A call that AWS denied, in words: what was denied, by which policy, and what to add to which one."""

import json
from collections.abc import Mapping
from typing import Final

from reprieve.respond.access_denied import AccessDenied

ROLE_UNKNOWN: Final = "the ARN in the stack's output RespondRoleArn"
_POLICIES: Final[Mapping[str, str]] = {
    "resource-based policy": "the key's policy",
    "identity-based policy": "the policy of the stack's role",
    "permissions boundary": "the permissions boundary of the stack's role",
    "service control policy": "a service control policy of the organization",
    "resource control policy": "a resource control policy of the organization",
    "session policy": "the policy of the role's session",
    "VPC endpoint policy": "the policy of a VPC endpoint",
}


def said(denial: AccessDenied) -> str:
    """Return what was denied, and by which policy where AWS says."""
    policy = _POLICIES.get(denial.policy, "")
    if not policy:
        return f"AWS denied {denial.action}."
    how = "forbids it" if denial.is_outright else "does not allow it"
    return f"AWS denied {denial.action}: {policy} {how}."


def remedy(denial: AccessDenied) -> str:
    """Return what has to change so that the page can do it the next time."""
    if denial.is_cross_account:
        return (
            "For the next time, deploy organization/member-role.yaml in the key's account with the parameters"
            " below. The key's policy does not matter here:"
        )
    if denial.is_outright:
        return "For the next time, change that policy. A statement that allows the call does not override it."
    member = (
        " (in another account than the stack's, set AllowRescue of organization/member-role.yaml to yes)"
        if denial.policy.startswith("identity")
        else ""
    )
    return f"For the next time, add this statement to the key's policy{member}:"


def statement(denial: AccessDenied) -> str:
    """Return what is to be added; "" where no addition helps."""
    role = denial.role or ROLE_UNKNOWN
    if denial.is_cross_account:
        return f"RespondRoleArn: {role}\nAllowRescue: yes"
    if denial.is_outright:
        return ""
    allowed = {
        "Sid": "AllowRescue",
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": ["kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey"],
        "Resource": "*",
    }
    return json.dumps(allowed, indent=2)
