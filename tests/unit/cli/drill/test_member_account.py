"""A drill with a key of another account, in the organization and outside of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kms_reprieve_cli.doctor.subject import Subject
from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import StoppedError, Verdict
from kms_reprieve_cli.drill.run import run
from kms_reprieve_cli.drill.steps import member_account, member_key
from reprieve.cases.case import Case, Notified
from reprieve.cases.key import Key, Unknown
from reprieve.errors import AwsError, DeniedError, WrongStateError
from tests.unit.cli.doctor.clouds import FakeCloud, FakeNetwork, Said
from tests.unit.cli.drill.world import (
    BY_EMAIL,
    BY_TEAMS,
    KEY,
    NOTIFIED,
    NOW,
    OUTPUTS,
    RANG,
    RECORD,
    ROUTED,
    Somebody,
    drill,
    items,
    line,
    logs,
    misses,
    state,
    table,
)

THERE = "444455556666"
EARLIER = NOTIFIED.opened_at - timedelta(minutes=5)
ABROAD = f"arn:aws:kms:us-east-1:{THERE}:key/5678abcd-12ab-34cd-56ef-1234567890ab"
ORGANIZATION = "o-a1b2c3d4e5"
SETTINGS = {
    "MemberRoleName": "kms-reprieve-member",
    "OrganizationId": ORGANIZATION,
    "ExternalId": "kms-reprieve",
}
ROLES = {"InvestigateRoleArn": "investigate", "RespondRoleArn": "respond"}
REFUSAL = WrongStateError("kms:Decrypt", "KMSInvalidStateException", f"{ABROAD} is pending deletion.")
NO_ORGANIZATION = AwsError("organizations:DescribeOrganization", "AWSOrganizationsNotInUseException", "none")
RESCUED = {
    "event": "decision",
    "key": ABROAD,
    "outcome": "rescued",
    "channel": "email",
    "auth_method": "link",
}
TRAIL = [
    line({"event": "notice", "key": ABROAD}),
    line({"event": "decision", "key": ABROAD, "outcome": "started"}),
    line(RESCUED),
]
SESSION = {"sessionContext": {"sourceIdentity": "reprieve-email"}}
USED = {**RECORD, "errorMessage": f"{ABROAD} is pending deletion.", "resources": [{"ARN": ABROAD}]}
CANCELLED = {"eventName": "CancelKeyDeletion", "userIdentity": SESSION}


def role(caller: str) -> Mapping[str, Any]:
    """A role there that lets a role of the stack in."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": caller}}
    return {
        "Role": {
            "Path": "/",
            "RoleName": "r",
            "RoleId": "r" * 16,
            "Arn": "a" * 20,
            "CreateDate": NOW,
            "AssumeRolePolicyDocument": {"Statement": [trust]},
        }
    }


