"""Slack's Web API: what is asked, and what each of its answers means."""

import json
from typing import Any

import pytest

from reprieve.adapters.slack_api import ANSWER_LIMIT, SlackApi, slack_api
from reprieve.errors import NoAnswerError, SlackBusyError, SlackError
from reprieve.messages.channels.slack_app_entry import BASE
from reprieve.ports import HttpAnswer
from tests.contract.test_http import Other, other
from tests.fakes import FakeHttp

__all__ = ["other"]

TOKEN = "xoxb-confidential"  # noqa: S105 - of no bot


def made(status: int = 200, body: str = '{"ok":true,"ts":"1.2"}', **more: Any) -> tuple[SlackApi, FakeHttp]:
    http = FakeHttp(answer=HttpAnswer(status=status, body=body, **more))
    return SlackApi(http, TOKEN, BASE), http


def test_a_method_that_writes_gets_json() -> None:
    slack, http = made()

    answer = slack.call("chat.postMessage", {"channel": "C1", "text": "é"})

    assert answer == {"ok": True, "ts": "1.2"}
    ((url, body, headers),) = http.posts
    assert url == f"{BASE}/chat.postMessage" == "https://slack.com/api/chat.postMessage"
    assert json.loads(body) == {"channel": "C1", "text": "é"}
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_method_that_reads_gets_a_form() -> None:
    slack, http = made()

    slack.ask("users.info", {"user": "U 1"})

    ((_, body, headers),) = http.posts
    assert body == b"user=U+1"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("status", "body", "problem", "code"),
    [
        (
            200,
            '{"ok":false,"error":"channel_not_found"}',
            "Slack says channel_not_found",
            "channel_not_found",
        ),
        (200, '{"ok":"true"}', 'HTTP 200: {"ok":"true"}', ""),
        (200, "<html>", "HTTP 200: <html>", ""),
        (200, "[" * 100_000, f"HTTP 200: {'[' * 99}…", ""),
        (200, "[]", "HTTP 200: []", ""),
        (302, '{"ok":true}', 'HTTP 302: {"ok":true}', ""),
        (500, "", "HTTP 500: ", ""),
        (503, "", "HTTP 503: ", ""),
    ],
)
def test_what_is_no_success_is_an_error(status: int, body: str, problem: str, code: str) -> None:
    slack, _ = made(status, body)

    with pytest.raises(SlackError) as caught:
        slack.call("chat.update", {})

    assert (str(caught.value), caught.value.code) == (problem, code)
    assert not isinstance(caught.value, SlackBusyError)


@pytest.mark.parametrize(
    ("status", "body", "wait", "heeded"),
    [
        (429, "", 7, 7),
        (429, "", None, 30),
        (503, "", 60, 60),
        (200, '{"ok":false,"error":"ratelimited"}', None, 30),
    ],
)
def test_it_says_when_to_come_again(status: int, body: str, wait: int | None, heeded: int) -> None:
    slack, _ = made(status, body, retry_after=wait)

    with pytest.raises(SlackBusyError) as caught:
        slack.call("chat.update", {})

    assert caught.value.retry_after == heeded


def test_no_answer_is_an_error_without_an_address() -> None:
    slack, http = made()
    http.error = NoAnswerError("TimeoutError")

    with pytest.raises(SlackError, match=r"^no answer: TimeoutError$"):
        slack.call("chat.update", {})


def test_its_token_is_shown_to_nobody() -> None:
    assert "confidential" not in repr(made()[0])


def test_a_long_answer_is_read_to_its_end(other: Other) -> None:
    other.body = json.dumps({"ok": True, "message": "x" * 100_000}).encode()

    answer = slack_api(TOKEN, f"http://127.0.0.1:{other.port}/api").call("chat.postMessage", {})

    assert len(answer["message"]) == 100_000 < ANSWER_LIMIT
    assert other.got[0][0] == "/api/chat.postMessage"
