"""A world for one cell: keys, a table, a queue and the functions as Lambda would start them."""

import gc
import json
import os
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import boto3
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from reprieve.arn import KeyArn
from reprieve.cases.case import open_case
from reprieve.cases.envelope import envelope
from reprieve.cases.key import Key
from reprieve.cases.notice import Reason, tell
from reprieve.links import LinkClaims, SigningKey, mint
from tests.faults.backstage import TARGETS, Backstage
from tests.faults.cloud import OWN, REGION, Cloud, start
from tests.faults.cloudtrail import changed
from tests.faults.outside import SLACK
from tests.faults.weather import SKY, Weather
from tests.slack_world import ENTRY

ROOT: Final = Path(__file__).parents[2]
THREADS: Final = "a channel with threads"
PAGES: Final = "https://abc123.execute-api.eu-west-1.amazonaws.com/"
_number = count()


@cache
def template() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    return parsed


@cache
def cloud() -> Cloud:
    """The one cloud of this process. What has been imported for it is looked at for garbage no more."""
    gc.freeze()
    return start()


def properties(function: str) -> dict[str, Any]:
    """A function's part of the template."""
    found: dict[str, Any] = template()["Resources"][f"{function.capitalize()}Function"]["Properties"]
    return found


def variables(function: str) -> list[str]:
    """The environment that the template gives to a function."""
    return list(properties(function).get("Environment", {}).get("Variables", {}))


@cache
def _client(session: boto3.Session, service: str) -> Any:
    make: Any = session.client
    return make(service, region_name=REGION)


@dataclass(frozen=True)
class Context:
    """Lambda's context of one invocation, in which time passes as the weather counts it."""

    function_name: str
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{OWN}:function:f"

    @property
    def timeout(self) -> float:
        return float(properties(self.function_name)["Timeout"])

    def get_remaining_time_in_millis(self) -> int:
        return int((self.timeout - SKY.weather.seconds) * 1000)


