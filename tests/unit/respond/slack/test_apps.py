"""The apps of the document: which of them signed a request, and how often the document is read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from local.slack_workspace import signed
from reprieve.errors import UnreachableError
from reprieve.respond.slack.apps import SlackApps, read_apps
from tests.fakes import FakeClock
from tests.slack_world import ENTRY, entry

OTHER = {**ENTRY, "name": "other", "signing_secret": "f" * 32}


def document(*entries: object) -> str:
    return json.dumps({"channels": entries})


class Secret:
    def __init__(self, text: str) -> None:
        self.text = text
        self.reads = 0

    def __call__(self) -> str:
        self.reads += 1
        return self.text


def test_the_apps_are_read_and_other_channels_are_passed_over() -> None:
    pager = {"name": "pager", "type": "pagerduty", "routing_key": "0" * 32}

    assert read_apps(document(pager, ENTRY)) == (entry(),)


@pytest.mark.parametrize(
    "broken",
    [
        {**ENTRY, "bot_token": "xoxp-1"},
        {**ENTRY, "name": "No"},
        {**ENTRY, "signing_secret": ""},
        {"type": "slack-app"},
        {"type": 7},
        "slack-app",
    ],
)
def test_a_broken_entry_hides_no_good_one(broken: Any) -> None:
    assert read_apps(document(broken, ENTRY)) == (entry(),)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"channels": 7}', "[" * 100_000])
def test_a_document_that_is_none_has_no_apps(text: str) -> None:
    assert read_apps(text) == ()


def test_whoever_signed_is_found_among_several() -> None:
    clock = FakeClock()
    apps = SlackApps(Secret(document(OTHER, ENTRY)), clock)
    at = clock.now.timestamp()

    assert [app.name for app in apps.that_signed(signed(b"x", at=at), b"x")] == ["security"]
    assert [app.name for app in apps.that_signed(signed(b"x", "f" * 32, at), b"x")] == ["other"]
    assert apps.that_signed(signed(b"x", "e" * 32, at), b"x") == ()


def test_the_document_is_read_once_a_minute_and_not_for_what_is_old() -> None:
    clock, secret = FakeClock(), Secret(document(ENTRY))
    apps = SlackApps(secret, clock)
    old = signed(b"x", at=(clock.now - timedelta(minutes=6)).timestamp())

    assert apps.that_signed(old, b"x") == ()
    assert secret.reads == 0
    for _ in range(3):
        apps.that_signed(signed(b"x", "e" * 32, clock.now.timestamp()), b"x")
    assert secret.reads == 1
    clock.now += timedelta(minutes=1)
    secret.text = document(OTHER)
    assert apps.that_signed(signed(b"x", "f" * 32, clock.now.timestamp()), b"x")
    assert secret.reads == 2


def test_a_document_that_can_t_be_read_is_no_empty_one() -> None:
    def fail() -> str:
        raise UnreachableError("secretsmanager:GetSecretValue", "500", "no")

    clock = FakeClock()
    with pytest.raises(UnreachableError):
        SlackApps(fail, clock).that_signed(signed(b"x", at=clock.now.timestamp()), b"x")
