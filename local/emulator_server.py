"""Starts the emulator, and adds three things that AWS has and it leaves out. Its own Python runs this file.

TLS ends in front of AWS' services. The template refuses what does not come over it, and the emulator enforces
that; a certificate of its own would have to be trusted by the browser and by whoever calls. So each request
says what a front that ends TLS would add: it came by https. Nothing leaves this machine.

`kms:MacAlgorithm`, on which the roles' permissions to mint and to verify links depend, is a condition key of
AWS KMS; the emulator does not know it, and would refuse the calls.

`AlarmArn` stands in the message of every alarm (CloudWatch user guide, "Amazon SNS topics as alarm actions"),
and `Region` is a display name there, which nobody should build on.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app as emulator
from ministack.core import iam_actions
from ministack.services import sns

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
MAC_ACTIONS = frozenset({"kms:GenerateMac", "kms:VerifyMac"})
ALARM_MESSAGE = '{"AlarmName": '


def behind_tls(application: Application) -> Application:
    """The application, told of every request that it came by https."""

    async def told(scope: Scope, receive: object, send: object) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        await application(scope, receive, send)

    return told


def with_mac_algorithm(context: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The condition keys of a request, with the one of KMS that the stack's policies name."""

    def keys(service: str, action: str, body: bytes, parameters: object) -> dict[str, Any]:
        found = context(service, action, body, parameters)
        if action not in MAC_ACTIONS:
            return found
        return {**found, "kms:MacAlgorithm": json.loads(body).get("MacAlgorithm", "")}

    return keys


def with_alarm_arn(publish: Callable[..., None]) -> Callable[..., None]:
    """What sends a message to a topic's subscribers, for alarms with the fields that were left out."""

    def send(topic: str, message_id: str, message: str, *rest: object, **named: object) -> None:
        publish(topic, message_id, alarm_message(topic, message), *rest, **named)

    return send


def alarm_message(topic: str, message: str) -> str:
    """A message as it is, or an alarm's as AWS writes it; alarm and topic share account and Region."""
    if not message.startswith(ALARM_MESSAGE):
        return message
    alarm = json.loads(message)
    region, account = topic.split(":")[3:5]
    arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm['AlarmName']}"
    changed_at = alarm["StateChangeTime"].replace("Z", ".000+0000")
    return json.dumps(
        {**alarm, "AlarmArn": arn, "StateChangeTime": changed_at, "Region": f"display name of {region}"}
    )


if __name__ == "__main__":
    emulator.app = behind_tls(emulator.app)
    iam_actions.request_tag_context = with_mac_algorithm(iam_actions.request_tag_context)
    sns._fanout = with_alarm_arn(sns._fanout)  # noqa: SLF001 - it has no public name
    emulator.main()
