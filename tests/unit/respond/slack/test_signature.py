"""Slack's signature, against Slack's own implementation and against everything else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from reprieve.respond.slack.signature import is_recent, is_signed, sign

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 - of the example in Slack's documentation
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
HEADERS = {"x-slack-request-timestamp": "1531420618", "x-slack-signature": SIGNATURE}
NOW = datetime.fromtimestamp(1531420618, UTC)


def test_the_example_of_slack_s_documentation_is_signed() -> None:
    assert is_signed(SECRET, HEADERS, BODY)


@given(
    secret=st.text("0123456789abcdef", min_size=32, max_size=32), body=st.text(max_size=100).map(str.encode)
)
def test_it_is_the_signature_that_slack_s_own_library_takes(secret: str, body: bytes) -> None:
    signature = sign(secret, "1531420618", body)

    assert SignatureVerifier(secret).generate_signature(timestamp="1531420618", body=body) == signature


@pytest.mark.parametrize(
    "changes",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": SIGNATURE.upper()},
        {"x-slack-signature": SIGNATURE[:-1]},
        {"x-slack-signature": SIGNATURE + "0"},
        {"x-slack-signature": SIGNATURE.replace("v0", "v1")},
        {"x-slack-signature": "v0=" + "é" * 64},
        {"x-slack-signature": "v0=\udcff"},
        {"x-slack-request-timestamp": "1531420619"},
    ],
)
def test_nothing_near_it_is(changes: dict[str, str]) -> None:
    assert not is_signed(SECRET, HEADERS | changes, BODY)


def test_another_secret_another_body_or_no_headers_are_refused() -> None:
    assert not is_signed(SECRET + "0", HEADERS, BODY)
    assert not is_signed(SECRET, HEADERS, BODY + b" ")
    assert not is_signed(SECRET, {}, BODY)


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_it_is_good_for_five_minutes_either_way(seconds: int, *, is_good: bool) -> None:
    assert is_recent(HEADERS, NOW + timedelta(seconds=seconds)) is is_good


@pytest.mark.parametrize(
    "timestamp", ["", "soon", "-1531420618", "1531420618.5", " 1531420618", "١٥٣١٤٢٠٦١٨", "9" * 13, "1e9"]
)
def test_a_time_that_is_none_is_not_recent(timestamp: str) -> None:
    assert not is_recent({"x-slack-request-timestamp": timestamp}, NOW)
