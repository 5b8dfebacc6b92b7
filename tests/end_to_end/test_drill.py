"""`kms-reprieve drill` on the deployed stack: the whole way; a click over HTTP, CloudTrail by a stand-in."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import cloudtrail, organization
from local.application import Role, assume
from local.emulator import Emulator
from local.up import Local
from tests.scene import forget_how_many_notices_there_were, post

EVERYWHERE = {"Action": "kms:*", "Resource": "*"}
STEPS = ("refusal", "notice", "rescue", "audit", "log-reads", "log-level", "recipe-alarm", "large-item")
SETTINGS = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "NO_PROXY": "127.0.0.1"}
REFUSED = re.compile(r"Decrypt is refused: \S+ (\S+) is pending deletion")
ASKED = "Open the link in the notice"
RESCUED = "the key works again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What became of the command."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(slots=True)
class World:
    """CloudTrail and a person: they do their parts when the terminal says that it is time."""

    local: Local
    account: Emulator
    key: str = ""

    def read(self, line: str) -> None:
        """See what the terminal says, and do what comes next."""
        if refused := REFUSED.search(line):
            self.key = refused[1]
            self.deliver(self.refusal())
        if ASKED in line:
            click(self.local, self.key)
        if RESCUED in line and self.account != self.local.emulator:
            self.deliver(self.cancellation())

    def refusal(self) -> cloudtrail.Record:
        """The record of a request that KMS refused."""
        caller = somebody(self.account)
        try:
            caller.kms.generate_data_key(KeyId=self.key, KeySpec="AES_256")
        except ClientError as refusal:
            record = cloudtrail.refused(refusal, by=caller, key_arn=self.key, parameters={})
            return {**record, "eventName": "Decrypt"}
        raise AssertionError("KMS served the request")

    def cancellation(self) -> cloudtrail.Record:
        """The record of what the page did in the other account, in a session as IAM there requires it."""
        account, session = self.account.account, "reprieve-email"
        record = cloudtrail.record(
            "CancelKeyDeletion", by=somebody(self.account), key_arn=self.key, parameters={"keyId": self.key}
        )
        identity = {
            "type": "AssumedRole",
            "principalId": f"AROA:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{organization.ROLE}/{session}",
            "accountId": account,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": f"arn:aws:iam::{account}:role/{organization.ROLE}",
                    "accountId": account,
                    "userName": organization.ROLE,
                },
                "sourceIdentity": session,
            },
        }
        return {**record, "userIdentity": identity}

    def deliver(self, record: cloudtrail.Record) -> None:
        """What CloudTrail does minutes later."""
        cloudtrail.deliver(self.local.emulator, self.local.stack.log_group, [record])


def client(local: Local, service: str) -> Any:
    make: Any = local.emulator.session().client
    return make(service, endpoint_url=local.emulator.endpoint)


@cache
def somebody(account: Emulator) -> Role:
    """A program that may do anything with any key of an account."""
    return assume(account, "drilled-fn", "drilled-api", EVERYWHERE)


def run(local: Local, *arguments: str, answers: str = "", there: Emulator | None = None, **more: str) -> Ran:
    """Run the command in a terminal that the world reads; its key is in the stack's account or `there`."""
    emulator, world = local.emulator, World(local, there or local.emulator)
    environment = {
        **SETTINGS,
        **more,
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": emulator.root.key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.root.secret,
        "AWS_REGION": emulator.region,
    }
    said: list[str] = []
    command = [sys.executable, "-m", "kms_reprieve_cli", "drill", *arguments]
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as program,
    ):
        assert program.stdin is not None
        assert program.stderr is not None
        program.stdin.write(answers)
        program.stdin.close()
        for line in program.stderr:
            said.append(line)
            world.read(line)
        program.wait()
        output.seek(0)
        return Ran(exit_code=program.returncode, stdout=output.read(), stderr="".join(said))


def click(local: Local, key: str) -> None:
    """What a person does: follow the link in the mail, and press the button."""
    (message,) = [
        each
        for each in local.inbox.messages
        if (each.key_arn, each.channel, each.reason) == (key, "email", "key-in-use")
    ]
    assert post(message.link or "", b"enable=yes&decision=cancel").status == 200


