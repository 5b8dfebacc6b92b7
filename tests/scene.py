"""A key of its own for each test on the deployed stack, and what can be done with it."""

import http.client
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.exceptions import ClientError

from local import cloudtrail
from local.application import Role, assume
from local.inbox_messages import Message
from local.up import Local

CONTEXT = {"aws:s3:arn": "arn:aws:s3:::orders/2026/11/22.csv"}
SECONDS = 60.0  # the most that is waited for, on a machine that does much beside


@dataclass(slots=True, kw_only=True)
class Scene:
    """A key that somebody scheduled for deletion, and a program that needs it."""

    local: Local
    caller: Role
    key: str
    sealed: bytes

    @classmethod
    def begin(cls, local: Local, *, alias: str = "") -> "Scene":
        """Make a key, encrypt with it, and schedule its deletion."""
        forget_how_many_notices_there_were(local)
        caller = anybody(local)
        made = caller.kms.create_key(Description="Orders database, prod")["KeyMetadata"]["Arn"]
        if alias:
            caller.kms.create_alias(AliasName=alias, TargetKeyId=made)
        sealed = caller.kms.encrypt(KeyId=made, Plaintext=b"secret", EncryptionContext=CONTEXT)[
            "CiphertextBlob"
        ]
        caller.kms.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
        return cls(local=local, caller=caller, key=made, sealed=sealed)

    def use(self) -> cloudtrail.Record:
        """Decrypt, be refused, and return the record that CloudTrail would write."""
        try:
            self.caller.kms.decrypt(CiphertextBlob=self.sealed, EncryptionContext=CONTEXT)
        except ClientError as refusal:
            parameters = {"encryptionContext": CONTEXT, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
            return cloudtrail.refused(refusal, by=self.caller, key_arn=self.key, parameters=parameters)
        raise AssertionError("KMS served the request")

    def works(self) -> bool:
        """Whether the program can decrypt."""
        try:
            self.caller.kms.decrypt(CiphertextBlob=self.sealed, EncryptionContext=CONTEXT)
        except ClientError:
            return False
        return True

    def state(self) -> str:
        """The key's state, by KMS."""
        return self.caller.kms.describe_key(KeyId=self.key)["KeyMetadata"]["KeyState"]

    def deliver(self, *records: cloudtrail.Record) -> None:
        """Let CloudTrail deliver records."""
        cloudtrail.deliver(self.local.emulator, self.local.stack.log_group, list(records))

    def messages(self, reason: str | None = None) -> list[Message]:
        """What arrived about this key."""
        with self.local.inbox.arrival:
            arrived = list(self.local.inbox.messages)
        return [
            message for message in arrived if message.key_arn == self.key and reason in {None, message.reason}
        ]

    def hear(self, reason: str) -> dict[str, Message]:
        """Wait until both channels have told of this key."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            found = {message.channel: message for message in self.messages(reason)}
            if len(found) == len(("email", "slack")):
                return found
            time.sleep(0.1)
        raise AssertionError(f"no {reason} about {self.key} in {SECONDS} s: {self.messages()}")

    def link(self, channel: str = "email") -> str:
        """Use the key, wait for the notice, and return its link."""
        self.deliver(self.use())
        link = self.hear("key-in-use")[channel].link
        assert link
        return link


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    text: str


def request(method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
    """Ask over HTTP. `*.localhost` is this machine (RFC 6761), whether its resolver knows that or not."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    try:
        connection.request(
            method, parts.path, body, {"Host": parts.netloc, "User-Agent": "Mozilla/5.0", **headers}
        )
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


def post(url: str, body: bytes) -> Answer:
    """Open the page and send a form of it, as a browser does."""
    page = request("GET", url)
    return send(url, body, page)


def send(url: str, body: bytes, page: Answer) -> Answer:
    """Send a form of a page that was opened before."""
    hidden = dict(re.findall(r'type="hidden" name="(token|decisions)" value="(\w+)"', page.text))
    cookie = page.headers.get("set-cookie", "").partition(";")[0]
    form = b"&".join([body, urlencode(hidden).encode()])
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    return request("POST", url, form, Cookie=cookie, **headers)


_CALLERS: dict[str, Role] = {}


def forget_how_many_notices_there_were(local: Local) -> None:
    """Let the stack send notices one by one: all tests together are more than it sends in an hour."""
    table = local.emulator.session().client("dynamodb", endpoint_url=local.emulator.endpoint)
    table.delete_item(
        TableName=local.stack.outputs["CaseTableName"], Key={"pk": {"S": "notices"}, "sk": {"S": "sent"}}
    )


def anybody(local: Local) -> Role:
    """A role that may do anything with any key: what it is refused, KMS refuses."""
    endpoint = local.emulator.endpoint
    if endpoint not in _CALLERS:
        statement: dict[str, Any] = {"Action": "kms:*", "Resource": "*"}
        _CALLERS[endpoint] = assume(local.emulator, "orders-fn", "orders-api", statement)
    return _CALLERS[endpoint]
