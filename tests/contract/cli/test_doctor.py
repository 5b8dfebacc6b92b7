"""`kms-reprieve doctor` on an AWS in this process: its calls, its answers, its command line."""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from kms_reprieve_cli import command
from kms_reprieve_cli.doctor.aws_cloud import AwsCloud
from kms_reprieve_cli.doctor.http_network import HttpNetwork
from reprieve.errors import AbsentError, AwsError, ProviderError, UnreachableError
from tests.openid import Provider, running

GROUP = "cloudtrail/management"
ACCOUNT = "123456789012"


@pytest.fixture
def session(region: str) -> boto3.Session:
    return boto3.Session(region_name=region)


@pytest.fixture
def cloud(session: boto3.Session) -> AwsCloud:
    return AwsCloud(session)


@pytest.fixture
def account(session: boto3.Session) -> boto3.Session:
    """An account with a log group that a trail delivers to."""
    session.client("logs").create_log_group(logGroupName=GROUP)
    session.client("s3").create_bucket(
        Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    trails: Any = session.client("cloudtrail")
    trails.create_trail(
        Name="management",
        S3BucketName="trail",
        IsMultiRegionTrail=True,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{GROUP}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{ACCOUNT}:role/trail",
    )
    trails.put_event_selectors(
        TrailName="management",
        EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}],
    )
    trails.start_logging(Name="management")
    return session


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(command.app, ["doctor", *arguments])


def checks(result: Result) -> dict[str, Mapping[str, str]]:
    found: list[Mapping[str, str]] = json.loads(result.stdout)["checks"]
    return {each["id"]: each for each in found}


def test_a_question_is_asked_once(cloud: AwsCloud) -> None:
    first = cloud.ask("sts", "GetCallerIdentity")

    assert first["Account"] == ACCOUNT
    assert cloud.ask("sts", "GetCallerIdentity") is first


def test_pages_are_put_together(cloud: AwsCloud, session: boto3.Session) -> None:
    logs = session.client("logs")
    for number in range(60):
        logs.create_log_group(logGroupName=f"group-{number:02}")

    found = cloud.ask_all("logs", "DescribeLogGroups", logGroupNamePrefix="group-")["logGroups"]

    assert len(found) == 60


def test_another_region_is_asked_there(cloud: AwsCloud, session: boto3.Session) -> None:
    key = session.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["Arn"]

    assert cloud.ask("kms", "DescribeKey", region="us-east-1", KeyId=key)["KeyMetadata"]["Arn"] == key
    with pytest.raises(AbsentError, match="kms:DescribeKey"):
        cloud.ask("kms", "DescribeKey", region="eu-west-1", KeyId=key)


def test_an_error_names_the_permission(cloud: AwsCloud) -> None:
    with pytest.raises(AwsError) as refused:
        cloud.ask("apigatewayv2", "GetApi", ApiId="none")

    assert refused.value.operation == "apigateway:GET"


def test_another_account_is_entered_by_a_role(cloud: AwsCloud, session: boto3.Session) -> None:
    trust: Mapping[str, Any] = {"Version": "2012-10-17", "Statement": []}
    there = cloud.entered("arn:aws:iam::444455556666:role/Audit")
    session.client("iam").create_role(RoleName="here", AssumeRolePolicyDocument=json.dumps(trust))

    assert there.ask("sts", "GetCallerIdentity")["Account"] == "444455556666"
    with pytest.raises(AwsError, match="NoSuchEntity"):
        there.ask("iam", "GetRole", RoleName="here")
    assert cloud.ask("iam", "GetRole", RoleName="here")["Role"]["AssumeRolePolicyDocument"] == trust


@pytest.mark.usefixtures("account")
def test_before_deploying_the_source_is_looked_at() -> None:
    result = doctor(
        "--log-group", GROUP, "--region", "eu-west-1", "--only", "account", "--only", "source", "--json"
    )

    found = checks(result)
    assert result.exit_code == 0
    assert {name: each["status"] for name, each in found.items()} == {
        "credentials": "pass",
        "partition": "pass",
        "log-group": "pass",
        "log-group-retention": "pass",
        "log-group-key": "pass",
        "log-group-source": "pass",
        "trail-logging": "pass",
        "trail-regions": "pass",
        "trail-events": "pass",
        "trail-key": "pass",
        "trail-copies": "pass",
        "delivery": "warn",
    }
    assert set(found["delivery"]) == {"id", "group", "status", "what", "cause", "fix", "link"}


