"""What channels are made with: the same in memory and in AWS."""

from typing import TYPE_CHECKING

import boto3
import pytest

from reprieve.adapters.http import HttpClient
from reprieve.adapters.tools import AwsTools
from reprieve.errors import AbsentError, NotUnderstoodError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@pytest.fixture
def secrets(region: str) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name=region)


@pytest.mark.parametrize(
    ("held", "read"),
    [
        ("https://x.example", "https://x.example"),
        (" https://x.example\n", "https://x.example"),
        ('{"url": "https://x.example", "more": 1}', "https://x.example"),
    ],
)
def test_a_secret_is_text_or_json(secrets: "SecretsManagerClient", held: str, read: str) -> None:
    secrets.create_secret(Name="slack", SecretString=held)

    assert AwsTools().secret("slack", "url") == read


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("{", "secret: it is neither text nor JSON with a `url`"),
        ('{"webhook": "confidential"}', "secret: it is neither text nor JSON with a `url`"),
        ('{"url": null}', "secret: its `url` is not a string"),
    ],
)
def test_a_secret_that_holds_something_else_is_told_and_not_shown(
    secrets: "SecretsManagerClient", held: str, said: str
) -> None:
    secrets.create_secret(Name="slack", SecretString=held)

    with pytest.raises(NotUnderstoodError) as caught:
        AwsTools().secret("slack", "url")

    assert str(caught.value) == said


def test_a_secret_is_read_anew_whenever_it_is_asked_for(secrets: "SecretsManagerClient") -> None:
    tools = AwsTools()
    secrets.create_secret(Name="slack", SecretString="old")
    assert tools.secret("slack", "url") == "old"

    secrets.put_secret_value(SecretId="slack", SecretString="new")

    assert tools.secret("slack", "url") == "new"


@pytest.mark.usefixtures("region")
def test_a_secret_that_is_not_there_is_told() -> None:
    with pytest.raises(AbsentError, match=r"^secretsmanager:GetSecretValue: ResourceNotFoundException"):
        AwsTools().secret("slack", "url")


def test_a_topic_is_published_to(region: str) -> None:
    arn = boto3.client("sns", region_name=region).create_topic(Name="notices")["TopicArn"]

    AwsTools().topic(arn).publish("A subject", "A body", {})


def test_nothing_is_made_before_it_is_used() -> None:
    tools = AwsTools()

    assert vars(tools) == {}
    assert isinstance(tools.http, HttpClient)
    assert list(vars(tools)) == ["http"]


@pytest.mark.usefixtures("region")
def test_the_client_that_reads_secrets_can_be_made_before_one_is_read() -> None:
    tools = AwsTools()

    tools.prepare_secrets()

    assert list(vars(tools)) == ["_secrets"]


@pytest.mark.usefixtures("region")
def test_buses_and_mails_have_clients_of_their_own() -> None:
    tools = AwsTools()

    assert tools.bus("arn:bus").arn == "arn:bus"
    assert tools.mailer is tools.mailer
    assert tools.slack("token", "https://slack.com/api").base == "https://slack.com/api"
    assert tools.bus("arn:bus").client is tools.bus("arn:other").client


def test_a_document_is_the_whole_secret(secrets: "SecretsManagerClient") -> None:
    secrets.create_secret(Name="channels", SecretString=' {"channels": []}\n')

    assert AwsTools().document("channels") == '{"channels": []}'


def test_a_secret_of_bytes_is_no_text(secrets: "SecretsManagerClient") -> None:
    secrets.create_secret(Name="channels", SecretBinary=b"x")

    assert AwsTools().document("channels") == ""
