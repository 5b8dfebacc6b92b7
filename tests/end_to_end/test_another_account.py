"""Keys of other accounts: `organization/member-role.yaml`, deployed beside the stack, and enforced."""

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local import cloudtrail, demo, organization
from local.application import Key
from local.organization_accounts import MEMBER
from local.session import Credentials
from local.story import Story
from local.up import Local
from tests.scene import Answer, Scene, post, request

OUTSIDE = "777788889999"
OWN = "111122223333"
READ = f"{organization.ROLE}-read"
KNOWN = {"ExternalId": "kms-reprieve"}
DECIDED = {**KNOWN, "SourceIdentity": "reprieve-email"}


@dataclass
class Visitor:
    """Somebody who follows the link without a browser, and presses the button."""

    answers: list[Answer] = field(default_factory=list)

    def decide(self, local: Local, link: str, key: Key) -> None:  # noqa: ARG002 - a browser would look
        self.answers = [request("GET", link), post(link, b"enable=yes&decision=cancel")]

    def press(self, local: Local, key: Key) -> None:
        raise NotImplementedError

    def keep(self, local: Local, link: str, key: Key) -> None:
        raise NotImplementedError

    def look_around(self, local: Local) -> None:
        raise NotImplementedError


def test_a_key_of_another_account_and_region_is_told_with_facts_and_rescued(stack: Local) -> None:
    visitor = Visitor()

    demo.third_act(Story(local=stack, person=visitor, say=print))

    shown, done = visitor.answers
    for fact in ("alias/shop-queue", "444455556666", "us-east-1", "example-shop", "team-shop", "checkout"):
        assert fact in shown.text
    assert "The key works again" in done.text


def test_only_a_session_that_says_who_decided_may_cancel(stack: Local) -> None:
    there = organization.member_account(stack.emulator)
    kms = there.session().client("kms", endpoint_url=there.endpoint)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    looks, acts = entered(stack, "RespondRoleArn", KNOWN), entered(stack, "RespondRoleArn", DECIDED)

    assert looks.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    with pytest.raises(ClientError, match="not authorized to perform: kms:CancelKeyDeletion"):
        looks.cancel_key_deletion(KeyId=key)
    with pytest.raises(ClientError, match="not authorized to perform: kms:ScheduleKeyDeletion"):
        acts.schedule_key_deletion(KeyId=key)
    acts.cancel_key_deletion(KeyId=key)


def test_what_reads_there_changes_nothing_and_what_acts_there_reads_nothing_but_the_state(
    stack: Local,
) -> None:
    there = organization.member_account(stack.emulator)
    kms = there.session().client("kms", endpoint_url=there.endpoint)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    reads = entered(stack, "InvestigateRoleArn", KNOWN, name=READ)
    acts = entered(stack, "RespondRoleArn", DECIDED)

    assert reads.get_key_policy(KeyId=key)["Policy"]
    with pytest.raises(ClientError, match="not authorized to perform: kms:CancelKeyDeletion"):
        reads.cancel_key_deletion(KeyId=key)
    with pytest.raises(ClientError, match="not authorized to perform: kms:GetKeyPolicy"):
        acts.get_key_policy(KeyId=key)
    with pytest.raises(ClientError, match="not authorized to perform: kms:ListAliases"):
        acts.list_aliases()
    with pytest.raises(ClientError, match="AccessDenied"):
        entered(stack, "RespondRoleArn", KNOWN, name=READ)
    with pytest.raises(ClientError, match="AccessDenied"):
        entered(stack, "RespondRoleArn", KNOWN, OWN, READ)


@pytest.mark.parametrize(
    ("role", "said", "account"),
    [
        ("InvestigateRoleArn", KNOWN, MEMBER),
        ("RespondRoleArn", DECIDED, OWN),
        ("RespondRoleArn", KNOWN, OWN),
        ("InvestigateRoleArn", KNOWN, OWN),
        ("RespondRoleArn", {}, MEMBER),
        ("RespondRoleArn", {"ExternalId": "another"}, MEMBER),
        ("RespondRoleArn", {**KNOWN, "SourceIdentity": "jane"}, MEMBER),
        ("InvestigateRoleArn", {"ExternalId": "another"}, MEMBER),
        ("InvestigateRoleArn", DECIDED, MEMBER),
        ("InvestigateRoleArn", KNOWN, OUTSIDE),
        ("RespondRoleArn", DECIDED, OUTSIDE),
    ],
)
def test_nobody_else_comes_in(stack: Local, role: str, said: dict[str, str], account: str) -> None:
    open_to_all(stack, OUTSIDE)
    open_to_all(stack, OWN)

    with pytest.raises(ClientError, match="AccessDenied"):
        entered(stack, role, said, account)


def test_a_key_of_an_account_outside_of_the_organization_is_told_without_a_link(stack: Local) -> None:
    scene = Scene.begin(stack)
    foreign = scene.key.replace(":111122223333:", f":{OUTSIDE}:")
    record: cloudtrail.Record = json.loads(json.dumps(scene.use()).replace(scene.key, foreign))
    scene.key = foreign

    scene.deliver(record)

    told = scene.hear("key-in-use")["email"]
    assert told.link is None
    assert f"sts:AssumeRole of arn:aws:iam::{OUTSIDE}:role/kms-reprieve-member-read is denied" in " ".join(
        told.payload["Message"].split()
    )


def entered(
    stack: Local, role: str, said: dict[str, str], account: str = MEMBER, name: str = organization.ROLE
) -> Any:
    """KMS of the other account, by a role of the stack that says something when it comes.

    The emulator lets the root of an account have the roles that it keeps for services.
    """
    here, there = stack.emulator, organization.member_account(stack.emulator)
    function = credentials(stack, here.session(), stack.stack.outputs[role], {})
    member = f"arn:aws:iam::{account}:role/{name}"
    session = there.session(credentials(stack, here.session(function), member, said))
    return session.client("kms", endpoint_url=there.endpoint)


def credentials(stack: Local, caller: boto3.Session, role: str, said: Any) -> Credentials:
    """Those of a role that somebody assumes."""
    sts = caller.client("sts", endpoint_url=stack.emulator.endpoint)
    answer = sts.assume_role(RoleArn=role, RoleSessionName="reprieve", **said)
    return Credentials.of_session(answer["Credentials"])


def open_to_all(stack: Local, account: str) -> None:
    """Have both roles in an account, for whoever comes."""
    there = replace(stack.emulator, account=account)
    iam = there.session().client("iam", endpoint_url=there.endpoint)
    trust = {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
    for name in (organization.ROLE, READ):
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            )
