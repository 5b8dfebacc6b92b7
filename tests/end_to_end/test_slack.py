"""Buttons in Slack on the deployed stack: signed presses over HTTP, from a workspace on this machine."""

import http.client
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from local import channels, slack_side
from local.browser import running_browser
from local.slack_workspace import JANE, member, signed
from local.up import Local
from reprieve.arn import KeyArn
from tests.end_to_end.test_health import wait_for
from tests.redeployed import redeployed
from tests.scene import Scene

SECONDS_FOR_A_NOTICE = 90.0
JOE = "U0JOE"


@pytest.fixture(scope="module")
def slack(stack: Local) -> Iterator[Local]:
    """The stack with a Slack app, and a workspace in which it is installed."""
    parameters = channels.parameters(stack.emulator, channels.entries(stack.inbox))
    stack.inbox.workspace.people[JOE] = member(JOE, "Joe Bloggs", "joe@example.com")
    with redeployed(stack, **parameters):
        yield stack


def root(slack: Local, scene: Scene) -> str:
    """Use a key, and return the name of the message that tells of it, once it has its buttons."""
    scene.deliver(scene.use())

    def found() -> str | None:
        with_key = (ts for ts, said in slack.inbox.workspace.now().items() if scene.key in json.dumps(said))
        return next((ts for ts in with_key if buttons(slack, ts)), None)

    name: str = wait_for(found, SECONDS_FOR_A_NOTICE)
    return name


def buttons(slack: Local, ts: str) -> list[str]:
    return re.findall(r'"action_id": "(cancel_\w+)"', json.dumps(slack.inbox.workspace.now()[ts]))


def shown(slack: Local, ts: str) -> str:
    return json.dumps(slack.inbox.workspace.now()[ts], ensure_ascii=False)


def audited(slack: Local, key: str) -> list[dict[str, Any]]:
    """The decisions about a key on record."""
    table = slack.emulator.session().client("dynamodb", endpoint_url=slack.emulator.endpoint)
    found = table.query(
        TableName=slack.stack.outputs["CaseTableName"],
        KeyConditionExpression="pk = :key and begins_with(sk, :audit)",
        ExpressionAttributeValues={":key": {"S": f"key#{KeyArn.parse(key)}"}, ":audit": {"S": "audit#"}},
    )["Items"]
    return [each for each in found if "decision" in json.dumps(each) and "slack" in json.dumps(each)]


def test_a_press_is_acknowledged_brings_the_key_back_and_the_message_says_so(slack: Local) -> None:
    scene = Scene.begin(slack)
    ts = root(slack, scene)
    first = time.monotonic()
    slack_side.send(slack.inbox, slack.inbox.workspace.pressed(ts, "open-case"))  # starts the function
    cold = time.monotonic() - first
    body = slack.inbox.workspace.pressed(ts, "cancel_and_enable")

    began = time.monotonic()
    status = slack_side.send(slack.inbox, body)
    took = time.monotonic() - began

    assert status == 200
    wait_for(lambda: scene.state() == "Enabled")
    assert scene.works()
    wait_for(lambda: "Jane Doe (jane@example.com) cancelled the deletion" in shown(slack, ts))
    assert buttons(slack, ts) == []
    assert slack.inbox.workspace.refused == []
    (entry,) = wait_for(lambda: audited(slack, scene.key))
    assert ts in json.dumps(entry)
    print(f"acknowledged after {took:.2f} s, the first press after {cold:.2f} s")  # noqa: T201 - for who reads the figures


def test_chromium_presses_the_button_in_the_inbox_and_slack_asks_again_first(slack: Local) -> None:
    scene = Scene.begin(slack)
    ts = root(slack, scene)
    with running_browser() as browser:
        page = browser.new_page()
        page.goto(slack.inbox.url)
        page.click(f"a[href*='ts={ts}'][href*='action=cancel_and_enable']")
        assert page.locator("h1").inner_text() == "Cancel the deletion?"
        assert scene.state() == "PendingDeletion"
        page.click("button")
        wait_for(lambda: scene.state() == "Enabled")
        page.close()

    wait_for(lambda: "cancelled the deletion" in shown(slack, ts))
    assert buttons(slack, ts) == []


