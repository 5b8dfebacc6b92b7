"""Which answers mean that a message was not taken."""

import pytest

from reprieve.errors import ChannelBusyError, ChannelError, ChannelRefusedError, NoAnswerError
from reprieve.messages.channels.posting import as_json, is_success, post
from reprieve.ports import HttpAnswer
from tests.fakes import FakeHttp

URL = "https://hooks.example/confidential"


def answered(**answer: object) -> FakeHttp:
    return FakeHttp(answer=HttpAnswer(**{"status": 200, **answer}))  # type: ignore[arg-type]


def test_a_message_that_is_taken_is_posted_once_as_it_is() -> None:
    http = answered(status=202)

    answer = post(http, "ops", URL, b"{}")

    assert (answer.status, http.public_only) == (202, False)
    assert http.posts == [
        (URL, b"{}", {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kms-reprieve"})
    ]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, "no_service", "ops: HTTP 404: no_service"),
        (302, "", "ops: HTTP 302: "),
        (500, "", "ops: HTTP 500: "),
        (503, "later", "ops: HTTP 503: later"),
        (403, "<html>\n" + "x" * 1000, f"ops: HTTP 403: <html>\N{REPLACEMENT CHARACTER}{'x' * 92}…"),
    ],
)
def test_what_is_not_taken_is_told_with_the_other_sides_word(status: int, body: str, said: str) -> None:
    with pytest.raises(ChannelError) as caught:
        post(answered(status=status, body=body), "ops", URL, b"{}")

    assert str(caught.value) == said
    assert not isinstance(caught.value, ChannelBusyError)


@pytest.mark.parametrize(
    ("status", "asked", "seconds"), [(429, 7, 7), (429, 0, 0), (429, None, 30), (503, 60, 60)]
)
def test_a_request_to_wait_is_told_with_how_long(status: int, asked: int | None, seconds: int) -> None:
    with pytest.raises(ChannelBusyError, match=f"ops: HTTP {status}") as caught:
        post(answered(status=status, retry_after=asked), "ops", URL, b"{}")

    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("url", "body", "said"),
    [
        (URL, "Cannot POST /confidential", "Cannot POST …"),
        (URL, '{"path":"/confidential"} page', "… page"),
        (
            "https://x.example/?key=k&token=c%2Fonfidential",
            "no c/onfidential or c%2Fonfidential",
            "no … or …",
        ),
        ("https://x.example/v1/hook", "there is no v1/hook", "there is no v1/hook"),
        ("https://x.example", "no", "no"),
    ],
)
def test_what_a_server_repeats_of_its_address_is_not_told(url: str, body: str, said: str) -> None:
    with pytest.raises(ChannelError) as caught:
        post(answered(status=404, body=body), "ops", url, b"{}")

    assert str(caught.value) == f"ops: HTTP 404: {said}"


@pytest.mark.parametrize(
    ("status", "final", "is_final"), [(410, (410,), True), (400, (400, 410), True), (400, (410,), False)]
)
def test_an_answer_that_can_t_become_good_is_told_from_one_that_can(
    status: int, final: tuple[int, ...], *, is_final: bool
) -> None:
    with pytest.raises(ChannelError) as caught:
        post(answered(status=status), "ops", URL, b"{}", final=final)

    assert isinstance(caught.value, ChannelRefusedError) is is_final


def test_no_answer_is_told_without_the_address() -> None:
    with pytest.raises(ChannelError) as caught:
        post(FakeHttp(error=NoAnswerError("TimeoutError")), "ops", URL, b"{}")

    assert str(caught.value) == "ops: no answer: TimeoutError"
    assert caught.value.__suppress_context__


def test_a_channel_may_say_what_it_takes_for_success() -> None:
    with pytest.raises(ChannelError, match="ops: HTTP 200: <html>"):
        post(answered(body="<html>"), "ops", URL, b"{}", is_taken=lambda answer: answer.body == "ok")


@pytest.mark.parametrize(("status", "is_one"), [(199, False), (200, True), (299, True), (300, False)])
def test_every_2xx_is_success(status: int, *, is_one: bool) -> None:
    assert is_success(HttpAnswer(status=status)) is is_one


def test_half_a_character_is_sent_as_a_whole_one() -> None:
    assert as_json({"text": "é\ud800"}) == '{"text":"é?"}'.encode()
