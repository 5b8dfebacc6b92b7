"""`kms-reprieve drill`: what it asks of the network, and its command line on an AWS in this process."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from kms_reprieve_cli import command
from kms_reprieve_cli.drill.finding import Verdict
from kms_reprieve_cli.drill.person import TerminalPerson
from kms_reprieve_cli.drill.steps import ip_families

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"CaseTableName": {"Value": "table"}},
}


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def drill_of(address: str) -> Any:
    return SimpleNamespace(stack=SimpleNamespace(output=lambda _: address))


def test_each_family_is_connected_to(port: int) -> None:
    (four, six) = ip_families.run(drill_of(f"http://127.0.0.1:{port}/keys/"))

    assert (four.verdict, four.what) == (Verdict.OK, "the page answers over IPv4")
    assert six.verdict is Verdict.NOTE
    assert six.what.startswith("the page has no IPv6 address")


def test_an_address_that_nobody_answers_at_is_a_miss() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()[1]

    (four, _) = ip_families.run(drill_of(f"http://127.0.0.1:{closed}/keys/"))

    assert four.verdict is Verdict.MISS


def test_a_person_who_says_yes_is_not_asked() -> None:
    assert TerminalPerson(says_yes=True).allows("It changes something.")
    TerminalPerson(says_yes=True).asked("Press the button.")


@pytest.fixture
def account(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    boto3.client("cloudformation", region_name=region).create_stack(
        StackName="kms-reprieve", TemplateBody=json.dumps(TEMPLATE)
    )


@pytest.mark.usefixtures("account")
def test_the_report_goes_where_it_is_wanted(tmp_path: Path) -> None:
    arguments = ["drill", "--only", "large-item", "--report", str(tmp_path / "r"), "--json"]

    result = CliRunner().invoke(command.app, arguments, input="n\n")

    told = json.loads(result.stdout[result.stdout.index("{") :])
    assert result.exit_code == 1
    assert [each["what"] for each in told["findings"]] == ["stopped: you did not allow it"]
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == told
    assert (tmp_path / "r.md").read_text("utf-8").startswith("# Drill of kms-reprieve")
    assert f"{datetime.now(UTC):%Y-}" in (tmp_path / "r.md").read_text("utf-8")


@pytest.mark.usefixtures("account")
def test_a_step_that_there_is_not_is_wrong_usage() -> None:
    result = CliRunner().invoke(command.app, ["drill", "--only", "fire"])

    assert result.exit_code == 2


def test_without_a_region_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    result = CliRunner().invoke(command.app, ["drill", "--yes"])

    assert result.exit_code == 1
    assert "--region" in result.stderr


def test_steps_and_policy_are_printed_without_aws() -> None:
    steps = CliRunner().invoke(command.app, ["drill", "--steps"])
    policy = CliRunner().invoke(command.app, ["drill", "--policy", "--only", "refusal"])

    assert steps.exit_code == policy.exit_code == 0
    assert json.loads(policy.stdout)["Version"] == "2012-10-17"
