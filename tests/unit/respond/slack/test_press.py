"""A press, as Slack's payload tells it; and everything that is none."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from local.slack_workspace import Workspace
from reprieve.cases.visitor import SlackOrigin
from reprieve.errors import NotUnderstoodError
from reprieve.respond.slack.press import Press
from tests.slack_world import message

TS = "1764500000.000100"


def payload(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U0JANE", "team_id": "T0REPRIEVE"},
        "team": {"id": "T0REPRIEVE"},
        "channel": {"id": "C0KMSKEYS"},
        "message": {"ts": TS, "text": "Still in use", "blocks": message("v1a.x.y")["blocks"]},
        "response_url": "https://hooks.slack.com/actions/T0/1/x",
        "actions": [{"action_id": "cancel_only", "value": "v1a.x.y", "action_ts": "1764500001.1"}],
    }
    return found | changes


def body(**changes: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload(**changes))}).encode()


def test_it_tells_who_pressed_what_where() -> None:
    press = Press.read(body())

    assert press.origin == SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS", message=TS)
    assert (press.action, press.token, press.at) == ("cancel_only", "v1a.x.y", "1764500001.1")
    assert press.response_url == "https://hooks.slack.com/actions/T0/1/x"
    assert (press.decides, press.is_link, press.has_buttons) == (True, False, True)
    assert press.text == "Still in use"


def test_nothing_secret_of_it_is_shown() -> None:
    shown = repr(Press.read(body()))

    assert "v1a" not in shown
    assert "hooks" not in shown


def test_it_is_what_a_workspace_sends() -> None:
    workspace = Workspace(url="https://slack.test")
    workspace.messages[TS] = {**message("v1a.x.y"), "ts": TS}

    press = Press.read(workspace.pressed(TS, "cancel_and_enable"))

    assert press.origin == SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS", message=TS)
    assert (press.action, press.token) == ("cancel_and_enable", "v1a.x.y")


def test_where_it_has_no_message_the_container_tells_where() -> None:
    container = {"channel_id": "C0OTHER", "message_ts": TS}

    press = Press.read(body(channel=None, message=None, container=container))

    assert (press.origin.channel, press.origin.message) == ("C0OTHER", TS)
    assert (press.blocks, press.text, press.has_buttons) == ((), "", False)


def test_a_press_of_an_organization_s_app_names_the_workspace_of_the_person() -> None:
    press = Press.read(body(team=None))

    assert press.origin.team == "T0REPRIEVE"


def test_every_workspace_that_it_names_is_known() -> None:
    press = Press.read(body(user={"id": "U0JANE", "team_id": "T0ELSE"}))

    assert press.teams == {"T0REPRIEVE", "T0ELSE"}


def test_the_same_press_has_the_same_id_and_no_other_has() -> None:
    again = [{**payload()["actions"][0], "action_ts": "1764500002.1"}]
    other = [{**payload()["actions"][0], "action_id": "cancel_and_enable"}]
    ids = [
        Press.read(each).id
        for each in (
            body(),
            body(actions=again),
            body(actions=other),
            body(user={"id": "U0JOE", "team_id": "T0REPRIEVE"}),
            body(message={"ts": "1764500000.000200"}),
        )
    ]

    assert Press.read(body()).id == ids[0]
    assert len(set(ids)) == len(ids)


def test_a_button_that_opens_an_address_has_no_value() -> None:
    press = Press.read(body(actions=[{"action_id": "open-case", "action_ts": "1764500001.1"}]))

    assert press.is_link


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"payload",
        b"payload=",
        b"payload=%5B%5D",
        b"payload=%7B%7D",
        b"payload=1&payload=2",
        b"payload=" + b"%5B" * 50_000,
        b"a=1&b=2&c=3&d=4&e=5&payload=%7B%7D",
        b"\xff=1",
        b'{"type": "block_actions"}',
        body(type="view_submission"),
        body(type="shortcut"),
        body(user={}),
        body(user={"id": "u0jane", "team_id": "T0REPRIEVE"}),
        body(user={"id": "U0JANE>", "team_id": "T0REPRIEVE"}),
        body(channel={"id": "<!channel>"}),
        body(team={"id": 7}, user={"id": "U0JANE", "team_id": None}),
    ],
)
def test_what_is_no_press_is_not_understood(sent: bytes) -> None:
    with pytest.raises(NotUnderstoodError, match="Slack's request"):
        Press.read(sent)


def test_a_press_without_an_action_presses_nothing() -> None:
    press = Press.read(body(actions="none"))

    assert (press.action, press.token, press.at) == ("", "", "")
