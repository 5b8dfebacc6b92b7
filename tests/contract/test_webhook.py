"""The webhook: the same in memory and against a server on this machine."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from reprieve.adapters.slack_webhook import SlackWebhook
from reprieve.errors import AbsentError, ChannelBusyError, ChannelError
from reprieve.ports import Webhook
from tests.fakes import FakeWebhook

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

PATH = "/services/T000/B000/confidential"


@dataclass
class Slack:
    """What stands in for Slack: it answers as it is told, and remembers what it got."""

    port: int = 0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    got: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    may_answer: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    slack: Slack


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        slack = self.server.slack
        body = self.rfile.read(int(self.headers["Content-Length"]))
        slack.may_answer.wait()
        slack.got.append((self.path, json.loads(body)))
        self.send_response(slack.status)
        for name, value in slack.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(slack.body)))
        self.end_headers()
        self.wfile.write(slack.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slack() -> Iterator[Slack]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.slack = Slack(port=server.server_port)
        server.slack.may_answer.set()
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.slack
        finally:
            server.slack.may_answer.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def secrets(region: str) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name=region)


def to(address: str, secrets: "SecretsManagerClient") -> SlackWebhook:
    secrets.create_secret(Name="slack", SecretString=address)
    return SlackWebhook(secrets, "slack", timeout=1)


Posted = Callable[[], Sequence[Mapping[str, Any]]]


@pytest.fixture(params=["memory", "http"])
def webhook(request: pytest.FixtureRequest) -> tuple[Webhook, Posted]:
    if request.param == "memory":
        fake = FakeWebhook()
        return fake, lambda: fake.payloads
    slack: Slack = request.getfixturevalue("slack")
    return to(slack.url, request.getfixturevalue("secrets")), lambda: [body for _, body in slack.got]


def test_a_payload_arrives_as_it_is(webhook: tuple[Webhook, Posted]) -> None:
    sender, posted = webhook
    payload = {"text": "é \N{SNOWMAN}", "blocks": [{"type": "divider"}], "mrkdwn": False}

    sender.post(payload)

    assert posted() == [payload]


def test_every_post_is_one_request(webhook: tuple[Webhook, Posted]) -> None:
    sender, posted = webhook

    sender.post({"text": "1"})
    sender.post({"text": "2"})

    assert posted() == [{"text": "1"}, {"text": "2"}]


def test_the_address_may_stand_in_json(slack: Slack, secrets: "SecretsManagerClient") -> None:
    to(json.dumps({"url": slack.url, "more": 1}), secrets).post({"text": "x"})

    assert slack.got == [(PATH, {"text": "x"})]


def test_an_address_is_read_anew_for_every_post(slack: Slack, secrets: "SecretsManagerClient") -> None:
    webhook = to("https://hooks.example/old", secrets)
    secrets.put_secret_value(SecretId="slack", SecretString=f" {slack.url}\n")

    webhook.post({"text": "x"})

    assert slack.got == [(PATH, {"text": "x"})]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"no_service", "slack: HTTP 404: no_service"),
        (400, b"invalid_blocks", "slack: HTTP 400: invalid_blocks"),
        (500, b"", "slack: HTTP 500: "),
        (403, b"<html>\n" + b"x" * 1000, f"slack: HTTP 403: <html>\N{REPLACEMENT CHARACTER}{'x' * 92}…"),
        (204, b"", "slack: HTTP 204: "),
    ],
)
def test_what_is_not_taken_is_told_with_slacks_word(
    slack: Slack, secrets: "SecretsManagerClient", status: int, body: bytes, said: str
) -> None:
    slack.status, slack.body = status, body

    with pytest.raises(ChannelError) as caught:
        to(slack.url, secrets).post({"text": "x"})

    assert str(caught.value) == said
    assert len(slack.got) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "86400"}, 3600),
        ({"Retry-After": "9" * 5000}, 3600),
        ({"Retry-After": "-1"}, 30),
        ({"Retry-After": "1.5"}, 30),
        ({"Retry-After": "soon"}, 30),
        ({"Retry-After": "\u00b2"}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 15:00:00 GMT"}, 30),
        ({}, 30),
    ],
)
def test_a_request_to_wait_is_told_with_how_long(
    slack: Slack, secrets: "SecretsManagerClient", headers: dict[str, str], seconds: int
) -> None:
    slack.status, slack.headers, slack.body = 429, headers, b""

    with pytest.raises(ChannelBusyError, match="slack: HTTP 429") as caught:
        to(slack.url, secrets).post({"text": "x"})

    assert caught.value.retry_after == seconds
    assert len(slack.got) == 1


def failure(webhook: SlackWebhook, caplog: pytest.LogCaptureFixture) -> str:
    """What is said of a failed post, after it has been seen that neither error nor log holds the address."""
    caplog.set_level(logging.INFO)
    with pytest.raises(ChannelError) as caught:
        webhook.post({"text": "x"})
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "confidential" not in str(caught.value)
    assert not [line for line in caplog.messages if "confidential" in line]
    return str(caught.value)


def test_a_server_that_never_answers_is_given_up(
    slack: Slack, secrets: "SecretsManagerClient", caplog: pytest.LogCaptureFixture
) -> None:
    slack.may_answer.clear()

    assert failure(to(slack.url, secrets), caplog) == "slack: no answer: TimeoutError"


def test_a_port_at_which_nobody_is_is_told(
    closed_port: int, secrets: "SecretsManagerClient", caplog: pytest.LogCaptureFixture
) -> None:
    webhook = to(f"http://127.0.0.1:{closed_port}{PATH}", secrets)

    assert failure(webhook, caplog) == "slack: no answer: URLError"


def test_an_address_that_is_broken_is_told_and_not_shown(
    slack: Slack, secrets: "SecretsManagerClient", caplog: pytest.LogCaptureFixture
) -> None:
    webhook = to(f"{slack.url} confidential", secrets)

    assert failure(webhook, caplog) == "slack: no answer: InvalidURL"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("{", "the secret is neither an address nor JSON with a `url`"),
        ('{"webhook": "https://hooks.example/x"}', "the secret is neither an address nor JSON with a `url`"),
        ('{"url": null}', "the secret does not hold an https address"),
        ("http://hooks.example/x", "the secret does not hold an https address"),
        ("file:///etc/passwd", "the secret does not hold an https address"),
        ("nonsense", "the secret does not hold an https address"),
    ],
)
def test_a_secret_that_holds_no_address_is_told(
    secrets: "SecretsManagerClient", secret: str, said: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        to(secret, secrets).post({"text": "x"})

    assert str(caught.value) == f"slack: {said}"


def test_a_secret_that_is_not_there_is_told(secrets: "SecretsManagerClient") -> None:
    with pytest.raises(AbsentError, match=r"^secretsmanager:GetSecretValue: ResourceNotFoundException"):
        SlackWebhook(secrets, "slack").post({"text": "x"})


def test_a_page_in_between_that_says_something_else_is_not_taken_for_slack(
    slack: Slack, secrets: "SecretsManagerClient"
) -> None:
    slack.body = b"<html>Please sign in"

    with pytest.raises(ChannelError) as refused:
        to(slack.url, secrets).post({"text": "x"})

    assert str(refused.value) == "slack: HTTP 200: <html>Please sign in"
