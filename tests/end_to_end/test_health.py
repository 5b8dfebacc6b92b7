"""What is wrong with the deployed stack itself reaches the channels that are well."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.inbox_messages import Message
from local.up import Local
from reprieve.clock import rfc3339
from tests.redeployed import redeployed
from tests.scene import SECONDS, Scene

RETRY_SECONDS = 40.0  # deliver tries again after 15, then after 30


@pytest.fixture
def slack_is_down(stack: Local) -> Iterator[None]:
    stack.inbox.refuses = True
    yield
    stack.inbox.refuses = False


def client(local: Local, service: Any) -> Any:
    return local.emulator.session().client(service, endpoint_url=local.emulator.endpoint)


def run_health(local: Local) -> None:
    """Do what the schedule does every 15 minutes."""
    start(local, "HealthFunction")


def start(local: Local, function: str) -> None:
    """Start a function as its schedule does, and see it succeed."""
    functions = client(local, "lambda")
    (name,) = [
        found["FunctionName"]
        for found in functions.list_functions()["Functions"]
        if function in found["FunctionName"]
    ]
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"source": "aws.scheduler"}))
    assert "FunctionError" not in answer, answer["Payload"].read()


def ring(local: Local, part: str) -> None:
    """Let one of the stack's own alarms ring."""
    cloudwatch = client(local, "cloudwatch")
    (name,) = [
        each["AlarmName"]
        for each in cloudwatch.describe_alarms()["MetricAlarms"]
        if part in each["AlarmName"]
    ]
    for state in ("OK", "ALARM"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="Threshold Crossed")


def unhealthy(local: Local) -> list[Message]:
    with local.inbox.arrival:
        return [each for each in local.inbox.messages if each.reason == "stack-unhealthy"]


def wait_for(what: Callable[[], Any], seconds: float = SECONDS) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.2)
    raise AssertionError(f"it did not come about in {seconds} s")


def noted(local: Local, partition: str, sort: str) -> dict[str, Any] | None:
    """What a function has noted in the table."""
    table = client(local, "dynamodb")
    found: dict[str, Any] | None = table.get_item(
        TableName=local.stack.outputs["CaseTableName"], Key={"pk": {"S": partition}, "sk": {"S": sort}}
    ).get("Item")
    return found


def failing(local: Local) -> dict[str, Any] | None:
    """What deliver has noted of Slack."""
    return noted(local, "channels", "slack")


def an_hour_passes(local: Local, item: dict[str, Any], since: str = "since") -> None:
    """Put what was noted an hour back, so that nobody waits for it."""
    then = rfc3339(datetime.now(UTC) - timedelta(hours=1))
    body = json.dumps(json.loads(item["body"]["S"]) | {since: then})
    client(local, "dynamodb").put_item(
        TableName=local.stack.outputs["CaseTableName"], Item=item | {"body": {"S": body}}
    )


@pytest.mark.usefixtures("slack_is_down")
def test_while_one_channel_takes_nothing_the_other_hears_of_it_once(stack: Local) -> None:
    before = len(unhealthy(stack))
    scene = Scene.begin(stack)
    scene.deliver(scene.use())
    seen = wait_for(lambda: failing(stack))
    run_health(stack)
    early = unhealthy(stack)[before:]

    an_hour_passes(stack, seen)
    for _ in range(3):
        run_health(stack)
    (told,) = wait_for(lambda: unhealthy(stack)[before:])

    assert early == []
    assert told.channel == "email"
    assert told.link is None
    assert told.payload["Subject"] == "kms-reprieve: the channel slack accepts no notices"
    assert "HTTP 503: service_unavailable" in told.payload["Message"]
    # What Slack refused first may be another message: that of this key may be under way.
    assert [each.channel for each in wait_for(lambda: scene.messages("key-in-use"))] == ["email"]

    stack.inbox.refuses = False
    wait_for(lambda: failing(stack) is None, RETRY_SECONDS)
    # What it takes again first may be another message that it refused meanwhile.
    wait_for(
        lambda: {each.channel for each in scene.messages("key-in-use")} == {"email", "slack"}, RETRY_SECONDS
    )


def test_a_dead_letter_is_told_to_both_channels_once(stack: Local) -> None:
    before = len(unhealthy(stack))

    for _ in range(2):
        ring(stack, "InvestigateDeadLetterAlarm")
    wait_for(lambda: len(unhealthy(stack)) - before >= 2)
    run_health(stack)  # which finds the alarm still ringing
    time.sleep(2)

    told = unhealthy(stack)[before:]
    assert sorted(each.channel for each in told) == ["email", "slack"]
    (mail,) = [each.payload for each in told if each.channel == "email"]
    assert mail["Subject"] == "kms-reprieve: the function investigate has dead letters"
    assert "Nothing is lost as long as the log group holds the records" in " ".join(mail["Message"].split())


def test_health_that_does_not_run_is_told_by_investigate_once(stack: Local) -> None:
    run_health(stack)
    last = noted(stack, "health", "run")
    assert last
    before = len(unhealthy(stack))

    an_hour_passes(stack, last, "at")
    for _ in range(2):
        start(stack, "InvestigateFunction")
    wait_for(lambda: len(unhealthy(stack)) - before >= 2)
    time.sleep(2)
    run_health(stack)

    told = unhealthy(stack)[before:]
    assert sorted(each.channel for each in told) == ["email", "slack"]
    (mail,) = [each.payload for each in told if each.channel == "email"]
    assert mail["Subject"] == "kms-reprieve: the function health is stuck"


def test_an_alarm_on_health_itself_is_mailed_without_it(stack: Local) -> None:
    ring(stack, "HealthErrorAlarm")

    def told() -> list[Message]:
        return [each for each in stack.inbox.messages if "HealthErrorAlarm" in str(each.payload)]

    (mail,) = wait_for(told)
    assert (mail.channel, mail.reason) == ("email", None)
    assert "The function health of kms-reprieve failed" in mail.payload["Message"]


def test_a_stack_with_slack_alone_hears_of_a_dead_letter(stack: Local) -> None:
    with redeployed(stack, NotificationEmails=""):
        before = len(unhealthy(stack))
        run_health(stack)
        ring(stack, "DeliveryDeadLetterAlarm")
        wait_for(lambda: len(unhealthy(stack)) > before)
        time.sleep(2)
        told = unhealthy(stack)[before:]

    assert [each.channel for each in told] == ["slack"]
    assert told[0].payload["text"] == "kms-reprieve: the function deliver has dead letters"


def test_an_address_that_is_gone_is_subscribed_again_once_and_all_are_told(stack: Local) -> None:
    sns, topic = client(stack, "sns"), stack.stack.notice_topic
    run_health(stack)
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (jane,) = [each for each in listed if each["Endpoint"] == "jane@example.com"]
    before = len(unhealthy(stack))

    for _ in range(2):
        sns.unsubscribe(SubscriptionArn=jane["SubscriptionArn"])
        run_health(stack)
    told = unhealthy(stack)[before:]

    again = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each["Endpoint"] for each in again].count("jane@example.com") == 1
    assert sorted(each.channel for each in told) == ["email", "slack"]
    (mail,) = [each.payload for each in told if each.channel == "email"]
    assert mail["Subject"] == "kms-reprieve: jane@example.com is no longer subscribed"
    assert "Sent a new confirmation request" in " ".join(mail["Message"].split())
