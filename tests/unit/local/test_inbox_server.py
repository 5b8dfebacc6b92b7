"""The inbox over HTTP, on the loopback interface."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from local.inbox import Inbox
from local.inbox_server import running_inbox

pytestmark = pytest.mark.usefixtures("socket_enabled")

confirmed: list[tuple[str, str]] = []


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    confirmed.clear()
    with running_inbox(lambda topic, token: confirmed.append((topic, token))) as running:
        yield running


def request(url: str, body: object = None) -> tuple[int, str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    try:
        with opener.open(url, data, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_it_listens_on_the_loopback_interface_only(inbox: Inbox) -> None:
    assert inbox.url.startswith("http://127.0.0.1:")


def test_a_webhook_message_is_taken_and_listed(inbox: Inbox) -> None:
    taken = request(inbox.url + inbox.hook_path("slack"), {"text": "hello", "blocks": []})

    assert taken == (200, "ok")
    status, listed = request(f"{inbox.url}/messages.json")
    assert status == 200
    assert [(each["channel"], each["payload"]) for each in json.loads(listed)] == [
        ("slack", {"text": "hello", "blocks": []})
    ]


def test_any_channel_has_a_webhook(inbox: Inbox) -> None:
    request(inbox.url + inbox.hook_path("soar"), {"type": "x"})

    assert [(each.channel, each.payload) for each in inbox.messages] == [("soar", {"type": "x"})]
    assert "soar" in request(f"{inbox.url}/")[1]


def test_a_webhook_that_is_out_of_order_takes_nothing_and_mail_still_comes(inbox: Inbox) -> None:
    inbox.refuses = True

    refused = request(inbox.url + inbox.hook_path("slack"), {"text": "hello", "blocks": []})
    taken = request(inbox.url + inbox.email_path, {"Type": "Notification", "Message": "A key"})

    assert (refused, taken) == ((503, "service_unavailable"), (200, "ok"))
    assert [each.channel for each in inbox.messages] == ["email"]


def test_a_notification_of_the_topic_is_a_mail(inbox: Inbox) -> None:
    request(
        inbox.url + inbox.email_path, {"Type": "Notification", "Subject": "Still in use", "Message": "A key"}
    )

    assert [each.channel for each in inbox.messages] == ["email"]
    assert "Still in use" in request(f"{inbox.url}/")[1]


def test_the_topics_question_is_answered_and_no_message(inbox: Inbox) -> None:
    question = {"Type": "SubscriptionConfirmation", "TopicArn": "arn:topic", "Token": "t"}

    assert request(inbox.url + inbox.email_path, question) == (200, "ok")
    assert confirmed == [("arn:topic", "t")]
    assert inbox.messages == []


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b""])
def test_what_is_no_message_is_refused(inbox: Inbox, body: bytes) -> None:
    assert request(inbox.url + inbox.hook_path("slack"), body) == (400, "invalid_payload")


@pytest.mark.parametrize(
    "path", ["/hook/slack/guessed", "/hook/guessed", "/hook//guessed", "/email/guessed", "/"]
)
def test_an_address_that_is_only_guessed_takes_nothing(inbox: Inbox, path: str) -> None:
    assert request(inbox.url + path, {"text": "x"}) == (404, "no_service")
    assert inbox.messages == []


def test_a_message_that_is_too_large_is_not_read(inbox: Inbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(inbox.url).port, timeout=10)
    connection.putrequest("POST", inbox.hook_path("slack"))
    connection.putheader("Content-Length", "1000001")
    connection.endheaders()

    status = connection.getresponse().status
    connection.close()

    assert status == 413


def test_an_unknown_page_is_not_there(inbox: Inbox) -> None:
    assert request(f"{inbox.url}/other")[0] == 404
