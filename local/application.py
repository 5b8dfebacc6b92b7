"""The people and the program of the demo: they call the emulator with credentials of their own."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from local.emulator import Emulator
from local.session import Credentials

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

PLAINTEXT = b"4929-4212-3456-7890"
DELETION_DAYS = 7


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


def assume(emulator: Emulator, role: str, session_name: str, statement: dict[str, Any]) -> Role:
    """Make a role that may do one thing, and assume it as `session_name`."""
    account = emulator.session()
    iam = account.client("iam", endpoint_url=emulator.endpoint)
    trust = allow(Action="sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{emulator.account}:root"})
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    iam.put_role_policy(RoleName=role, PolicyName="calls", PolicyDocument=json.dumps(allow(**statement)))
    sts = account.client("sts", endpoint_url=emulator.endpoint)
    assumed = sts.assume_role(RoleArn=made["Arn"], RoleSessionName=session_name)
    keys = assumed["Credentials"]
    credentials = Credentials(
        key_id=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"]
    )
    return Role(
        emulator=emulator,
        session=emulator.session(credentials),
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
class Plan:
    """A program and its key, before there is either."""

    name: str
    alias: str
    description: str
    owner: str
    context: dict[str, str]


ORDERS = Plan(
    name="orders-api",
    alias="alias/orders-db",
    description="Orders database, prod",
    owner="team-orders",
    context={"application": "orders", "table": "customers"},
)
REPORTS = Plan(
    name="reports-job",
    alias="alias/reports-2019",
    description="Reports of 2019, moved to the new bucket",
    owner="team-reports",
    context={"application": "reports", "year": "2019"},
)


@dataclass(slots=True, kw_only=True)
class Application:
    """A program that keeps a secret encrypted under a key, and decrypts it when it needs it."""

    name: str
    alias: str
    context: dict[str, str]
    role: Role
    key_arn: str
    secret: bytes = field(repr=False)

    def decrypt(self) -> ClientError | None:
        """Do what the program does all day: None when it works, else KMS' refusal."""
        try:
            answer = self.role.kms.decrypt(CiphertextBlob=self.secret, EncryptionContext=self.context)
        except ClientError as error:
            return error
        if answer["Plaintext"] != PLAINTEXT:
            raise AssertionError("the emulator decrypted something else")
        return None


def install(emulator: Emulator, plan: Plan) -> Application:
    """Make the key, its alias, and the program with a role that may decrypt with it."""
    kms = emulator.session().client("kms", endpoint_url=emulator.endpoint)
    key = kms.create_key(Description=plan.description, Tags=[{"TagKey": "Owner", "TagValue": plan.owner}])
    arn = key["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=plan.alias, TargetKeyId=arn)
    sealed = kms.encrypt(KeyId=plan.alias, Plaintext=PLAINTEXT, EncryptionContext=plan.context)
    return Application(
        name=plan.name,
        alias=plan.alias,
        context=plan.context,
        role=assume(emulator, plan.name, plan.name, {"Action": "kms:Decrypt", "Resource": arn}),
        key_arn=arn,
        secret=sealed["CiphertextBlob"],
    )


def administrator(emulator: Emulator, *key_arns: str) -> Role:
    """The person who schedules the keys' deletion."""
    return assume(
        emulator,
        "key-administrator",
        "jane@example.com",
        {"Action": ["kms:ScheduleKeyDeletion", "kms:DescribeKey"], "Resource": [*key_arns]},
    )
