"""Slack's incoming webhook: what it is sent, and what it says."""

from collections.abc import Callable

import pytest

from reprieve.errors import ChannelError, NotUnderstoodError
from reprieve.messages.channels import delivery
from reprieve.messages.channels.slack_webhook import SlackWebhook
from reprieve.ports import HttpAnswer
from tests.examples import NOW, notice
from tests.fakes import FakeHttp
from tests.rendered import slack_message

URL = "https://hooks.slack.example/services/T000/B000/confidential"


def channel(http: FakeHttp, address: Callable[[], str] = lambda: URL) -> SlackWebhook:
    return SlackWebhook("slack", http, address)


def send(http: FakeHttp, address: Callable[[], str] = lambda: URL) -> None:
    channel(http, address).send(delivery(notice(), "slack", "", NOW))


def test_a_message_is_posted_as_it_is_rendered() -> None:
    http = FakeHttp()

    send(http)

    assert http.payloads == [slack_message(notice())]
    assert http.posts[0][0] == URL


def test_its_address_is_read_anew_for_every_message() -> None:
    http, addresses = FakeHttp(), iter([URL, "https://hooks.slack.example/new"])

    for _ in range(2):
        send(http, lambda: next(addresses))

    assert [url for url, _, _ in http.posts] == [URL, "https://hooks.slack.example/new"]


@pytest.mark.parametrize("body", ["ok", "ok\n", '{"ok":true}'])
def test_the_answers_of_a_webhook_and_of_a_workflow_mean_that_it_was_taken(body: str) -> None:
    send(FakeHttp(answer=HttpAnswer(status=200, body=body)))


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, "<html>Please sign in", "slack: HTTP 200: <html>Please sign in"),
        (200, "o", "slack: HTTP 200: o"),
        (204, "ok", "slack: HTTP 204: ok"),
        (400, "invalid_blocks", "slack: HTTP 400: invalid_blocks"),
    ],
)
def test_a_page_in_between_is_not_taken_for_slack(status: int, body: str, said: str) -> None:
    with pytest.raises(ChannelError) as refused:
        send(FakeHttp(answer=HttpAnswer(status=status, body=body)))

    assert str(refused.value) == said


def not_json() -> str:
    raise NotUnderstoodError("secret", "…")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (not_json, "the secret is not a URL, and not JSON with a `url`"),
        (lambda: "http://hooks.slack.example/x", "the secret does not hold an https address"),
        (lambda: "file:///etc/passwd", "the secret does not hold an https address"),
        (lambda: "nonsense", "the secret does not hold an https address"),
    ],
)
def test_a_secret_that_holds_no_address_is_told(address: Callable[[], str], said: str) -> None:
    with pytest.raises(ChannelError) as caught:
        send(FakeHttp(), address)

    assert str(caught.value) == f"slack: {said}"


def test_its_address_is_in_no_representation() -> None:
    assert "confidential" not in repr(channel(FakeHttp()))


def test_everybody_who_reads_it_is_one_recipient_with_a_link() -> None:
    assert (channel(FakeHttp()).recipients(notice()), channel(FakeHttp()).has_link) == (("",), True)