def test_of_two_at_the_same_moment_one_decides_and_the_other_is_told(slack: Local) -> None:
    scene = Scene.begin(slack)
    ts = root(slack, scene)
    told = len(slack.inbox.workspace.private)
    bodies = [slack.inbox.workspace.pressed(ts, "cancel_and_enable", user) for user in (JANE, JOE)]

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda body: slack_side.send(slack.inbox, body), bodies))

    assert answers == [200, 200]
    wait_for(lambda: scene.state() == "Enabled")
    ((_, said),) = wait_for(lambda: slack.inbox.workspace.private[told:])
    assert "cancelled" in json.dumps(said) or "chose to rescue the key" in json.dumps(said)
    assert len(audited(slack, scene.key)) == 1


def test_what_slack_sends_again_changes_nothing_and_answers_nothing(slack: Local) -> None:
    scene = Scene.begin(slack)
    ts = root(slack, scene)
    body = slack.inbox.workspace.pressed(ts, "cancel_only")
    headers = signed(body)
    told = len(slack.inbox.workspace.private)

    assert slack_side.send(slack.inbox, body, headers) == 200
    wait_for(lambda: scene.state() == "Disabled")
    wait_for(lambda: "cancelled the deletion" in shown(slack, ts))
    for number in "12":
        again = {"X-Slack-Retry-Num": number, "X-Slack-Retry-Reason": "http_timeout"}
        assert slack_side.send(slack.inbox, body, headers | again) == 200
    time.sleep(3)

    assert len(audited(slack, scene.key)) == 1
    assert slack.inbox.workspace.private[told:] == []
    assert scene.state() == "Disabled"


@pytest.mark.parametrize("forgery", ["unsigned", "other app", "changed", "old", "replayed for another key"])
def test_what_slack_did_not_sign_changes_nothing(slack: Local, forgery: str) -> None:
    scene = Scene.begin(slack)
    ts = root(slack, scene)
    body = slack.inbox.workspace.pressed(ts, "cancel_and_enable")
    headers = {
        "unsigned": {},
        "other app": signed(body, "f" * 32),
        "changed": signed(body + b"&x=1"),
        "old": signed(body, at=time.time() - 301),
        "replayed for another key": signed(urlencode({"payload": "{}"}).encode()),
    }[forgery]

    assert slack_side.send(slack.inbox, body, headers) == 401
    time.sleep(0.5)

    assert scene.state() == "PendingDeletion"
    assert buttons(slack, ts) == ["cancel_and_enable", "cancel_only"]


def test_a_guest_is_refused_aloud_and_the_buttons_stay(slack: Local) -> None:
    scene = Scene.begin(slack)
    ts = root(slack, scene)
    slack.inbox.workspace.people["U0GUEST"] = member(
        "U0GUEST", "Gus Guest", "gus@example.com", is_restricted=True
    )

    assert (
        slack_side.send(slack.inbox, slack.inbox.workspace.pressed(ts, "cancel_and_enable", "U0GUEST")) == 200
    )

    wait_for(
        lambda: [
            said
            for user, said in slack.inbox.workspace.private
            if user == "U0GUEST" and "Guests can't decide" in json.dumps(said)
        ]
    )
    assert scene.state() == "PendingDeletion"
    assert buttons(slack, ts) == ["cancel_and_enable", "cancel_only"]


def test_a_get_of_slack_s_address_is_an_ordinary_page(slack: Local) -> None:
    address = urlsplit(slack.stack.page_url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=10)
    connection.request("GET", address.path.removesuffix("keys/") + "slack", headers={"Host": address.netloc})

    assert connection.getresponse().status == 404
    connection.close()
