"""Whether the other accounts have the roles, and let the stack in.

The operator's credentials are of the stack's account. The roles in others can be read with a role of the
operator's own that may read IAM there, such as one that audits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, unknown, warning
from kms_reprieve_cli.doctor.cloud import Cloud, Reply
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.statements import Answer, judge
from kms_reprieve_cli.doctor.subject import Stack, Subject
from reprieve.errors import AwsError
from reprieve.investigate.settings import READ

ID: Final = "member-roles"
GROUP: Final = Group.OTHER_ACCOUNTS
WHEN: Final = Phase.AFTER
NEEDS: Final = ("organizations:ListAccounts", "sts:AssumeRole")
NEEDS_THERE: Final = ("iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies")
"""What the operator's role in the other accounts is to allow."""

SAMPLE: Final = 5
"""How many accounts are looked at unless all are wanted."""

_CANCEL: Final = "kms:CancelKeyDeletion"
_ABSENT: Final = "NoSuchEntity"
_DEPLOY: Final = "Deploy organization/member-role.yaml there, with the outputs and parameters of this stack."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    """A role that the other accounts are to have, and the role of the stack that is to be let in."""

    name: str
    caller: str


def look(subject: Subject) -> Iterator[Result]:
    """Look at the roles of each account, or of some."""
    if not subject.stack.parameters.get("MemberRoleName"):
        return
    if not subject.reach.role:
        yield unknown(
            "doctor can't tell whether other accounts let the stack in",
            cause="your credentials belong to the stack's account",
            fix="Name a role of yours that may read IAM in the other accounts: --member-audit-role ROLE."
            f" It needs {', '.join(NEEDS_THERE)} there, and you need organizations:ListAccounts and"
            " sts:AssumeRole here.",
        )
        return
    accounts = _accounts(subject)
    looked_at = accounts if subject.reach.is_all else accounts[:SAMPLE]
    for account in looked_at:
        yield _judged(subject, account)
    if len(looked_at) < len(accounts):
        yield passed(f"{len(looked_at)} of {len(accounts)} other accounts were checked; with --all, all are")


def _accounts(subject: Subject) -> Sequence[str]:
    told = subject.cloud.ask_all("organizations", "ListAccounts")["Accounts"]
    active = (each["Id"] for each in told if each.get("Status", "ACTIVE") == "ACTIVE")
    return sorted(each for each in active if each != subject.account)


def _judged(subject: Subject, account: str) -> Result:
    try:
        there = subject.cloud.entered(f"arn:{subject.partition}:iam::{account}:role/{subject.reach.role}")
        return judged_roles(subject.stack, account, there)
    except AwsError as error:
        return unknown(
            f"account {account} could not be checked",
            cause=str(error),
            fix=f"Let the role {subject.reach.role} there trust you, and allow it {', '.join(NEEDS_THERE)}.",
        )


def judged_roles(stack: Stack, account: str, there: Cloud) -> Result:
    """Return whether an account lets a stack in, and lets it cancel deletions."""
    name = stack.parameters["MemberRoleName"]
    roles = (
        _Role(name=f"{name}{READ}", caller=stack.output("InvestigateRoleArn")),
        _Role(name=name, caller=stack.output("RespondRoleArn")),
    )
    for role in roles:
        if wrong := _wrong(stack, account, role, _trust(there, role.name)):
            return wrong
    if not _may_cancel(there, name):
        return warning(
            f"account {account} lets the stack read, but not cancel a deletion",
            cause=f"its role {name} does not allow {_CANCEL} (AllowRescue is no)",
            fix="If the link is to help there, deploy organization/member-role.yaml with AllowRescue yes.",
        )
    return passed(f"account {account} lets the stack in, and lets it cancel deletions")


def _trust(there: Cloud, name: str) -> Mapping[str, Any] | None:
    """Return whom a role trusts; None where there is no such role."""
    try:
        told = there.ask("iam", "GetRole", RoleName=name)
    except AwsError as error:
        if error.code != _ABSENT:
            raise
        return None
    trust: Mapping[str, Any] = told["Role"]["AssumeRolePolicyDocument"]
    return trust


def _wrong(stack: Stack, account: str, role: _Role, trust: Mapping[str, Any] | None) -> Result | None:
    if trust is None:
        return failure(
            f"account {account} has no role {role.name}",
            cause="notices about keys of that account have no details and no link",
            fix=_DEPLOY,
        )
    context = {
        "sts:externalid": stack.parameters.get("ExternalId", ""),
        "aws:principalorgid": stack.parameters.get("OrganizationId", ""),
    }
    answer = judge(trust, principals=frozenset({role.caller}), action="sts:AssumeRole", context=context)
    if answer is Answer.ALLOWED:
        return None
    return failure(
        f"account {account} does not let the stack in",
        cause=f"its role {role.name} does not trust {role.caller} with this external ID and organization",
        fix=_DEPLOY,
    )


def _may_cancel(there: Cloud, name: str) -> bool:
    listed = there.ask_all("iam", "ListRolePolicies", RoleName=name)["PolicyNames"]
    policies = (there.ask("iam", "GetRolePolicy", RoleName=name, PolicyName=each) for each in listed)
    return any(_allows_cancelling(each) for each in policies)


def _allows_cancelling(policy: Reply) -> bool:
    statements = policy["PolicyDocument"]["Statement"]
    return any(each.get("Effect") == "Allow" and _CANCEL in each.get("Action", []) for each in statements)
