"""The people and the programs of the demo: they call the emulator with credentials of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from local.emulator import Emulator
from local.plans import PERMISSION_SETS, KeyPlan, Plan
from local.session import Credentials

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

PLAINTEXT = b"4929-4212-3456-7890"
DELETION_DAYS = 7
ADMINISTRATOR = "AWSReservedSSO_Admin_0123456789abcdef"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Somebody who has assumed a role, with the calls it allows."""

    emulator: Emulator
    session: boto3.Session
    identity: dict[str, Any]

    @property
    def kms(self) -> "KMSClient":
        """KMS, called with the role's credentials."""
        return self.session.client("kms", endpoint_url=self.emulator.endpoint)


def assume(
    emulator: Emulator, role: str, session_name: str, statement: Mapping[str, Any], path: str = "/"
) -> Role:
    """Make a role that may do one thing, and assume it as `session_name`."""
    account = emulator.session()
    iam = account.client("iam", endpoint_url=emulator.endpoint)
    trust = allow(Action="sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{emulator.account}:root"})
    made = iam.create_role(RoleName=role, Path=path, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName=role, PolicyName="calls", PolicyDocument=json.dumps(allow(**statement)))
    sts = account.client("sts", endpoint_url=emulator.endpoint)
    assumed = sts.assume_role(RoleArn=made["Arn"], RoleSessionName=session_name)
    keys = assumed["Credentials"]
    return Role(
        emulator=emulator,
        session=emulator.session(Credentials.of_session(keys)),
        identity={
            "type": "AssumedRole",
            "principalId": assumed["AssumedRoleUser"]["AssumedRoleId"],
            "arn": assumed["AssumedRoleUser"]["Arn"],
            "accountId": emulator.account,
            "accessKeyId": keys["AccessKeyId"],
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": made["RoleId"],
                    "arn": made["Arn"],
                    "accountId": emulator.account,
                    "userName": role,
                },
                "attributes": {"mfaAuthenticated": "false"},
            },
        },
    )


def allow(**statement: Any) -> dict[str, Any]:  # noqa: ANN401 - a policy is JSON
    """A policy of one statement."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Somebody who has something encrypted under a key, and decrypts it whenever they need it."""

    plan: Plan
    role: Role
    secret: bytes = field(repr=False)

    def decrypt(self) -> ClientError | None:
        """Do what they do all day: None when it works, else KMS' refusal."""
        try:
            answer = self.role.kms.decrypt(CiphertextBlob=self.secret, EncryptionContext=self.plan.context)
        except ClientError as error:
            return error
        if answer["Plaintext"] != PLAINTEXT:
            raise AssertionError("the emulator decrypted something else")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key, and all who need it."""

    home: Emulator
    alias: str
    arn: str
    applications: tuple[Application, ...]

    def state(self) -> str:
        """The key's state, by KMS."""
        kms = self.home.session().client("kms", endpoint_url=self.home.endpoint)
        return kms.describe_key(KeyId=self.arn)["KeyMetadata"]["KeyState"]


def install(home: Emulator, plan: KeyPlan) -> Key:
    """Make a key, its alias, and everybody with a role that may decrypt with it."""
    kms = home.session().client("kms", endpoint_url=home.endpoint)
    key = kms.create_key(Description=plan.description, Tags=[{"TagKey": "Owner", "TagValue": plan.owner}])
    arn = key["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=plan.alias, TargetKeyId=arn)
    statement = {"Action": "kms:Decrypt", "Resource": arn}
    applications = [
        Application(
            plan=one,
            role=assume(home, one.role, one.session, statement, one.path),
            secret=kms.encrypt(KeyId=arn, Plaintext=PLAINTEXT, EncryptionContext=one.context)[
                "CiphertextBlob"
            ],
        )
        for one in plan.applications
    ]
    return Key(home=home, alias=plan.alias, arn=arn, applications=tuple(applications))


def administrator(home: Emulator, *keys: Key) -> Role:
    """The person who schedules the keys' deletion."""
    return assume(
        home,
        ADMINISTRATOR,
        "jane@example.com",
        {"Action": ["kms:ScheduleKeyDeletion", "kms:DescribeKey"], "Resource": [key.arn for key in keys]},
        PERMISSION_SETS,
    )
