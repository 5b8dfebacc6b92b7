"""A new world for each cell, with all that the template makes in it, and keys that are pending deletion."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from reprieve.arn import KeyArn
from tests.faults.clients import connected
from tests.faults.cloud import OWN, REGION
from tests.faults.outside import SLACK
from tests.faults.weather import SKY, Weather
from tests.faults.world import PAGES, World, cloud
from tests.tables import make_table

MEMBER: Final = "777788889999"
ISSUER: Final = "/oidc"
TAGS: Final = [{"TagKey": "Owner", "TagValue": "team-orders"}]


@contextmanager
def world(*closed: str) -> Iterator[World]:
    """A new world. Connections for the calls in `closed` are refused, outside AWS."""
    BackendDict.reset()
    reset_model_data()
    with connected(cloud()) as session, SKY.under(Weather()):
        cloud().begin(frozenset(closed))
        made = World(session=session, cloud=cloud())
        _furnish(made)
        yield made


def _furnish(world: World) -> None:
    make_table(world.client("dynamodb"), "cases")
    sqs, sns, logs = world.client("sqs"), world.client("sns"), world.client("logs")
    topic = sns.create_topic(Name="notices")["TopicArn"]
    mailbox = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:{OWN}:mailbox",
        Attributes={"RawMessageDelivery": "true"},
    )
    for group in ("trail", "audit"):
        logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName="trail", logStreamName="s")
    signing = world.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    secret = _secret(world, "slack", world.cloud.outside.address(SLACK, "/slack"))
    world.settings = {
        **_common(),
        "QUEUE_URL": sqs.create_queue(QueueName="delivery")["QueueUrl"],
        "DEAD_LETTER_URL": sqs.create_queue(QueueName="given-up")["QueueUrl"],
        "mailbox": mailbox,
        "NOTICE_TOPIC_ARN": topic,
        "HEALTH_TOPIC_ARN": sns.create_topic(Name="health")["TopicArn"],
        "SLACK_SECRET_ARN": secret,
        "CHANNELS_SECRET_ARN": "",
        "OIDC_SECRET_ARN": _secret(world, "oidc", "hush"),
        "OIDC_ISSUER": world.cloud.url + ISSUER,
        "SIGNING_KEY_ARN": signing["KeyMetadata"]["Arn"],
        "SIGNING_KEY_A": signing["KeyMetadata"]["Arn"],
    }


def _secret(world: World, name: str, text: str) -> str:
    return str(world.client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"])


def _common() -> dict[str, str]:
    return {
        "TABLE_NAME": "cases",
        "LOG_GROUP_NAME": "trail",
        "AUDIT_LOG_GROUP": "audit",
        "ALARM_NAME": "KMSKeyPendingDeletionErrorAlarm",
        "ACCOUNT_ID": OWN,
        "REPEAT_NOTICE_HOURS": "24",
        "NOTIFY_ON_SCHEDULING": "yes",
        "IGNORED_CALLERS": "",
        "OWNER_TAGS": "Owner",
        "AUDIT_DAYS": "400",
        "RESPOND_ROLE_ARN": f"arn:aws:iam::{OWN}:role/respond",
        "ORGANIZATION_ID": "o-example",
        "MEMBER_ROLE_NAME": "member",
        "EXTERNAL_ID": "kms-reprieve",
        "SIGNING_KEY_LETTER": "a",
        "SIGNING_KEY_B": "",
        "PAGE_URL": f"{PAGES}keys/",
        "LINK_HOURS": "168",
        "NOTIFICATION_EMAILS": "jane@example.com",
        "FUNCTION_NAMES": "deliver=stack-deliver",
        "QUEUE_NAMES": "deliver=stack-dead",
        "APPROVERS": "link",
        "APPROVER_CIDRS": "",
        "OIDC_CLIENT_ID": "kms-reprieve",
        "REDIRECT_URI": f"{PAGES}signed-in",
        "APPROVER_DOMAINS": "example.com",
        "APPROVER_EMAILS": "",
        "APPROVER_GROUPS": "",
        "APPROVER_GROUP_CLAIM": "groups",
    }


def pending_key(world: World, account: str = OWN, alias: str = "") -> KeyArn:
    """A key that is pending deletion."""
    kms = world.kms(account)
    made = kms.create_key(Description="Orders", Tags=TAGS)
    arn = KeyArn.parse(made["KeyMetadata"]["Arn"])
    if alias:
        kms.create_alias(AliasName=alias, TargetKeyId=arn.key_id)
    kms.schedule_key_deletion(KeyId=arn.key_id, PendingWindowInDays=7)
    return arn


def queued(world: World) -> list[dict[str, Any]]:
    """Take the messages that are in the delivery queue."""
    found = world.receive()
    for message in found:
        world.drop(message)
    return [json.loads(message["Body"]) for message in found]