def test_a_trail_that_was_stopped_fails_and_is_told_to_people(account: boto3.Session) -> None:
    account.client("cloudtrail").stop_logging(Name="management")

    result = doctor("--log-group", GROUP, "--only", "source")

    assert result.exit_code == 1
    assert "fail     trail-logging: trail management is not logging" in result.stdout
    assert "fix: aws cloudtrail start-logging --name" in result.stdout
    assert "pass     8 checks" in result.stdout


def test_every_check_is_told_on_demand(account: boto3.Session) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["KeyId"]
    account.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    result = doctor("--log-group", GROUP, "--verbose")

    assert result.exit_code == 0
    assert "pass     log-group: log group cloudtrail/management exists, of class STANDARD" in result.stdout
    assert "pass     pending-keys: 1 of 1 keys in eu-west-1 is pending deletion, the next on" in result.stdout


@pytest.mark.usefixtures("region")
def test_without_a_stack_it_says_how_to_begin() -> None:
    result = doctor("--json")

    assert result.exit_code == 1
    (check,) = (each for name, each in checks(result).items() if name == "stack")
    assert check["what"] == "there is no stack kms-reprieve in eu-west-1"
    assert "--log-group" in check["fix"]


@pytest.mark.usefixtures("region")
def test_without_a_region_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    result = doctor()

    assert result.exit_code == 1
    assert result.stderr.startswith("Region: none is chosen")


@pytest.mark.parametrize("arguments", [("--stack-name", "a", "--log-group", "b"), ("--only", "weather")])
def test_a_wrong_command_line_is_one(arguments: tuple[str, ...]) -> None:
    assert doctor(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "partition", "stack"),
    [
        ((), "aws", "kms-reprieve"),
        (("--region", "cn-north-1", "--stack-name", "orders"), "aws-cn", "orders"),
        (("--log-group", "x"), "aws", "kms-reprieve"),
    ],
)
def test_the_policy_is_printed_without_asking_aws(
    arguments: tuple[str, ...], partition: str, stack: str
) -> None:
    result = doctor("--policy", *arguments)

    assert result.exit_code == 0
    named = [
        each for statement in json.loads(result.stdout)["Statement"][1:] for each in statement["Resource"]
    ]
    assert all(each.startswith(f"arn:{partition}:") for each in named)
    assert any(f"table/{stack}-CaseTable" in each for each in named)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/away" else 404)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Security-Policy", f"for {self.headers['User-Agent']}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_an_address_is_asked_and_no_redirect_followed(site: str) -> None:
    answer, away = HttpNetwork().get(f"{site}/keys/doctor"), HttpNetwork().get(f"{site}/away")

    assert (answer.status, away.status) == (404, 302)
    assert answer.headers["content-security-policy"] == "for kms-reprieve doctor"


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/", "http://[", "ftp://127.0.0.1/"])
def test_an_address_without_an_answer_is_unreachable(address: str, closed_port: int) -> None:
    with pytest.raises(UnreachableError):
        HttpNetwork().get(address.format(port=closed_port))


def test_a_provider_is_asked_where_to_sign_in(closed_port: int) -> None:
    back = "https://abc123.execute-api.eu-west-1.amazonaws.com/signed-in"
    with running(Provider()) as provider:
        address = HttpNetwork().sign_in_address(provider.issuer, "reprieve", back)
        refused = HttpNetwork().get(address.replace("signed-in", "elsewhere"))
        with pytest.raises(ProviderError, match="another issuer"):
            HttpNetwork().sign_in_address(f"{provider.issuer}/", "reprieve", back)

    assert address.startswith(f"{provider.issuer}/authorize?")
    assert refused.status == 400
    with pytest.raises(UnreachableError):
        HttpNetwork().sign_in_address(f"http://127.0.0.1:{closed_port}", "reprieve", back)
