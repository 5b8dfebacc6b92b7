"""The whole way on the deployed stack: the real template, roles and functions, real HTTP, IAM enforced."""

import json
import random
import time

import pytest

from local.up import Local
from tests.scene import Answer, Scene, post, request, send

LOOKS = 500
SAMPLE = 150


@pytest.mark.first
def test_an_alarm_that_nothing_explains_is_told_with_the_window(stack: Local) -> None:
    cloudwatch = stack.emulator.session().client("cloudwatch", endpoint_url=stack.emulator.endpoint)

    cloudwatch.set_alarm_state(
        AlarmName=stack.stack.outputs["AlarmName"], StateValue="ALARM", StateReason="Threshold Crossed"
    )

    found = stack.inbox.wait_for(("email", "slack"), ("no-event-found",), 40.0)
    assert set(found) == {"email", "slack"}
    assert f"log group {stack.stack.log_group}" in " ".join(found["email"].payload["Message"].split())
    assert found["email"].link is None


def test_a_refused_request_ends_in_a_working_key(stack: Local) -> None:
    scene = Scene.begin(stack, alias="alias/whole-way")

    scene.deliver(scene.use())
    told = scene.hear("key-in-use")
    link = told["email"].link
    assert link
    shown = request("GET", link)
    state_when_shown = scene.state()
    done = post(link, b"enable=yes&decision=cancel")
    handled = scene.hear("deletion-cancelled")

    subject = told["email"].payload["Subject"]
    # A run that began just before the scheduling sees all of the seven days.
    assert subject in {
        f"Calls refused: alias/whole-way (role orders-fn), deleted in {days} days" for days in (6, 7)
    }
    assert "role orders-fn, session orders-api" in told["email"].payload["Message"]
    assert "S3 object" in told["email"].payload["Message"]
    assert (shown.status, state_when_shown) == (200, "PendingDeletion")
    assert "alias/whole-way" in shown.text
    assert (done.status, scene.state(), scene.works()) == (200, "Enabled", True)
    assert "The key works again" in done.text
    assert (
        handled["email"]
        .payload["Message"]
        .startswith("The deletion is cancelled. KMS says that the key is Enabled.\n")
    )


def test_without_the_tick_the_key_stays_disabled_and_a_second_click_says_so(stack: Local) -> None:
    scene = Scene.begin(stack)
    link = scene.link("slack")

    page = request("GET", link)

    first = send(link, b"decision=cancel", page)
    second = send(link, b"enable=yes&decision=cancel", page)

    assert "The deletion is cancelled" in first.text
    assert "The deletion is already cancelled" in second.text
    assert "Someone with the link from slack cancelled the deletion" in second.text
    assert scene.state() == "Disabled"
    assert len(scene.messages("deletion-cancelled")) <= 2


def test_a_second_key_is_told_of_while_the_first_one_keeps_the_alarm_ringing(stack: Local) -> None:
    first, second = Scene.begin(stack), Scene.begin(stack)
    first.link()

    second.deliver(second.use(), first.use())
    lambda_ = stack.emulator.session().client("lambda", endpoint_url=stack.emulator.endpoint)
    (name,) = [
        found["FunctionName"]
        for found in lambda_.list_functions()["Functions"]
        if "Investigate" in found["FunctionName"]
    ]
    lambda_.invoke(FunctionName=name, Payload=json.dumps({"source": "aws.scheduler"}))
    second.hear("key-in-use")

    time.sleep(1)
    assert len(first.messages()) == 2
    assert len(second.messages()) == 2


def test_keeping_the_deletion_is_told_with_its_reason_and_can_be_undone(stack: Local) -> None:
    scene = Scene.begin(stack)
    link = scene.link()

    kept = post(link, b"decision=keep&why=The+tenant+has+left")
    told = scene.hear("deletion-kept")
    undone = post(link, b"enable=yes&decision=cancel")

    assert "Nothing stops the deletion" in kept.text
    message = " ".join(told["email"].payload["Message"].split())
    assert 'The reason given: "The tenant has left".' in message
    assert "The key works again" in undone.text
    assert scene.state() == "Enabled"


def test_looking_a_thousand_times_changes_nothing(stack: Local) -> None:
    scene = Scene.begin(stack)
    link = scene.link()

    statuses = {request(method, link).status for method in ("GET", "HEAD") for _ in range(LOOKS)}

    assert statuses == {200}
    assert scene.state() == "PendingDeletion"
    assert scene.messages("deletion-cancelled") == []


def test_every_answer_keeps_browsers_scanners_and_caches_out(stack: Local) -> None:
    scene = Scene.begin(stack)
    link = scene.link()

    answers = [
        request("GET", link),
        request("GET", link[:-1]),
        post(link, b"decision=?"),
        post(link, b"decision=cancel"),
    ]

    assert [answer.status for answer in answers] == [200, 404, 400, 200]
    for answer in answers:
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        assert "<script" not in answer.text


def test_altered_links_are_all_refused_with_the_same_page(stack: Local) -> None:
    scene = Scene.begin(stack)
    other = Scene.begin(stack)
    link, foreign = scene.link(), other.link()
    base, token = link.rsplit("/", 1)
    foreign_token = foreign.rsplit("/", 1)[1]
    swapped = [".".join(parts) for parts in zip(token.split("."), foreign_token.split("."), strict=True)]
    version, claims, mac = token.split(".")
    altered = [
        *_flipped(token),
        f"{version}.{foreign_token.split('.')[1]}.{mac}",
        f"{version}.{claims}.{foreign_token.split('.')[2]}",
        f"v2.{claims}.{mac}",
        f"{claims}.{mac}",
        token[:-1],
        token + "A",
        "A" * 10_000,
        swapped[0],
    ]

    answers = [request("GET", f"{base}/{one}") for one in altered]
    posted = [post(f"{base}/{one}", b"enable=yes&decision=cancel") for one in altered[:20]]

    pages = {answer.text for answer in (*answers, *posted) if answer.status == 404}
    assert {answer.status for answer in (*answers, *posted)} <= {404, 414}
    assert len(pages) == 1
    assert scene.key.rsplit("/", 1)[1] not in pages.pop()
    assert (scene.state(), other.state()) == ("PendingDeletion", "PendingDeletion")


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"enable=yes", 400), (b"decision=burn", 400), (b"x" * 1_000_000, 413)]
)
def test_a_form_that_makes_no_sense_is_refused(stack: Local, body: bytes, status: int) -> None:
    scene = Scene.begin(stack)
    link = scene.link()

    answer: Answer = post(link, body)

    assert answer.status == status
    assert "Nothing was changed." in answer.text
    assert scene.state() == "PendingDeletion"


def _flipped(token: str) -> list[str]:
    """The token with one character changed, at places all over it."""
    chance = random.Random(22)  # noqa: S311 - a sample, not a secret
    places = sorted(chance.sample(range(len(token)), SAMPLE))
    return [token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1 :] for at in places]