def allows(*actions: str) -> Mapping[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"RoleName": "r", "PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}


def member(answers: Mapping[str, Said], *states: str, account: str = THERE) -> Subject:
    """The other account: KMS goes through the states that are named."""
    usual: dict[str, Said] = {
        "sts:GetCallerIdentity": {"Account": account, "UserId": "u", "Arn": "a"},
        "organizations:DescribeOrganization": {"Organization": {"Id": ORGANIZATION}},
        "iam:GetRole": lambda asked: role(
            "investigate" if asked["RoleName"].endswith("-read") else "respond"
        ),
        "iam:ListRolePolicies": {"PolicyNames": ["rescue"]},
        "iam:GetRolePolicy": allows("kms:CancelKeyDeletion"),
        "kms:CreateKey": {"KeyMetadata": {"KeyId": ABROAD, "Arn": ABROAD}},
        "kms:CreateAlias": {},
        "kms:Encrypt": {"CiphertextBlob": b"sealed"},
        "kms:ScheduleKeyDeletion": {},
        "kms:DescribeKey": state(*states),
        "kms:Decrypt": answered(REFUSAL, {"Plaintext": b"reprieve"}),
    }
    return Subject(
        cloud=FakeCloud({**usual, **answers}), network=FakeNetwork({}), region="us-east-1", now=NOW
    )


def answered(*each: Said) -> Said:
    """One answer after the other, and the last again and again."""
    left = list(each)

    def say(asked: Mapping[str, Any]) -> Any:
        said = left.pop(0) if len(left) > 1 else left[0]
        return said(asked) if callable(said) else said

    return say


def known(on: Drill) -> Case:
    """The case as the stack knows it that may look there."""
    key = replace(NOTIFIED.key, aliases=(f"alias/kms-reprieve-drill-{on.id}-1",))
    return replace(NOTIFIED, key=key)


def with_member(
    there: Subject,
    *cancelled: Mapping[str, Any],
    parameters: Mapping[str, str] = SETTINGS,
    **more: Said,
) -> Drill:
    notices = [line(ROUTED), line(BY_EMAIL), line(BY_TEAMS)]
    records = [line(USED), *map(line, cancelled or [CANCELLED])]
    on = drill(
        {
            "sts:GetCallerIdentity": {"Account": "111122223333", "UserId": "u", "Arn": "a"},
            "logs:FilterLogEvents": logs(DeliverLogs=notices, trail=records, audit=TRAIL),
            "cloudwatch:DescribeAlarmHistory": RANG,
            **{name.replace("_", ":"): more[name] for name in more},
        },
        parameters=parameters,
    )
    assert isinstance(on.cloud, FakeCloud)
    on.cloud.answers.setdefault("dynamodb:Query", table(known(on)))
    on.member = there
    return on


@pytest.fixture(autouse=True)
def _outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, arn in ROLES.items():
        monkeypatch.setitem(OUTPUTS, name, arn)


RESCUE = ("PendingDeletion", "PendingDeletion", "Enabled")


def test_a_key_in_the_organization_is_known_and_rescued_there_and_then_cleaned_up() -> None:
    there = member({}, *RESCUE, "Enabled", "PendingDeletion")
    on = with_member(there)

    done = list(run(on, [member_account]))

    wrong = [each.finding.what for each in done if each.finding.verdict in {Verdict.MISS, Verdict.SKIPPED}]
    assert wrong == []
    assert isinstance(there.cloud, FakeCloud)
    assert isinstance(on.cloud, FakeCloud)
    assert there.cloud.asked | on.cloud.asked <= {*member_account.NEEDS, "cloudformation:DescribeStacks"} | {
        *("cloudformation:ListStackResources", "sts:GetCallerIdentity", "kms:CreateAlias")
    }
    assert "kms:CreateKey" not in on.cloud.asked
    assert done[-1].finding.what == f"{ABROAD} is PendingDeletion"
    assert isinstance(on.person, Somebody)
    assert any(f"alias/kms-reprieve-drill-{on.id}-1" in heard for heard in on.person.heard)


def test_what_the_stack_did_not_find_out_there_is_missed() -> None:
    unknown = Unknown(fact="alias", why="denied")
    blind = replace(NOTIFIED, key=replace(NOTIFIED.key, state=None), unknown=(unknown,))
    on = with_member(member({}, *RESCUE), {**CANCELLED, "userIdentity": {}}, dynamodb_Query=table(blind))

    assert misses(member_account, on) == [
        "the notice has the key's state",
        "the notice names the key by its alias",
        "CloudTrail's record of CancelKeyDeletion names who decided: [None]",
    ]


def test_an_account_without_the_roles_stops_the_step_before_a_key_is_made_and_says_how_to_deploy_them() -> (
    None
):
    there = member({"iam:GetRole": AwsError("iam:GetRole", "NoSuchEntity", "none")})
    on = with_member(there)

    with pytest.raises(
        StoppedError, match="aws cloudformation deploy --stack-name kms-reprieve-member"
    ) as stop:
        list(member_account.run(on))

    assert "InvestigateRoleArn=investigate RespondRoleArn=respond" in str(stop.value)
    assert on.keys == []


def test_where_the_stack_may_only_read_nobody_is_asked_to_rescue() -> None:
    on = with_member(member({"iam:GetRolePolicy": allows("kms:DescribeKey")}, "PendingDeletion"))

    assert misses(member_account, on) == []
    assert isinstance(on.person, Somebody)
    assert not any("Open the link" in heard for heard in on.person.heard)


@pytest.mark.parametrize(
    "said", [{"Organization": {"Id": "o-another999"}}, NO_ORGANIZATION], ids=["another", "none"]
)
def test_outside_the_organization_the_stack_s_account_uses_the_key_and_nothing_is_known_of_it(
    said: Said,
) -> None:
    made: list[Mapping[str, Any]] = []

    def create(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        made.append(asked)
        return {"KeyMetadata": {"KeyId": ABROAD, "Arn": ABROAD}}

    there = member({"organizations:DescribeOrganization": said, "kms:CreateKey": create}, "PendingDeletion")
    unknown = Unknown(fact="the key", why="sts:AssumeRole is denied")
    blind = replace(NOTIFIED, key=replace(NOTIFIED.key, state=None), unknown=(unknown,))
    on = with_member(there, dynamodb_Query=table(blind), kms_Decrypt=REFUSAL)

    assert misses(member_account, on) == []
    assert isinstance(there.cloud, FakeCloud)
    assert "kms:Decrypt" not in there.cloud.asked
    (policy,) = [json.loads(each["Policy"]) for each in made]
    assert [(each["Principal"]["AWS"], each["Action"]) for each in policy["Statement"]] == [
        (f"arn:aws:iam::{THERE}:root", "kms:*"),
        ("arn:aws:iam::111122223333:root", "kms:Decrypt"),
    ]


def test_a_key_outside_of_which_the_stack_knows_the_state_is_missed() -> None:
    there = member({"organizations:DescribeOrganization": NO_ORGANIZATION}, "PendingDeletion")

    assert misses(member_account, with_member(there, kms_Decrypt=REFUSAL)) == [
        "the stack could not read the key, so the notice has no link"
    ]


def test_an_organization_that_may_not_be_described_stops_the_step() -> None:
    denied = DeniedError("organizations:DescribeOrganization", "AccessDenied", "no")

    with pytest.raises(DeniedError):
        list(member_account.run(with_member(member({"organizations:DescribeOrganization": denied}))))


def test_a_stack_that_is_not_set_up_for_other_accounts_is_outside_of_every_organization() -> None:
    there = member({}, "PendingDeletion")
    on = with_member(there, parameters={}, kms_Decrypt=REFUSAL)

    list(member_account.run(on))

    assert isinstance(there.cloud, FakeCloud)
    assert "organizations:DescribeOrganization" not in there.cloud.asked


def test_the_step_needs_another_account() -> None:
    with pytest.raises(StoppedError, match="--member-profile"):
        list(member_account.run(drill({})))
    with pytest.raises(StoppedError, match="the stack's own account"):
        list(member_account.run(with_member(member({}, account="111122223333"))))


def test_a_key_that_was_prepared_by_hand_is_told_as_the_stack_knows_it() -> None:
    with pytest.raises(StoppedError, match="--member-key"):
        list(member_key.run(drill({})))
    assert misses(member_key, drill({"dynamodb:Query": items(NOTIFIED)}, member_key=KEY)) == []
    assert len(misses(member_key, drill({"dynamodb:Query": items()}, member_key=KEY))) == 1


def test_the_case_that_is_told_is_the_latest_one_that_can_be_read_and_that_you_were_notified_of() -> None:
    undated = replace(NOTIFIED, key=Key.bare(NOTIFIED.key.arn), deletion_date=None, opened_at=EARLIER)
    unused = replace(NOTIFIED, notified=Notified(), unknown=(Unknown(fact="the owner", why="denied"),))

    on = drill({"dynamodb:Query": items(NOTIFIED, undated, unused, "{}")}, member_key=KEY)

    assert "state PendingDeletion, 0 refused requests" in [each.what for each in member_key.run(on)]
    assert misses(member_key, drill({"dynamodb:Query": items(unused)}, member_key=KEY)) != []
