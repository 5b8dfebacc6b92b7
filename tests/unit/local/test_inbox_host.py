"""The inbox's server: it answers to its own name on this machine, and to no other."""

import http.client
import json
from collections.abc import Iterator

import pytest

from local.inbox import Inbox
from local.inbox_server import running_inbox

NOTICE = json.dumps({"Type": "Notification", "Subject": "Still in use", "Message": "A key"}).encode()
MISDIRECTED = 421


@pytest.fixture
def inbox(socket_enabled: None) -> Iterator[Inbox]:  # noqa: ARG001 - it is what it is for
    with running_inbox(lambda topic, token: None) as running:
        yield running


def ask(inbox: Inbox, *hosts: str, method: str = "GET", path: str = "/", **headers: str) -> tuple[int, str]:
    """Send a request with as many `Host` headers as are given."""
    port = int(inbox.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        for host in hosts:
            connection.putheader("Host", host.replace("PORT", str(port)))
        for name, value in (
            {"Content-Length": str(len(NOTICE))} | headers if method == "POST" else {}
        ).items():
            connection.putheader(name, value)
        connection.endheaders(NOTICE if method == "POST" else None)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT"])
def test_it_answers_to_its_own_name(inbox: Inbox, host: str) -> None:
    assert ask(inbox, host)[0] == 200
    assert ask(inbox, host, path="/messages.json") == (200, "[]")
    assert ask(inbox, host, method="POST", path=inbox.email_path) == (200, "ok")
    assert len(inbox.messages) == 1


@pytest.mark.parametrize(
    "hosts",
    [
        ("evil.example",),
        ("evil.example:PORT",),
        ("127.0.0.1",),
        ("127.0.0.1:1",),
        ("localhost",),
        ("127.0.0.1.evil.example:PORT",),
        ("evil.example#127.0.0.1:PORT",),
        ("127.0.0.1:PORT, evil.example",),
        ("127.0.0.1:PORT", "evil.example"),
        ("evil.example", "127.0.0.1:PORT"),
        ("[::1]:PORT",),
        ("",),
        (),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_comes_by_another_name_sees_nothing_and_leaves_nothing(
    inbox: Inbox, hosts: tuple[str, ...], method: str
) -> None:
    path = inbox.email_path if method == "POST" else "/messages.json"

    assert ask(inbox, *hosts, method=method, path=path) == (MISDIRECTED, "no such host")
    assert inbox.messages == []


def test_an_address_in_the_first_line_changes_nothing(inbox: Inbox) -> None:
    assert ask(inbox, "evil.example", path=f"{inbox.url}/messages.json")[0] == MISDIRECTED


@pytest.mark.parametrize("length", ["-1", "many", "1e400", "1" * 5000, "3_0"])
def test_a_length_that_is_none_is_too_long(inbox: Inbox, length: str) -> None:
    headers = {"Content-Length": length}

    said = ask(inbox, "127.0.0.1:PORT", method="POST", path=inbox.email_path, **headers)

    assert said == (413, "too large")
