"""What the contract tests talk to."""

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from tests.aws_in_process import aws_in_process
from tests.tables import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The Region of an AWS in this process."""
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with aws_in_process():
        yield "eu-west-1"


@pytest.fixture
def dynamodb(region: str) -> "DynamoDBClient":
    """DynamoDB in this process, with the table `cases`."""
    made = boto3.client("dynamodb", region_name=region)
    make_table(made, "cases")
    return made


@pytest.fixture
def closed_port() -> int:
    """A port of this machine at which nobody answers."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port: int = reserved.getsockname()[1]
    return port
