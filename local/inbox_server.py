"""The inbox's HTTP side: SNS and webhooks on the one hand, programs and people on the other."""

import json
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local import inbox_messages, slack_side
from local.emulator import Emulator
from local.inbox import Inbox

BIGGEST_BODY = 1_000_000
SLACK = "slack"
_DIGITS = 20
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"


Confirm = Callable[[str, str], None]
"""Says yes to a topic, given its ARN and a token, when it asks whether an address wants its messages."""


class Server(ThreadingHTTPServer):
    """A server of one inbox, on a loopback port that the system chooses."""

    daemon_threads = True

    def __init__(self, inbox: Inbox, confirm: Confirm) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.inbox = inbox
        self.confirm = confirm
        inbox.open(f"http://127.0.0.1:{self.server_port}")
        self.hosts = ([f"127.0.0.1:{self.server_port}"], [f"localhost:{self.server_port}"])


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version = "inbox"
    timeout = 10

    def is_meant(self) -> bool:
        """Whether the request names this server; else it is answered that it does not.

        A web site can have its own name lead here (DNS rebinding), and its scripts would read what arrived.
        """
        if self.headers.get_all("Host") in self.server.hosts:
            return True
        self.answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", "no such host")
        return False

    def do_GET(self) -> None:
        """Show what arrived."""
        if not self.is_meant():
            return
        inbox = self.server.inbox
        match urllib.parse.urlsplit(self.path).path:
            case "/":
                self.answer(HTTPStatus.OK, "text/html; charset=utf-8", inbox.as_page())
            case "/messages.json":
                self.answer(HTTPStatus.OK, "application/json", inbox.as_json())
            case path if path == f"{inbox.workspace_path}/confirm":
                self.answer(
                    HTTPStatus.OK, "text/html; charset=utf-8", slack_side.confirm(inbox, self.query())
                )
            case _:
                self.answer(HTTPStatus.NOT_FOUND, "text/plain", "no such page")

    def query(self) -> dict[str, str]:
        """What the address has after the question mark."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))

    def do_POST(self) -> None:
        """Take a message."""
        if not self.is_meant():
            return
        inbox = self.server.inbox
        length = _length(self.headers.get("Content-Length", "0"))
        name = inbox.hook_name(self.path)
        if self.path.startswith(f"{inbox.workspace_path}/") and length <= BIGGEST_BODY:
            self.take_slack(self.path.removeprefix(f"{inbox.workspace_path}/"), self.rfile.read(length))
        elif name is None and self.path != inbox.email_path:
            self.answer(HTTPStatus.NOT_FOUND, "text/plain", "no_service")
        elif inbox.refuses and name == SLACK:
            self.answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "service_unavailable")
        elif name in inbox.gone:
            self.answer(HTTPStatus.GONE, "text/plain", "gone")
        elif length > BIGGEST_BODY:
            self.answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain", "too large")
        else:
            self.take(self.rfile.read(length))

    def take(self, body: bytes) -> None:
        """Take a message of either kind; what is no JSON object is refused as Slack refuses it."""
        try:
            payload = json.loads(body)
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            self.answer(HTTPStatus.BAD_REQUEST, "text/plain", "invalid_payload")
            return
        self.keep(payload)
        self.answer(HTTPStatus.OK, "text/plain", "ok")

    def take_slack(self, path: str, body: bytes) -> None:
        """Play Slack: to the stack, which calls it, and to a person, who presses a button."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, kind, said = slack_side.answer(self.server.inbox, path, headers, body)
        self.answer(
            HTTPStatus(status), kind, said, {"Location": "/"} if status == HTTPStatus.SEE_OTHER else {}
        )

    def keep(self, payload: dict[str, Any]) -> None:
        """Put a message into the inbox; the question whether the inbox wants any is answered."""
        inbox = self.server.inbox
        if name := inbox.hook_name(self.path):
            inbox.add(inbox_messages.hook(name, payload, inbox.page_url))
        elif payload.get("Type") == "SubscriptionConfirmation":
            self.server.confirm(payload["TopicArn"], payload["Token"])
        elif payload.get("Type") == "Notification":
            inbox.add(inbox_messages.email(payload, inbox.page_url))

    def answer(
        self, status: HTTPStatus, kind: str, body: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with a body that no browser keeps."""
        content = body.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep silent: the address of a webhook is a secret."""


def _length(header: str) -> int:
    """The length of a body; one that is no number is too long."""
    return int(header) if header.isascii() and header.isdecimal() and len(header) < _DIGITS else sys.maxsize


def confirming(emulator: Emulator) -> Confirm:
    """Says yes to the topics of an emulator."""
    client = emulator.session().client("sns", endpoint_url=emulator.endpoint)

    def confirm(topic: str, token: str) -> None:
        client.confirm_subscription(TopicArn=topic, Token=token)

    return confirm


@contextmanager
def running_inbox(confirm: Confirm) -> Iterator[Inbox]:
    """An inbox that takes messages until it is left."""
    inbox = Inbox()
    server = Server(inbox, confirm)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="inbox", daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def subscribe(emulator: Emulator, inbox: Inbox, topic: str) -> None:
    """Have the notices delivered to the inbox, and note to whom they are mailed."""
    client = emulator.session().client("sns", endpoint_url=emulator.endpoint)
    subscriptions = client.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    inbox.to = ", ".join(found["Endpoint"] for found in subscriptions if found["Protocol"] == "email")
    client.subscribe(TopicArn=topic, Protocol="http", Endpoint=inbox.url + inbox.email_path)
