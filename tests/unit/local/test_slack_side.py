"""Slack on this machine: what the stack may call it with, and the button that a person presses."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local import slack_side
from local.inbox import SLACK_APP, Inbox
from local.inbox_server import running_inbox
from local.slack_workspace import CHANNEL, JANE, TOKEN, Workspace, check, member, signed, spoken
from tests.slack_world import message

JSON = "application/json; charset=utf-8"
TEXT = {"type": "plain_text", "text": "x"}


def called(workspace: Workspace, method: str, fields: dict[str, Any], **headers: str) -> dict[str, Any]:
    sent = {"authorization": f"Bearer {TOKEN}", "content-type": JSON, **headers}
    return workspace.call(method, sent, json.dumps(fields).encode())[1]


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(url="https://slack.test")


def test_a_message_is_posted_changed_and_answered_in_its_thread(workspace: Workspace) -> None:
    ts = called(workspace, "chat.postMessage", {"channel": CHANNEL, **message("v1a.x.y")})["ts"]

    assert called(workspace, "chat.update", {"channel": CHANNEL, "ts": ts, "text": "new"})["ok"]
    assert called(workspace, "chat.postMessage", {"channel": CHANNEL, "thread_ts": ts, "text": "x"})["ok"]
    assert workspace.messages[ts]["text"] == "new"
    assert workspace.refused == []


def test_what_was_read_of_the_channel_is_as_it_was_while_more_arrives(workspace: Workspace) -> None:
    ts = called(workspace, "chat.postMessage", {"channel": CHANNEL, "text": "old"})["ts"]

    read = workspace.now()
    called(workspace, "chat.update", {"channel": CHANNEL, "ts": ts, "text": "new"})
    called(workspace, "chat.postMessage", {"channel": CHANNEL, "text": "another"})

    assert {name: said["text"] for name, said in read.items()} == {ts: "old"}


@pytest.mark.parametrize(
    ("method", "fields", "headers", "error"),
    [
        ("chat.postMessage", {"channel": CHANNEL, "text": "x"}, {"authorization": "x"}, "invalid_auth"),
        ("chat.postMessage", {"channel": "C0ELSE", "text": "x"}, {}, "channel_not_found"),
        ("chat.postMessage", {"channel": CHANNEL, "text": "x"}, {"content-type": "x"}, "invalid_post_type"),
        ("chat.postMessage", {"channel": CHANNEL}, {}, "no_text"),
        ("chat.postMessage", {"channel": CHANNEL, "text": "x" * 40_001}, {}, "msg_too_long"),
        ("chat.postMessage", {"channel": CHANNEL, "thread_ts": "1.1", "text": "x"}, {}, "thread_not_found"),
        ("chat.update", {"channel": CHANNEL, "ts": "1.1", "text": "x"}, {}, "message_not_found"),
        ("users.info", {"user": JANE}, {}, "invalid_post_type"),
        ("chat.delete", {}, {}, "unknown_method"),
    ],
)
def test_what_slack_would_not_take_is_refused_in_its_word(
    workspace: Workspace, method: str, fields: dict[str, Any], headers: dict[str, str], error: str
) -> None:
    assert called(workspace, method, fields, **headers) == {"ok": False, "error": error}
    assert workspace.refused == [f"{method}: {error}"]


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider"}] * 51,
        [{"type": "divider", "block_id": "a"}] * 2,
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "unheard-of"}],
    ],
)
def test_blocks_that_slack_does_not_show_are_refused(workspace: Workspace, blocks: Any) -> None:
    answer = called(workspace, "chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": blocks})

    assert answer["error"] == "invalid_blocks"


def test_what_the_app_may_not_do_is_refused(workspace: Workspace) -> None:
    workspace.scopes = frozenset()
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert (
        called(workspace, "chat.postMessage", {"channel": CHANNEL, "text": "x"})["error"] == "missing_scope"
    )
    sent = {"authorization": f"Bearer {TOKEN}", **form}
    assert workspace.call("users.info", sent, b"user=U0JANE")[1]["error"] == "missing_scope"
    workspace.scopes = frozenset({"users:read"})
    _, said = workspace.call("users.info", sent, b"user=U0JANE")
    assert "email" not in said["user"]["profile"]
    assert workspace.call("users.info", sent, b"user=U0ELSE")[1]["error"] == "user_not_found"


def test_a_press_takes_five_answers(workspace: Workspace) -> None:
    ts = called(workspace, "chat.postMessage", {"channel": CHANNEL, **message("v1a.x.y")})["ts"]
    (payload,) = parse_qs(workspace.pressed(ts, "cancel_only").decode())["payload"]
    secret = json.loads(payload)["response_url"].rpartition("/")[2]
    private = json.dumps({"response_type": "ephemeral", "text": "x"}).encode()

    answers = [workspace.reply(secret, private) for _ in range(6)]

    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    assert workspace.reply("guessed", private) == (404, "expired_url")
    assert [user for user, _ in workspace.private] == [JANE] * 5


def test_an_answer_that_is_for_nobody_is_refused(workspace: Workspace) -> None:
    ts = called(workspace, "chat.postMessage", {"channel": CHANNEL, **message("v1a.x.y")})["ts"]
    (payload,) = parse_qs(workspace.pressed(ts, "cancel_only").decode())["payload"]
    secret = json.loads(payload)["response_url"].rpartition("/")[2]

    assert workspace.reply(secret, b'{"text": "x"}') == (400, "invalid_response_type")


def test_a_mention_is_read_as_a_name() -> None:
    people = {JANE: member(JANE, "Jane Doe", "jane@example.com")}

    assert spoken("<@U0JANE> pressed, <@U0ELSE> did not", people) == "@Jane Doe pressed, <@U0ELSE> did not"


def test_a_message_of_text_only_is_shown() -> None:
    check({"text": "x"})
    check({"blocks": [{"type": "section", "text": TEXT}]})


def asked(inbox: Inbox, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", urlsplit(inbox.url).port, timeout=10)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.usefixtures("socket_enabled")
def test_a_person_presses_in_the_inbox_is_asked_again_and_the_stack_gets_what_slack_signs() -> None:
    with running_inbox(lambda *_: None) as inbox, running_inbox(lambda *_: None) as stack:
        inbox.page_url = f"{stack.url}{stack.workspace_path}/keys/"
        said = called(inbox.workspace, "chat.postMessage", {"channel": CHANNEL, **message("v1a.x.y")})
        query = urlencode({"ts": said["ts"], "action": "cancel_and_enable"})

        _, page = asked(inbox, "GET", "/")
        _, question = asked(inbox, "GET", f"{inbox.workspace_path}/confirm?{query}")
        pressed = asked(inbox, "POST", f"{inbox.workspace_path}/press", query.encode())
        gone = asked(inbox, "POST", f"{inbox.workspace_path}/press", b"ts=1.1&action=cancel_only")
        other = asked(inbox, "POST", f"{inbox.workspace_path}/elsewhere")

    assert f"{inbox.workspace_path}/confirm?ts={said['ts']}&amp;action=cancel_and_enable" in page
    assert f'action="{inbox.workspace_path}/press"' in question
    assert pressed == (502, "the stack answered 404")
    assert (gone[0], other[0]) == (410, 404)
    assert [each.channel for each in inbox.messages] == [SLACK_APP]


@pytest.mark.usefixtures("socket_enabled")
def test_the_stack_calls_slack_at_the_inbox_and_private_answers_are_shown() -> None:
    with running_inbox(lambda *_: None) as inbox:
        fields = json.dumps({"channel": CHANNEL, "user": JANE, "text": "No", "blocks": []}).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": JSON}
        status, said = asked(
            inbox, "POST", f"{inbox.workspace_path}/api/chat.postEphemeral", fields, **headers
        )
        guessed = asked(inbox, "POST", "/workspace/guessed/api/auth.test", b"x", **headers)

    assert (status, json.loads(said)["ok"]) == (200, True)
    assert [each.channel for each in inbox.messages] == [f"{SLACK_APP}, only to Jane Doe"]
    assert guessed[0] == 404


def test_a_question_about_no_button_says_that_it_is_gone() -> None:
    assert "That button is gone" in slack_side.confirm(Inbox(), {"ts": "<script>", "action": "x"})


def test_what_is_signed_has_slack_s_headers() -> None:
    assert set(signed(b"x")) == {
        "content-type",
        "user-agent",
        "x-slack-request-timestamp",
        "x-slack-signature",
    }
