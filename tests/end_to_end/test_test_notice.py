"""`kms-reprieve test-notice` on the deployed stack: sent, opened over HTTP, recorded; no key is touched."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kms_reprieve_cli import command
from kms_reprieve_cli.test_notice.policy import document
from local.inbox_messages import Message
from local.up import Local
from tests.scene import Scene, post, request

CHANNELS = ("email", "slack")
SETTINGS = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "NO_PROXY": "127.0.0.1"}


def client(local: Local, service: str) -> Any:
    make: Any = local.emulator.session().client
    return make(service, endpoint_url=local.emulator.endpoint)


@pytest.fixture(scope="module")
def operator(stack: Local) -> Mapping[str, str]:
    """The environment of somebody who may do what the command's own policy allows, and no more."""
    iam = client(stack, "iam")
    user = iam.create_user(UserName="tester")["User"]["UserName"]
    made = iam.create_access_key(UserName=user)["AccessKey"]
    policy = json.dumps(document("kms-reprieve", "aws"))
    iam.put_user_policy(UserName=user, PolicyName="least", PolicyDocument=policy)
    return {
        **SETTINGS,
        "AWS_ENDPOINT_URL": stack.emulator.endpoint,
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_REGION": stack.emulator.region,
    }


def run(operator: Mapping[str, str], *arguments: str) -> Result:
    return CliRunner(env=dict(operator)).invoke(command.app, ["test-notice", *arguments])


@contextmanager
def running(operator: Mapping[str, str], *arguments: str) -> Iterator[Future[Result]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(run, operator, *arguments)


def heard(local: Local, before: int) -> Mapping[str, Message]:
    """The test notice of each channel that arrived since."""
    until, found = time.monotonic() + 30, dict[str, Message]()
    while time.monotonic() < until:
        with local.inbox.arrival:
            arrived = [each for each in local.inbox.messages[before:] if each.reason == "test"]
        found = {message.channel: message for message in arrived}
        if set(found) == set(CHANNELS):
            return found
        time.sleep(0.1)
    raise AssertionError(f"no test notice in every channel: {found}")


def test_it_arrives_by_every_channel_is_opened_and_recorded(
    stack: Local, operator: Mapping[str, str]
) -> None:
    before = len(stack.inbox.messages)
    with running(operator, "--json", "--timeout", "60") as command_run:
        messages = heard(stack, before)
        links = {name: message.link or "" for name, message in messages.items()}
        shown = request("GET", links["email"])
        done = {name: post(link, b"decision=seen&name=Jane") for name, link in links.items()}
        result = command_run.result(timeout=60)

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert messages["email"].payload["Subject"].startswith("Test of kms-reprieve in 111122223333, eu-west-1")
    assert (shown.status, "This is a test" in shown.text) == (200, True)
    assert all("Recorded: the test notice by" in answer.text for answer in done.values())
    assert [channel["channel"] for channel in told["channels"]] == list(CHANNELS)
    for channel in told["channels"]:
        assert channel["accepted_at"]
        (opening,) = channel["opened"]
        assert opening["pressed"]
        assert 'who says they are "Jane"' in opening["by"]
    assert {each["address"] for each in told["channels"][0]["recipients"]} == {
        "jane@example.com",
        "on-call@example.com",
    }


def test_it_is_in_the_audit_trail_without_a_key_and_nothing_follows(
    stack: Local, operator: Mapping[str, str]
) -> None:
    before = len(stack.inbox.messages)

    result = run(operator, "--until", "accepted", "--timeout", "30", "--json")
    notice = json.loads(result.stdout)["notice"]
    messages = heard(stack, before)
    post(messages["slack"].link or "", b"decision=seen")

    table = client(stack, "dynamodb")
    items = table.query(
        TableName=stack.stack.outputs["CaseTableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"test#{notice}"}},
    )["Items"]
    assert result.exit_code == 0
    assert sorted(item["sk"]["S"].partition("#")[0] for item in items) == [
        *("accepted", "accepted", "audit", "audit", "begun", "routed")
    ]
    time.sleep(1)
    assert len(stack.inbox.messages) - before == len(CHANNELS)
    lines = client(stack, "logs").filter_log_events(logGroupName=stack.stack.outputs["AuditLogGroup"])[
        "events"
    ]
    events = [json.loads(line["message"]) for line in lines]
    assert {each["event"] for each in events if notice in {each["id"], each.get("notice_id")}} == {
        "notice",
        "seen",
    }


def test_the_link_of_a_test_and_a_real_key_have_nothing_to_do_with_each_other(
    stack: Local, operator: Mapping[str, str]
) -> None:
    scene = Scene.begin(stack)
    real = scene.link()
    before = len(stack.inbox.messages)
    run(operator, "--until", "accepted", "--timeout", "30")
    test = heard(stack, before)["email"].link or ""

    base, token = real.rsplit("/", 1)
    parts, others = token.split("."), test.rsplit("/", 1)[1].split(".")
    mixed = [
        f"{kind}.{claims}.{mac}"
        for kind in (parts[0], others[0])
        for claims in (parts[1], others[1])
        for mac in (parts[2], others[2])
    ]
    forged = [each for each in mixed if each not in {token, ".".join(others)}]

    assert len(forged) == 6
    assert {post(f"{base}/{each}", b"enable=yes&decision=cancel").status for each in forged} == {404}
    assert post(test, b"enable=yes&decision=cancel").status == 400
    assert post(real, b"decision=seen").status == 400
    assert scene.state() == "PendingDeletion"


def test_a_channel_that_takes_nothing_is_named(stack: Local, operator: Mapping[str, str]) -> None:
    secrets = client(stack, "secretsmanager")
    names = [each["Name"] for each in secrets.list_secrets()["SecretList"]]
    (name,) = [each for each in names if "SlackWebhookSecret" in each]
    usual = secrets.get_secret_value(SecretId=name)["SecretString"]
    secrets.put_secret_value(SecretId=name, SecretString=f"{usual}-gone")
    try:
        result = run(operator, "--until", "accepted", "--timeout", "8")
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=usual)

    assert result.exit_code == 1
    assert "email: accepted after" in result.stdout
    assert "slack: not accepted: HTTP 404" in result.stdout
