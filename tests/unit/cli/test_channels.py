"""`kms-reprieve channels`: a document is checked, shown and stored before anybody depends on it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from kms_reprieve_cli import command
from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.channels.put import put
from kms_reprieve_cli.channels.slack_manifest import slack_manifest
from reprieve.cases.notice import Reason
from reprieve.messages.channels.document import TYPES
from reprieve.messages.headline import VERBS
from tests.aws_in_process import aws_in_process
from tests.channel_examples import entry

OPS = {"name": "ops", "type": "slack-webhook", "url": "https://hooks.slack.example/confidential"}
SOAR = entry(
    "webhook", name="soar", only={"reasons": ["key-in-use"], "owners": ["b", "a"], "regions": ["eu-west-1"]}
)


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    file = folder / "channels.json"
    file.write_text(json.dumps({"channels": entries}))
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command.app, ["channels", *map(str, arguments)], prog_name="kms-reprieve")


def test_check_prints_each_channel_with_its_route(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, OPS, SOAR))

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ops: slack-webhook, gets everything",
        "soar: webhook, gets reasons key-in-use; Regions eu-west-1; owners a, b, no link",
    ]


def test_check_names_what_is_wrong_and_shows_no_secret(tmp_path: Path) -> None:
    result = run("check", written(tmp_path, OPS, OPS | {"name": "typo", "urls": 1}, OPS | {"name": "slack"}))

    assert result.exit_code == 1
    assert result.stdout == "ops: slack-webhook, gets everything\n"
    assert result.stderr.splitlines() == [
        "channels[1] (typo): urls is not known",
        "channels[2] (slack): name is already used by another channel",
    ]
    assert "confidential" not in result.output


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "channels.json"
    file.write_bytes(b"\xff\xfe")

    result = run("check", file)

    assert (result.exit_code, "it can't be read: UnicodeDecodeError" in result.stderr) == (1, True)


def test_slack_is_told_and_asked_nothing() -> None:
    tools = Offline()

    assert tools.slack("token", "base").call("chat.postMessage", {"text": "é"})["ok"] is True
    assert tools.slack("token", "base").ask("users.info", {}) == {}
    assert tools.kept == ['{"text": "é"}']


@pytest.mark.parametrize("reason", VERBS)
def test_preview_shows_what_every_type_would_send(tmp_path: Path, reason: Reason) -> None:
    entries = [entry(kind, name=f"by-{kind}") for kind in TYPES]

    result = run("preview", written(tmp_path, *entries), "--reason", reason.value)

    assert result.exit_code == 0
    for kind in TYPES:
        assert f"<h2>by-{kind}</h2>" in result.stdout
    assert result.stdout.count("<iframe sandbox") == 1
    assert "alias/orders-db" in result.stdout
    assert reason is not Reason.DELETION_CANCELLED or "PendingDeletion" not in result.stdout


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.DIGEST, "alias/orders-db"),
        (Reason.NO_EVENT_FOUND, "CloudTrail/logs"),
        (Reason.STACK_UNHEALTHY, "redrive"),
    ],
)
def test_preview_shows_what_is_about_no_single_key(tmp_path: Path, reason: Reason, said: str) -> None:
    entries = [entry(kind, name=f"by-{kind}") for kind in TYPES]

    result = run("preview", written(tmp_path, *entries), "--reason", reason.value)

    assert (result.exit_code, result.stdout.count("<h2>")) == (0, len(TYPES))
    assert said in result.stdout


def test_check_tells_of_a_route_that_leads_nowhere(tmp_path: Path) -> None:
    lost = OPS | {"only": {"accounts": ["111122223333", "1111"], "regions": ["eu-wets-1", "cn-north-1"]}}

    result = run("check", written(tmp_path, lost))

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "ops: only.accounts: 1111 is not an account ID",
        "ops: only.regions: eu-wets-1 is not a Region",
    ]


def test_preview_escapes_and_tells_what_is_wrong(tmp_path: Path) -> None:
    result = run("preview", written(tmp_path, OPS, {"name": "typo"}))

    assert result.exit_code == 1
    assert "<script" not in result.stdout
    assert result.stderr == "channels[1] (typo): type is missing\n"


def test_a_preview_reads_no_secret() -> None:
    assert (Offline().document("x"), Offline().secret("x", "y")) == ("", "")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with aws_in_process():
        yield boto3.Session(region_name="eu-west-1")


def deployed(session: boto3.Session, *entries: dict[str, Any]) -> str:
    """A stack whose parameter names a secret with a document."""
    secrets = session.client("secretsmanager")
    arn = secrets.create_secret(Name="channels", SecretString=json.dumps({"channels": entries}))["ARN"]
    make_stack(session, arn)
    return arn


def make_stack(session: boto3.Session, arn: str) -> None:
    template = {
        "Parameters": {"ChannelsSecretArn": {"Type": "String", "Default": ""}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    session.client("cloudformation").create_stack(
        StackName="kms-reprieve",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "ChannelsSecretArn", "ParameterValue": arn}],
    )


def stored(session: boto3.Session, arn: str) -> Any:
    return json.loads(session.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def test_put_shows_what_changes_asks_and_stores(
    session: boto3.Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arn, file = deployed(session, OPS), written(tmp_path, SOAR)
    asked: list[str] = []

    status = put(session, "kms-reprieve", file, lambda question: not asked.append(question))  # type: ignore[func-returns-value]

    said = capsys.readouterr().out
    assert (status, asked) == (0, ["Store this document?"])
    assert "- ops: slack-webhook, gets everything\n+ soar: webhook, gets" in said
    assert "confidential" not in said
    assert stored(session, arn) == {"channels": [SOAR]}


def test_put_stores_nothing_that_nobody_wants(
    session: boto3.Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arn = deployed(session, OPS)

    status = put(session, "kms-reprieve", written(tmp_path, OPS), lambda _: False)

    assert (status, capsys.readouterr().out) == (1, "no channel or route changes\n")
    assert stored(session, arn) == {"channels": [OPS]}


def test_put_refuses_what_is_wrong_before_anything_is_asked(tmp_path: Path) -> None:
    result = run("put", written(tmp_path, {"name": "typo"}), "--yes")

    assert (result.exit_code, result.stderr) == (1, "channels[0] (typo): type is missing\n")


def test_put_says_what_a_stack_without_a_document_needs(
    session: boto3.Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stack(session, "")

    status = put(session, "kms-reprieve", written(tmp_path, OPS), lambda _: True)

    assert status == 1
    assert "has no ChannelsSecretArn: create a secret, and deploy with its ARN" in capsys.readouterr().err


def test_put_asks_on_the_terminal(
    session: boto3.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn, file = deployed(session), written(tmp_path, OPS)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    result = CliRunner().invoke(command.app, ["channels", "put", str(file)], input="y\n")

    assert result.exit_code == 0
    assert "Store this document? [y/N]: y" in result.output
    assert stored(session, arn) == {"channels": [OPS]}


def test_slack_s_manifest_has_the_least_scopes_and_the_stack_s_address() -> None:
    result = run("slack-manifest", "--url", "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/")

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["oauth_config"]["scopes"] == {"bot": ["chat:write", "users:read", "users:read.email"]}
    assert found["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": "https://abc123.execute-api.eu-west-1.amazonaws.com/slack",
    }
    assert len(found["display_information"]["description"]) <= 140
    assert len(found["display_information"]["name"]) <= 35


@pytest.mark.parametrize("url", ["https://abc123", "https://abc123/", "https://abc123/slack"])
def test_slack_s_manifest_takes_the_address_of_the_api_in_every_form(url: str) -> None:
    found = json.loads(run("slack-manifest", "--url", url).stdout)

    assert found["settings"]["interactivity"]["request_url"] == "https://abc123/slack"


def test_slack_s_manifest_asks_the_stack_for_its_address(
    session: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"PageUrl": {"Value": "https://abc123.example.com/keys/"}},
    }
    session.client("cloudformation").create_stack(StackName="ours", TemplateBody=json.dumps(template))

    assert slack_manifest(lambda: session, "ours", None) == 0

    assert '"request_url": "https://abc123.example.com/slack"' in capsys.readouterr().out


@pytest.mark.parametrize("url", ["http://abc123.example.com", "https://", "abc123"])
def test_slack_takes_no_address_without_tls(url: str) -> None:
    result = run("slack-manifest", "--url", url)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no https URL for Slack: give one with --url" in result.stderr


def test_a_stack_without_an_address_has_no_manifest(
    session: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stack(session, "")

    assert slack_manifest(lambda: session, "kms-reprieve", None) == 1
    assert "the stack has no https URL for Slack" in capsys.readouterr().err
