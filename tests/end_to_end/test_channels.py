"""The document of channels on the deployed stack: each of its channels hears what its route takes."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from local import channels
from local import stack as stacks
from local.up import Local
from tests.end_to_end.test_deploying_again import parameters_of
from tests.end_to_end.test_health import client, ring, run_health, unhealthy, wait_for
from tests.redeployed import redeployed, update
from tests.scene import Scene

ELSEWHERE = {"only": {"accounts": ["444455556666"]}}
BROKEN = {"name": "pager", "type": "slack-webhook"}


@pytest.fixture(scope="module")
def every(stack: Local) -> Iterator[Local]:
    """The stack with every channel that this machine can play, and two that get little."""
    entries = channels.entries(stack.inbox)
    quiet = {
        "name": "quiet",
        "type": "slack-webhook",
        "url": stack.inbox.url + stack.inbox.hook_path("quiet"),
    }
    parameters = channels.parameters(stack.emulator, [*entries, quiet | ELSEWHERE])
    with redeployed(stack, **parameters):
        yield stack


def about(stack: Local, notice: str) -> dict[str, Any]:
    """What each channel got of a notice."""
    with stack.inbox.arrival:
        return {each.channel: each for each in stack.inbox.messages if each.notice_id == notice}


def hear(stack: Local, reason: str, key: str) -> dict[str, Any]:
    """Wait until every channel has told of a key."""
    wanted = set(channels.names(stack.inbox))

    def told() -> dict[str, Any] | None:
        ids = {
            each.notice_id
            for each in stack.inbox.messages
            if each.key_arn == key and each.reason == reason and each.notice_id
        }
        found = about(stack, ids.pop()) if ids else {}
        return found if wanted <= found.keys() else None

    found: dict[str, Any] = wait_for(told)
    return found


def test_every_channel_tells_of_a_key_with_a_link_of_its_own_and_of_its_rescue(every: Local) -> None:
    scene = Scene.begin(every)
    scene.deliver(scene.use())

    told = hear(every, "key-in-use", scene.key)
    time.sleep(1)

    assert "quiet" not in about(every, told["email"].notice_id)
    links = [each.link for each in told.values() if each.link]
    assert len(set(links)) == len(links) >= 3
    assert all(each.key_arn == scene.key for each in told.values())


def test_a_problem_of_the_stack_reaches_every_channel_whatever_its_route(every: Local) -> None:
    before = len(unhealthy(every))

    ring(every, "AuditDeadLetterAlarm")
    mail = wait_for(lambda: [each for each in unhealthy(every)[before:] if each.channel == "email"])[0]

    wanted = {*channels.names(every.inbox), "quiet"}
    wait_for(lambda: wanted <= about(every, mail.notice_id).keys())


def with_document(stack: Local, entries: list[dict[str, Any]]) -> Callable[[], None]:
    """Change the document, which takes effect at once; return what changes it back."""
    secrets = client(stack, "secretsmanager")
    before = secrets.get_secret_value(SecretId=channels.SECRET)["SecretString"]
    secrets.put_secret_value(SecretId=channels.SECRET, SecretString=json.dumps({"channels": entries}))
    return lambda: secrets.put_secret_value(SecretId=channels.SECRET, SecretString=before)


def test_an_entry_that_is_broken_is_told_by_the_others(every: Local) -> None:
    put_back = with_document(every, [*channels.entries(every.inbox), BROKEN])
    try:
        run_health(every)
        mail = wait_for(
            lambda: [each for each in unhealthy(every) if "(pager)" in str(each.payload.get("Subject"))]
        )[0]
    finally:
        put_back()

    assert "url is missing" in mail.payload["Message"]
    wait_for(lambda: set(channels.names(every.inbox)) <= about(every, mail.notice_id).keys())


def test_a_channel_that_is_gone_gets_a_notice_once_and_the_others_hear_of_it(every: Local) -> None:
    url = every.inbox.url + every.inbox.hook_path("gone")
    gone = {"name": "gone", "type": "slack-webhook", "url": url}
    put_back = with_document(every, [*channels.entries(every.inbox), gone])
    every.inbox.gone.add("gone")
    try:
        scene = Scene.begin(every)
        scene.deliver(scene.use())
        wait_for(lambda: dead_letters(every) == 1)
        run_health(every)
        mail = wait_for(
            lambda: [each for each in unhealthy(every) if "channel gone" in str(each.payload.get("Subject"))]
        )[0]
    finally:
        put_back()
        queue = every.stack.outputs["DeliveryDeadLetterQueueUrl"]
        client(every, "sqs").purge_queue(QueueUrl=queue)

    assert "HTTP 410: gone" in mail.payload["Message"]
    assert "It says that it never will" in mail.payload["Message"]


def dead_letters(stack: Local) -> int:
    """How many notices deliver gave up."""
    queue, name = stack.stack.outputs["DeliveryDeadLetterQueueUrl"], "ApproximateNumberOfMessages"
    answer = client(stack, "sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])
    return int(answer["Attributes"][name])


def test_an_update_to_a_document_in_which_nothing_is_good_is_refused_and_the_old_one_stays(
    every: Local,
) -> None:
    cloudformation = client(every, "cloudformation")
    before = parameters_of(every)
    arn = client(every, "secretsmanager").create_secret(
        Name="broken-channels", SecretString=json.dumps({"channels": [BROKEN]})
    )["ARN"]

    with pytest.raises(WaiterError):
        update(every, {"ChannelsSecretArn": arn})

    events = cloudformation.describe_stack_events(StackName=stacks.NAME)["StackEvents"]
    said = " ".join(each.get("ResourceStatusReason", "") for each in events)
    assert "no channel of the document is valid: channels[0] (pager): url is missing" in said
    (now,) = cloudformation.describe_stacks(StackName=stacks.NAME)["Stacks"]
    assert now["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert parameters_of(every)["ChannelsSecretArn"] == before["ChannelsSecretArn"]
    assert tag_of_deliver(every).startswith("ChannelDocument/")


def tag_of_deliver(stack: Local) -> str:
    functions = client(stack, "lambda")
    (arn,) = [
        found["FunctionArn"]
        for found in functions.list_functions()["Functions"]
        if "DeliverFunction" in found["FunctionName"]
    ]
    return str(functions.list_tags(Resource=arn)["Tags"]["kms-reprieve:channel-document"])