@pytest.fixture(scope="module")
def drilled(stack: Local, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Mapping[str, Any], Path]:
    forget_how_many_notices_there_were(stack)
    path = tmp_path_factory.mktemp("drill") / "report"
    only = [argument for step in STEPS for argument in ("--only", step)]
    result = run(stack, "--yes", "--json", "--patience", "90", "--report", str(path), *only)
    return result, json.loads(result.stdout), path


def test_it_goes_the_whole_way_and_all_is_as_it_should_be(
    drilled: tuple[Ran, Mapping[str, Any], Path],
) -> None:
    result, told, _ = drilled

    wrong = [each for each in told["findings"] if each["verdict"] not in {"ok", "note"}]
    assert wrong == []
    assert (result.exit_code, told["misses"]) == (0, 0)
    assert list(dict.fromkeys(each["step"] for each in told["findings"])) == [
        *("refusal", "notice", "rescue", "audit", "log-reads", "log-level", "recipe-alarm", "large-item"),
        "clean-up",
    ]


def test_it_measures_every_latency(drilled: tuple[Ran, Mapping[str, Any], Path]) -> None:
    _, told, _ = drilled

    measured = {each["what"] for each in told["findings"] if each["seconds"] is not None}
    assert {
        "CloudTrail delivered the record of Decrypt",
        "from the refused request to the decision to notify",
        "from the refused request to the notice in email",
        "from the refused request to the notice in slack",
        "from the request to press the button to the enabled key",
    } <= measured


def test_its_reports_can_be_attached_to_an_issue(drilled: tuple[Ran, Mapping[str, Any], Path]) -> None:
    _, told, path = drilled

    page = path.with_name("report.md").read_text("utf-8")
    assert json.loads(path.with_name("report.json").read_text("utf-8")) == told
    assert page.startswith("# Drill of kms-reprieve\n")
    assert '"eventName": "Decrypt"' in page
    assert '"accessKeyId": "…"' in page
    assert "127.0.0.1" not in page


def test_what_is_left_is_the_key_pending_deletion_under_a_name_that_says_what_it_is(
    stack: Local, drilled: tuple[Ran, Mapping[str, Any], Path]
) -> None:
    key = re.search(REFUSED, drilled[0].stderr)
    kms = client(stack, "kms")

    assert key
    told = kms.describe_key(KeyId=key[1])["KeyMetadata"]
    assert told["KeyState"] == "PendingDeletion"
    assert told["Description"].startswith("Throwaway key of kms-reprieve")
    assert "kms-reprieve:drill" in {tag["TagKey"] for tag in kms.list_resource_tags(KeyId=key[1])["Tags"]}


def test_a_key_of_another_account_and_region_is_notified_rescued_and_cleaned_up(
    stack: Local, tmp_path: Path
) -> None:
    forget_how_many_notices_there_were(stack)
    there = organization.member_account(stack.emulator)
    settings = tmp_path / "credentials"
    settings.write_text(f"[shop]\naws_access_key_id = {there.root.key_id}\naws_secret_access_key = local\n")
    account = ("--member-profile", "shop", "--member-region", there.region)

    result = run(
        stack,
        *("--only", "member-account", *account, "--yes", "--json", "--patience", "60"),
        *("--report", str(tmp_path / "r")),
        there=there,
        AWS_SHARED_CREDENTIALS_FILE=str(settings),
    )

    told = json.loads(result.stdout)
    assert [each for each in told["findings"] if each["verdict"] not in {"ok", "note"}] == []
    assert result.exit_code == 0
    assert f"arn:aws:kms:us-east-1:{there.account}:key/" in result.stderr
    assert {each["what"] for each in told["findings"] if each["seconds"] is not None} >= {
        "from the refused request to the notice in email",
        "from the refused request to the notice in slack",
    }


def test_without_a_yes_nothing_is_created(stack: Local, tmp_path: Path) -> None:
    before = len(client(stack, "kms").list_keys()["Keys"])

    result = run(stack, "--only", "refusal", "--report", str(tmp_path / "r"), answers="n\n")

    assert result.exit_code == 1
    assert "stopped: you did not allow it" in result.stderr
    assert len(client(stack, "kms").list_keys()["Keys"]) == before