@dataclass(kw_only=True)
class World:
    """What there is, and what happened to it."""

    session: boto3.Session
    cloud: Cloud
    settings: dict[str, str] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    warm: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return what asks a service while nothing fails."""
        return Backstage(self.cloud, service) if service in TARGETS else _client(self.session, service)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Start a function as Lambda does, and hand it an event."""
        environment = {name: self.settings[name] for name in variables(function)}
        with patch.dict(os.environ, environment):
            if function not in self.warm:
                self.warm[function] = _load(function)
            return self.warm[function].handler(dict(event), Context(function))

    def in_calm(self, function: str, event: Mapping[str, Any]) -> Any:
        """The same without any fault."""
        with SKY.under(Weather()):
            return self.invoke(function, event)

    # Keys

    def state(self, key: KeyArn) -> str:
        return str(self._described(key)["KeyState"])

    def deletion_date(self, key: KeyArn) -> datetime:
        return datetime.fromtimestamp(int(self._described(key)["DeletionDate"]), UTC)

    def _described(self, key: KeyArn) -> dict[str, Any]:
        described: dict[str, Any] = self.kms(key.account).describe_key(KeyId=key.key_id)["KeyMetadata"]
        return described

    def kms(self, account: str) -> Any:
        if account == OWN:
            return self.client("kms")
        if account not in self.members:
            self.members[account] = _in_account(self, account)
        return self.members[account]

    # CloudTrail

    def write(self, *records: Mapping[str, Any]) -> None:
        """Let CloudTrail deliver records now."""
        now = int(datetime.now(UTC).timestamp() * 1000)
        self.client("logs").put_log_events(
            logGroupName="trail",
            logStreamName="s",
            logEvents=[{"timestamp": now, "message": json.dumps(record)} for record in records],
        )

    def catch_up(self) -> None:
        """Let CloudTrail deliver what was done with keys, and the clock tick."""
        if self.cloud.changes:
            self.write(*(changed(KeyArn.parse(arn), name) for name, arn in self.cloud.changes))
            self.cloud.changes.clear()
        self.invoke("investigate", {"source": "aws.scheduler"})

    def token(self, key: KeyArn, channel: str = "email") -> str:
        """The link of a notice."""
        claims = LinkClaims(
            key=key,
            deletion_date=self.deletion_date(key),
            channel=channel,
            notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
            expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(days=3),
        )
        return mint(claims, SigningKey("a", _Minter(self)))

    # Queue and channels

    def queue_notice(self, key: KeyArn, *channels: str) -> None:
        """Queue a notice: for each channel, as deliver does, or for whoever gets it, as investigate does."""
        now = datetime.now(UTC).replace(microsecond=0)
        known = Key(
            arn=key,
            account=key.account,
            region=key.region,
            state="PendingDeletion",
            deletion_date=self.deletion_date(key),
        )
        notice = tell(open_case(known, now, now), Reason.KEY_IN_USE, now)[1]
        for name in channels or ("",):
            channel, _, recipient = name.partition("/")
            self.client("sqs").send_message(
                QueueUrl=self.settings["QUEUE_URL"], MessageBody=envelope(notice, channel, recipient)
            )

    def with_document(self, call: str = SLACK) -> None:
        """Let the second channel be one of the document, which makes a call, and no parameter's."""
        of_type: dict[str, dict[str, Any]] = {
            SLACK: {"type": "slack-webhook", "url": self.cloud.outside.address(SLACK, "/slack")},
            THREADS: {"type": "google-chat", "url": self.cloud.outside.address(SLACK, "/slack")},
            "events:PutEvents": {"type": "eventbridge", "bus": f"arn:aws:events:{REGION}:{OWN}:event-bus/b"},
            "ses:SendEmail": {"type": "email", "from": "kms@example.com", "to": ["jane@example.com"]},
        }
        entry = {"name": "slack", **of_type[call]}
        made = self.client("secretsmanager").create_secret(
            Name="channels", SecretString=json.dumps({"channels": [entry]})
        )
        self.settings |= {"SLACK_SECRET_ARN": "", "CHANNELS_SECRET_ARN": made["ARN"]}

    def with_slack_app(self, *urls: str) -> None:
        """Let an app be in the document, and the same one again for each address more that it may have."""
        entries = [
            {**ENTRY, "url": url, "name": f"security{number or ''}"} for number, url in enumerate(urls)
        ]
        text = json.dumps({"channels": entries})
        secrets = self.client("secretsmanager")
        if arn := self.settings["CHANNELS_SECRET_ARN"]:
            secrets.put_secret_value(SecretId=arn, SecretString=text)
        else:
            made = secrets.create_secret(Name="channels", SecretString=text)
            self.settings["CHANNELS_SECRET_ARN"] = made["ARN"]

    def receive(self) -> list[dict[str, Any]]:
        """Take what is in the delivery queue, as Lambda does."""
        found: list[dict[str, Any]] = []
        while taken := self._receive():
            found += taken
        return found

    def _receive(self) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(
            QueueUrl=self.settings["QUEUE_URL"], MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    def drop(self, message: Mapping[str, Any]) -> None:
        self.client("sqs").delete_message(
            QueueUrl=self.settings["QUEUE_URL"], ReceiptHandle=message["ReceiptHandle"]
        )

    def put_back(self, message: Mapping[str, Any]) -> None:
        """Let a message come again at once: time passes."""
        self.client("sqs").change_message_visibility(
            QueueUrl=self.settings["QUEUE_URL"], ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )

    def end_invocations(self, partition: str = "delivery") -> None:
        """Let every attempt at a delivery that was under way be over: time passes."""
        for item in self.items(partition):
            if "in_progress_expiration" in item:
                self.client("dynamodb").put_item(
                    TableName="cases", Item={**item, "in_progress_expiration": {"N": "0"}}
                )

    def redrive(self) -> int:
        """Send what is in the dead-letter queue again; return how many messages there were."""
        sqs, count = self.client("sqs"), 0
        while found := sqs.receive_message(QueueUrl=self.settings["DEAD_LETTER_URL"]).get("Messages"):
            for message in found:
                sqs.send_message(QueueUrl=self.settings["QUEUE_URL"], MessageBody=message["Body"])
                sqs.delete_message(
                    QueueUrl=self.settings["DEAD_LETTER_URL"], ReceiptHandle=message["ReceiptHandle"]
                )
            count += len(found)
        return count

    def free_threads(self) -> None:
        """Let everyone who holds a thread be done with it: time passes."""
        for item in self.client("dynamodb").scan(TableName="cases")["Items"]:
            if item["pk"]["S"].startswith("thread#") and "held_until" in item["body"]["S"]:
                body = {**json.loads(item["body"]["S"]), "held_until": None}
                self.client("dynamodb").put_item(
                    TableName="cases", Item={**item, "body": {"S": json.dumps(body)}}
                )

    def items(self, partition: str) -> list[dict[str, Any]]:
        answer = self.client("dynamodb").query(
            TableName="cases",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
        )
        return list(answer["Items"])

    def mails(self) -> list[str]:
        """What the topic's subscribers have got so far."""
        sqs, url = self.client("sqs"), self.settings["mailbox"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.read.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return list(self.read)

    read: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Minter:
    world: World

    def generate_mac(self, message: bytes) -> bytes:
        answer = self.world.client("kms").generate_mac(
            KeyId=self.world.settings["SIGNING_KEY_A"],
            Message=b64encode(message).decode(),
            MacAlgorithm="HMAC_SHA_256",
        )
        return b64decode(answer["Mac"])


def _load(function: str) -> Any:
    """Import `app.py` anew, as a cold start does."""
    name = f"_function_{function}_{next(_number)}"
    spec = spec_from_file_location(name, ROOT / "functions" / function / "app.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def _in_account(world: World, account: str) -> Any:
    role = world.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/anybody", RoleSessionName="jane"
    )["Credentials"]
    return Backstage(world.cloud, "kms", role["AccessKeyId"])
