"""`kms-reprieve drill` on the deployed stack: the whole way; a click over HTTP, CloudTrail by a stand-in."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from kms_reprieve_cli import command
from local import cloudtrail
from local.up import Local
from tests.scene import anybody, forget_how_many_notices_there_were, post

ALIAS = "alias/kms-reprieve-drill-"
STEPS = ("refusal", "notice", "rescue", "audit", "log-reads", "log-level", "recipe-alarm", "large-item")
SETTINGS = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "NO_PROXY": "127.0.0.1"}


def client(local: Local, service: str) -> Any:
    make: Any = local.emulator.session().client
    return make(service, endpoint_url=local.emulator.endpoint)


def run(local: Local, *arguments: str, answers: str = "") -> Result:
    emulator = local.emulator
    environment = {
        **SETTINGS,
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": emulator.root.key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.root.secret,
        "AWS_REGION": emulator.region,
    }
    return CliRunner(env=environment).invoke(command.app, ["drill", *arguments], input=answers)


def throwaway(local: Local) -> str | None:
    """The drill's key, once it is pending deletion."""
    kms = client(local, "kms")
    for alias in kms.list_aliases()["Aliases"]:
        if alias["AliasName"].startswith(ALIAS):
            told = kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]
            if told["KeyState"] == "PendingDeletion":
                arn: str = told["Arn"]
                return arn
    return None


def deliver(local: Local, key: str) -> None:
    """What CloudTrail does minutes later: write the record of a request that KMS refused."""
    caller = anybody(local)
    try:
        caller.kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    except ClientError as refusal:
        record = cloudtrail.refused(refusal, by=caller, key_arn=key, parameters={})
        cloudtrail.deliver(local.emulator, local.stack.log_group, [{**record, "eventName": "Decrypt"}])
        return
    raise AssertionError("KMS served the request")


def click(local: Local, key: str) -> None:
    """What a person does: follow the link in the mail, and press the button."""
    (message,) = [
        each
        for each in local.inbox.messages
        if (each.key_arn, each.channel, each.reason) == (key, "email", "key-in-use")
    ]
    assert post(message.link or "", b"enable=yes&decision=cancel").status == 200


@contextmanager
def world(local: Local) -> Iterator[None]:
    """CloudTrail and a person, beside the drill."""
    done = Event()

    def live() -> None:
        while (key := throwaway(local)) is None:
            if done.wait(0.2):
                return
        deliver(local, key)
        while not any(each.key_arn == key and each.reason == "key-in-use" for each in local.inbox.messages):
            if done.wait(0.2):
                return
        done.wait(6)  # both channels have it, and the drill has seen so
        click(local, key)

    with ThreadPoolExecutor(1) as pool:
        living = pool.submit(live)
        try:
            yield
        finally:
            done.set()
            living.result(timeout=30)


@pytest.fixture(scope="module")
def drilled(stack: Local, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Mapping[str, Any], Path]:
    forget_how_many_notices_there_were(stack)
    path = tmp_path_factory.mktemp("drill") / "report"
    only = [argument for step in STEPS for argument in ("--only", step)]
    with world(stack):
        result = run(stack, "--yes", "--json", "--patience", "90", "--report", str(path), *only)
    return result, json.loads(result.stdout), path


def test_it_goes_the_whole_way_and_all_is_as_it_should_be(
    drilled: tuple[Result, Mapping[str, Any], Path],
) -> None:
    result, told, _ = drilled

    wrong = [each for each in told["findings"] if each["verdict"] not in {"ok", "note"}]
    assert wrong == []
    assert (result.exit_code, told["misses"]) == (0, 0)
    assert list(dict.fromkeys(each["step"] for each in told["findings"])) == [
        *("refusal", "notice", "rescue", "audit", "log-reads", "log-level", "recipe-alarm", "large-item"),
        "clean-up",
    ]


def test_it_measures_every_latency(drilled: tuple[Result, Mapping[str, Any], Path]) -> None:
    _, told, _ = drilled

    measured = {each["what"] for each in told["findings"] if each["seconds"] is not None}
    assert {
        "CloudTrail delivered the record of Decrypt",
        "from the refused request to the decision to notify",
        "from the refused request to the notice in email",
        "from the refused request to the notice in slack",
        "from the request to press the button to the enabled key",
    } <= measured


def test_its_reports_can_be_attached_to_an_issue(drilled: tuple[Result, Mapping[str, Any], Path]) -> None:
    _, told, path = drilled

    page = path.with_name("report.md").read_text("utf-8")
    assert json.loads(path.with_name("report.json").read_text("utf-8")) == told
    assert page.startswith("# Drill of kms-reprieve\n")
    assert '"eventName": "Decrypt"' in page
    assert '"accessKeyId": "…"' in page
    assert "127.0.0.1" not in page


def test_what_is_left_is_the_key_pending_deletion_under_a_name_that_says_what_it_is(
    stack: Local, drilled: tuple[Result, Mapping[str, Any], Path]
) -> None:
    assert drilled
    key = throwaway(stack)

    assert key is not None
    kms = client(stack, "kms")
    tags = {tag["TagKey"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"].startswith(
        "Throwaway key of kms-reprieve"
    )
    assert "kms-reprieve:drill" in tags


def test_without_a_yes_nothing_is_created(stack: Local, tmp_path: Path) -> None:
    before = len(client(stack, "kms").list_keys()["Keys"])

    result = run(stack, "--only", "refusal", "--report", str(tmp_path / "r"), answers="n\n")

    assert result.exit_code == 1
    assert "stopped: you did not allow it" in result.stderr
    assert len(client(stack, "kms").list_keys()["Keys"]) == before
