"""Starts the emulator, and adds what AWS has and it leaves out. Its own Python runs this file.

TLS ends in front of AWS' services. The template refuses what does not come over it, and the emulator enforces
that; a certificate of its own would have to be trusted by the browser and by whoever calls. So each request
says what a front that ends TLS would add: it came by https. Nothing leaves this machine.

`kms:MacAlgorithm`, on which the roles' permissions to mint and to verify links depend, is a condition key of
AWS KMS; the emulator does not know it, and would refuse the calls.

A batch of messages is allowed by the permission to send one (SQS developer guide, "Actions, resources, and
condition keys": there is no `sqs:SendMessageBatch`); the emulator asks for one of its own.

`AlarmArn` stands in the message of every alarm (CloudWatch user guide, "Amazon SNS topics as alarm actions"),
and `Region` is a display name there, which nobody should build on.

To describe alarms without naming any is allowed by permission for all of them (service authorization
reference, "Actions, resources, and condition keys for Amazon CloudWatch"); the emulator asks for one of `*`.

An HTTP API tells its function of cookies in a list of their own, and not among the headers (API Gateway
developer guide, "Lambda proxy integrations for HTTP APIs", payload format 2.0).

A function writes its log lines before it answers. The emulator waits 50 ms more for the first line of an
invocation that has written none; 5 ms are enough, and a line that is later still is put before the next ones.

An API's address is one that everything on this machine can reach: `*.localhost`, which the emulator would
answer with, is known to some browsers and to few other programs.

What it leaves out of accounts and their sessions is added in `emulator_accounts`, of layers in
`emulator_layers`, of logs in `emulator_logs`, of tables in `emulator_tables`, of trails in `emulator_trails`
and `emulator_records`.
"""

import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack import app as emulator
from ministack.core import iam_actions, lambda_runtime
from ministack.services import cloudwatch_logs, lambda_svc, sns
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as RESOURCES

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]
MAC_ACTIONS = frozenset({"kms:GenerateMac", "kms:VerifyMac"})
BATCHING = frozenset({"sqs", "sns"})
ALARM_MESSAGE = '{"AlarmName": '
FIRST_LINE_SECONDS = 0.2
"""How long a function's log is waited for: a later line stands in the log of the next invocation."""

QUIET_SECONDS = 0.005
"""The same of respond, which logs nothing of a page that is only opened."""


def patient(drain: Callable[..., str]) -> Callable[..., str]:
    """What collects a worker's output, with the time that its function needs."""

    def drained(worker: Any, **waits: float) -> str:  # noqa: ANN401 - the emulator has no type for it
        seconds = QUIET_SECONDS if "Respond" in worker.func_name else FIRST_LINE_SECONDS
        return drain(worker, **{"first_line_wait": seconds, **waits})

    return drained


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


def without_batches(action_of: Callable[..., str | None]) -> Callable[..., str | None]:
    """The permission that a request needs; that of a batch is that of one message."""

    def action(service: str, *request: object) -> str | None:
        found = action_of(service, *request)
        return found.removesuffix("Batch") if found and service in BATCHING else found

    return action


def at_alarms(resource_of: Callable[..., str]) -> Callable[..., str]:
    """What a request is about; of a call on alarms, all of them."""

    def resource(service: str, *request: Any) -> str:  # noqa: ANN401 - the emulator's own types
        region, account = request[-2:]
        alarms = f"arn:aws:cloudwatch:{region}:{account}:alarm:*"
        found = resource_of(service, *request)
        return alarms if service == "monitoring" and found == "*" else found

    return resource


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


def with_reachable_address(
    create: Callable[..., tuple[str, dict[str, str]]],
) -> Callable[..., tuple[str, dict[str, str]]]:
    """What makes an API, with an address that needs no name to be resolved."""

    def made(*request: object) -> tuple[str, dict[str, str]]:
        api, attributes = create(*request)
        address = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/_aws/execute-api/{api}/$default"
        return api, {**attributes, "ApiEndpoint": address}

    return made


def with_cookies(execute: Callable[..., Any]) -> Callable[..., Any]:
    """What runs a function, for an HTTP API's request with the cookies where AWS has them."""

    def run(record: object, event: dict[str, Any], *rest: object, **named: object) -> object:
        return execute(record, cookies_listed(event) if "routeKey" in event else event, *rest, **named)

    return run


def cookies_listed(event: dict[str, Any]) -> dict[str, Any]:
    """An HTTP API's event as AWS writes it."""
    headers = {name: value for name, value in event["headers"].items() if name.lower() != "cookie"}
    sent = [value for name, value in event["headers"].items() if name.lower() == "cookie"]
    cookies = [pair.strip() for line in sent for pair in line.split(";")]
    return event | {"headers": headers} | ({"cookies": cookies} if cookies else {})


def add_what_is_missing() -> None:
    """Put all of the above into the emulator."""
    from local.emulator_accounts import add_accounts  # noqa: PLC0415 - it is found once the path below is known
    from local.emulator_keys import add_last_usage  # noqa: PLC0415 - as above
    from local.emulator_layers import add_layers  # noqa: PLC0415 - as above
    from local.emulator_logs import at_streams, in_pages  # noqa: PLC0415 - as above
    from local.emulator_records import add_records  # noqa: PLC0415 - as above
    from local.emulator_tables import with_leading_keys  # noqa: PLC0415 - as above
    from local.emulator_trails import add_log_groups  # noqa: PLC0415 - as above

    add_accounts()
    add_last_usage()
    add_layers()
    add_records()
    add_log_groups()
    emulator.app = behind_tls(emulator.app)
    iam_actions.request_tag_context = with_mac_algorithm(iam_actions.request_tag_context)
    iam_actions.extract_iam_action = without_batches(iam_actions.extract_iam_action)
    iam_actions.dynamodb_service_context = with_leading_keys(iam_actions.dynamodb_service_context)
    iam_actions.extract_resource_arn = at_alarms(at_streams(iam_actions.extract_resource_arn))
    sns._fanout = with_alarm_arn(sns._fanout)  # noqa: SLF001 - it has no public name
    cloudwatch_logs._filter_log_events = in_pages(cloudwatch_logs._filter_log_events)  # noqa: SLF001 - as above
    lambda_svc._execute_function_with_config_scope = with_cookies(  # noqa: SLF001 - as above
        lambda_svc._execute_function_with_config_scope  # noqa: SLF001 - as above
    )
    lambda_runtime.Worker._drain_stderr_bounded = patient(  # noqa: SLF001 - as above
        lambda_runtime.Worker._drain_stderr_bounded  # noqa: SLF001 - as above
    )
    api = RESOURCES["AWS::ApiGatewayV2::Api"]
    api["create"] = with_reachable_address(api["create"])


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    add_what_is_missing()
    emulator.main()
