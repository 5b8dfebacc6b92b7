"""A key of another account: made, used and rescued there; outside the organization, notified only."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kms_reprieve_cli.doctor.check import CheckStatus
from kms_reprieve_cli.doctor.other_accounts.member_roles import NEEDS_THERE, judged_roles
from kms_reprieve_cli.doctor.subject import Subject
from kms_reprieve_cli.drill.drill import Drill, message_of
from kms_reprieve_cli.drill.finding import Finding, StoppedError, expect, note
from kms_reprieve_cli.drill.steps import audit, notice, refusal, rescue
from reprieve.cases.key import KeyState
from reprieve.errors import AwsError

ID: Final = "member-account"
WHAT: Final = (
    "A key of another account (--member-profile) gets a complete notice and can be rescued;"
    " outside the organization, only notified."
)
CHANGES: Final = (
    "It creates a KMS key in the other account with a tag and an alias, schedules its deletion in 7 days, and"
    " tries to use it. If that account is in your organization, you then cancel the deletion on the page."
)
USUAL: Final = False
NEEDS: Final = (
    *refusal.NEEDS,
    *notice.NEEDS,
    *NEEDS_THERE,
    "organizations:DescribeOrganization",
)

_NO_ORGANIZATION: Final = "AWSOrganizationsNotInUseException"
_TEMPLATE: Final = "organization/member-role.yaml"
_SHARED: Final = ("MemberRoleName", "OrganizationId", "ExternalId")
_ROLES: Final = ("InvestigateRoleArn", "RespondRoleArn")
_SOURCE: Final = "reprieve-"


def run(drill: Drill) -> Iterator[Finding]:
    """Make a key there, have it refused, and see what the stack can tell and do about it."""
    there = drill.other_account
    if there.account == drill.subject.account:
        raise StoppedError("--member-profile has credentials of the stack's own account")
    if _is_inside(drill, there):
        yield from _inside(drill, there)
    else:
        yield from _outside(drill, there)


def _is_inside(drill: Drill, there: Subject) -> bool:
    """Return whether the stack is set up for the other account's organization."""
    parameters = drill.stack.parameters
    wanted = parameters.get("OrganizationId") if parameters.get("MemberRoleName") else None
    return bool(wanted) and wanted == _organization(there)


def _organization(there: Subject) -> str:
    """Return the id of an account's organization; "" if it has none."""
    try:
        told = there.cloud.ask("organizations", "DescribeOrganization")
    except AwsError as error:
        if error.code != _NO_ORGANIZATION:
            raise
        return ""
    found: str = told["Organization"]["Id"]
    return found


def _inside(drill: Drill, there: Subject) -> Iterator[Finding]:
    yield note("the other account is in the stack's organization, so a program there uses the key")
    roles = judged_roles(drill.stack, there.account, there.cloud)
    yield expect(roles.status is not CheckStatus.FAIL, roles.what)
    if roles.status is CheckStatus.FAIL:
        raise StoppedError(
            f"{roles.cause}. Deploy the roles with credentials of that account: {_deploy(drill)}"
        )
    key = drill.new_key(there)
    yield from _refused(drill, key, there)
    yield from _facts(drill, key)
    if roles.status is not CheckStatus.PASS:
        yield note(f"not rescued: {roles.cause}")
        return
    yield from rescue.rescued(drill, key)
    yield from audit.audited(drill, key)
    yield from _source_identity(drill, key)


def _outside(drill: Drill, there: Subject) -> Iterator[Finding]:
    """Use the key from the stack's own account: CloudTrail delivers no other record of it here."""
    yield note("the other account is not in the stack's organization, so the stack's account uses the key")
    key = drill.new_key(there, Policy=json.dumps(_policy(there, drill.subject.account)))
    yield from _refused(drill, key, drill.subject)
    for case in notice.notified(drill, key)[-1:]:
        yield from (note(f"not known: {unknown}") for unknown in case.unknown)
        yield expect(case.key.state is None, "the stack could not read the key, so the notice has no link")


def _refused(drill: Drill, key: str, user: Subject) -> Iterator[Finding]:
    """Have a key refused to an account, and wait until every channel has the notice."""
    yield from refusal.scheduled(drill, key)
    yield from refusal.refusal_of("Decrypt", drill, key, lambda: refusal.decrypt(drill, key, user))
    yield from refusal.recorded(drill, key, "Decrypt")
    begun = drill.refused_at["Decrypt"]
    yield from notice.decided(drill, key, begun)
    yield from notice.delivered(drill, key, begun)


def _facts(drill: Drill, key: str) -> Iterator[Finding]:
    """Look at what the stack found out in the other account."""
    for case in notice.notified(drill, key)[-1:]:
        yield expect(case.key.state == KeyState.PENDING_DELETION, "the notice has the key's state")
        yield expect(drill.alias(key) in case.key.aliases, "the notice names the key by its alias")
        yield from (note(f"not known: {unknown}") for unknown in case.unknown)


def _source_identity(drill: Drill, key: str) -> Iterator[Finding]:
    """Wait for CloudTrail's record of the cancellation in the other account."""
    records = drill.wait("CloudTrail's record of CancelKeyDeletion", lambda: _cancellations(drill, key))
    names = [_session(record).get("sourceIdentity") for record in records]
    named = [name for name in names if str(name).startswith(_SOURCE)]
    yield expect(named, f"CloudTrail's record of CancelKeyDeletion names who decided: {names}")


def _cancellations(drill: Drill, key: str) -> Sequence[Mapping[str, Any]]:
    pattern = f'"CancelKeyDeletion" "{key.rpartition("/")[2]}"'
    found = map(message_of, drill.lines(drill.stack.output("CloudTrailLogGroup"), pattern))
    return [record for record in found if record.get("eventName") == "CancelKeyDeletion"]


def _session(record: Mapping[str, Any]) -> Mapping[str, Any]:
    session: Mapping[str, Any] = record.get("userIdentity", {}).get("sessionContext", {})
    return session


def _deploy(drill: Drill) -> str:
    """Return the command that makes the roles there."""
    parameters = {name: drill.stack.parameters[name] for name in _SHARED}
    roles = {name: drill.stack.output(name) for name in _ROLES}
    values = " ".join(f"{name}={value}" for name, value in (parameters | roles).items())
    return (
        f"aws cloudformation deploy --stack-name {parameters['MemberRoleName']} --template-file {_TEMPLATE}"
        f" --capabilities CAPABILITY_NAMED_IAM --parameter-overrides {values}"
    )


def _policy(there: Subject, user: str) -> Mapping[str, Any]:
    """Return a key policy by which another account may decrypt."""
    root = f"arn:{there.partition}:iam::{{}}:root"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"AWS": root.format(account)},
                "Action": action,
                "Resource": "*",
            }
            for sid, account, action in (
                ("Administer", there.account, "kms:*"),
                ("UseFromStack", user, "kms:Decrypt"),
            )
        ],
    }
