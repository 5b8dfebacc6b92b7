"""A decision by a button in Slack: one of two presses decides, every press is answered, no other acts."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.slack_workspace import CHANNEL, JANE, TEAM, member, signed
from reprieve.arn import KeyArn
from reprieve.cases.visitor import AuthMethod
from reprieve.errors import (
    AwsError,
    ConflictError,
    InProgressError,
    NotUnderstoodError,
    ThrottledError,
    UnreachableError,
)
from reprieve.links import SampleClaims, mint_sample
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.slack.press import BODY_LIMIT
from tests.respond_world import CANCEL, KEEP, KEY, NOW, World, denied, read
from tests.slack_world import ENTRY, SlackWorld

JOE = "U0JOE"


@pytest.fixture
def slack(world: World) -> SlackWorld:
    found = SlackWorld(world)
    found.workspace.people[JOE] = member(JOE, "Joe Bloggs", "joe@example.com")
    return found


def nothing_happened(slack: SlackWorld) -> bool:
    kept = slack.buttons() == ["cancel_and_enable", "cancel_only"]
    return kept and slack.world.kms.changes() == [] and slack.world.audit() == []


def test_a_press_brings_the_key_back_and_the_channel_reads_who_pressed_and_what_kms_says(
    slack: SlackWorld,
) -> None:
    page = slack.press()

    assert (page.status, page.html) == (200, "")
    assert slack.world.state() == "Enabled"
    assert slack.buttons() == []
    shown = slack.shown()
    assert shown.startswith("Still in use")
    assert "<@U0JANE> pressed “cancel the deletion and enable the key”." in shown
    assert "The key works again" in shown
    assert "KMS says: Enabled, 15:00:00 UTC" in shown
    assert "KMS is being asked" not in shown
    assert slack.workspace.private == []
    assert slack.workspace.refused == []


def test_it_is_on_record_and_everybody_is_told_who_it_was_and_that_it_was_in_slack(slack: SlackWorld) -> None:
    slack.press()

    (entry,) = slack.world.audit()
    (told,) = slack.world.handled()
    assert entry.outcome == "rescued"
    assert told["notice"]["reason"] == "deletion-cancelled"
    assert told["notice"]["decision"]["by"] == {
        "auth_method": "slack",
        "channel": "security",
        "notice": "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
        "source_ip": "",
        "user_agent": "",
        "person": {
            "issuer": "https://slack.com/T0REPRIEVE",
            "subject": JANE,
            "name": "Jane Doe",
            "email": "jane@example.com",
        },
        "slack": {"team": TEAM, "user": JANE, "channel": CHANNEL, "message": slack.ts},
    }
    assert slack.world.kms.deciders == ["jane@example.com", "jane@example.com"]


def test_the_page_says_then_who_it_was_and_that_it_was_in_slack(slack: SlackWorld) -> None:
    slack.press()

    page = read(slack.world.ask())

    assert (
        "Jane Doe (jane@example.com) cancelled the deletion and enabled the key, on 2026-11-22 15:00 UTC"
        " (just now), from Slack." in page
    )
    assert "From Slack, identified by Slack." in page


def test_what_somebody_calls_themselves_is_no_address_in_slack(slack: SlackWorld) -> None:
    slack.world.send(CANCEL + b"&name=https://evil.example/login", 0)

    slack.press()
    slack.world.clock.now += timedelta(minutes=1)
    slack.press()

    for said in (*slack.whispered(), slack.shown()):
        assert "hxxps://evil[.]example/login" in said
        assert "evil.example" not in said


def test_cancel_only_leaves_the_key_disabled_and_says_so(slack: SlackWorld) -> None:
    slack.press("cancel_only")

    assert slack.world.state() == "Disabled"
    assert "<@U0JANE> pressed “cancel the deletion only”." in slack.shown()
    assert "The deletion is cancelled; the key stays disabled" in slack.shown()
    assert "aws kms enable-key" in slack.shown()
    assert slack.buttons() == []


def test_the_buttons_leave_before_kms_is_asked(slack: SlackWorld) -> None:
    cancel = slack.world.kms.cancel_deletion
    shown: list[tuple[str, list[str]]] = []

    def slow(key: KeyArn, by: str = "") -> str:
        shown.append((slack.shown(), slack.buttons()))
        return cancel(key, by)

    slack.world.kms.cancel_deletion = slow  # type: ignore[method-assign]

    slack.press()

    ((words, buttons),) = shown
    assert "<@U0JANE> pressed" in words
    assert "KMS is being asked. If nothing follows in a minute, open the page." in words
    assert buttons == []


def test_the_answer_is_in_the_message_before_the_channel_itself_can_bring_it_up_to_date(
    slack: SlackWorld,
) -> None:
    send = slack.world.queue.send
    shown: list[str] = []

    def sending(bodies: Sequence[str]) -> None:
        shown.append(slack.shown())
        send(bodies)

    slack.world.queue.send = sending  # type: ignore[method-assign]

    slack.press()

    (before,) = shown
    assert "The key works again" in before


def test_the_button_that_opens_the_page_stays_and_its_press_is_only_acknowledged(slack: SlackWorld) -> None:
    assert slack.press("open-case").status == 200
    assert nothing_happened(slack)
    assert slack.workspace.private == []

    slack.press()

    assert "Review or keep…" in slack.shown()


def test_of_two_presses_one_decides_and_the_other_is_told_in_private_who_did(slack: SlackWorld) -> None:
    jane, joe = (slack.workspace.pressed(slack.ts, "cancel_and_enable", user) for user in (JANE, JOE))
    slack.take(jane)
    slack.take(joe)

    slack.work()

    assert [entry.decision.by.person.email for entry in slack.world.audit()] == ["jane@example.com"]  # type: ignore[union-attr]
    assert "<@U0JANE> pressed" in slack.shown()
    assert "<@U0JOE>" not in slack.shown()
    (told,) = slack.whispered(JOE)
    assert "This was decided while you were reading" in told
    assert "Jane Doe (jane@example.com) chose to rescue the key" in told
    assert "Your own choice changed nothing." in told
    assert slack.whispered(JANE) == []


def test_a_press_while_another_is_at_work_is_told_so_and_changes_nothing(slack: SlackWorld) -> None:
    cancel = slack.world.kms.cancel_deletion

    def meanwhile(key: KeyArn, by: str = "") -> str:
        slack.desk().work(slack.request(other), slack.once)
        return cancel(key, by)

    other = slack.workspace.pressed(slack.ts, "cancel_only", JOE)

    slack.world.kms.cancel_deletion = meanwhile  # type: ignore[method-assign]

    slack.press()

    assert slack.world.state() == "Enabled"
    assert len(slack.world.audit()) == 1
    assert "This was decided while you were reading" in slack.whispered(JOE)[0]


def test_of_two_that_write_at_the_same_moment_the_table_takes_one(slack: SlackWorld) -> None:
    slack.world.table.fail(ConflictError())

    slack.press()

    assert slack.world.kms.changes() == []
    assert "Your decision was not carried out" in slack.whispered()[0]
    assert slack.buttons() == ["cancel_and_enable", "cancel_only"]


def test_after_half_a_minute_a_press_is_told_that_it_is_done_and_by_whom(slack: SlackWorld) -> None:
    slack.press()
    other = slack.post()
    slack.world.clock.now += timedelta(minutes=10)

    slack.press(ts=other, by=JOE)

    (told,) = slack.whispered(JOE)
    assert "The deletion is already cancelled" in told
    assert "Jane Doe (jane@example.com) cancelled the deletion and enabled the key" in told
    assert slack.buttons(other) == []
    assert "The deletion is already cancelled" in slack.shown(other)
    assert len(slack.world.audit()) == 1


def test_a_decision_on_the_page_is_told_to_who_presses_later(slack: SlackWorld) -> None:
    slack.world.post()
    slack.world.clock.now += timedelta(minutes=2)

    slack.press()

    assert "Someone with the link from email cancelled the deletion" in slack.whispered()[0]
    assert slack.buttons() == []


def test_a_key_that_was_to_be_kept_can_still_be_rescued(slack: SlackWorld) -> None:
    slack.world.post(KEEP)

    slack.press()

    assert slack.world.state() == "Enabled"


def test_what_slack_sends_again_makes_no_second_decision_and_no_second_answer(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    headers = signed(body, at=NOW.timestamp())
    for number in range(3):
        retry = {"x-slack-retry-num": str(number), "x-slack-retry-reason": "http_timeout"} if number else {}
        assert slack.take(body, headers | retry).status == 200
        slack.work()

    assert slack.world.kms.changes() == ["kms:CancelKeyDeletion", "kms:EnableKey"]
    assert len(slack.world.audit()) == len(slack.world.queue.bodies) == 1
    assert slack.workspace.private == []
    assert len(slack.workspace.calls) == 3  # the message, who it was, and of which workspace


def test_while_the_first_is_at_it_what_comes_again_waits(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    request = slack.request(body)
    cancel = slack.world.kms.cancel_deletion

    def meanwhile(key: KeyArn, by: str = "") -> str:
        with pytest.raises(InProgressError):
            slack.desk().work(request, slack.once)
        return cancel(key, by)

    slack.world.kms.cancel_deletion = meanwhile  # type: ignore[method-assign]

    slack.desk().work(request, slack.once)

    assert len(slack.world.audit()) == 1


def test_an_invocation_that_died_is_tried_again_and_finishes(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    request = slack.request(body)
    cancel = slack.world.kms.cancel_deletion

    def die(key: KeyArn, by: str = "") -> str:
        raise RuntimeError(f"{key} {by}")

    slack.world.kms.cancel_deletion = die  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        slack.desk().work(request, slack.once)
    assert slack.buttons() == []
    slack.world.kms.cancel_deletion = cancel  # type: ignore[method-assign]
    slack.world.clock.now += timedelta(minutes=1)

    slack.desk().work(request, slack.once)

    assert slack.world.state() == "Enabled"
    assert "The key works again" in slack.shown()


# Who is not Slack


@pytest.mark.parametrize(
    "forge",
    [
        lambda body: {},
        lambda body: signed(body, "f" * 32, NOW.timestamp()),
        lambda body: signed(body + b" ", at=NOW.timestamp()),
        lambda body: signed(body, at=(NOW - timedelta(minutes=5, seconds=1)).timestamp()),
        lambda body: signed(body, at=(NOW + timedelta(minutes=5, seconds=1)).timestamp()),
        lambda body: signed(body, at=NOW.timestamp()) | {"x-slack-request-timestamp": "1"},
        lambda body: signed(body, at=NOW.timestamp()) | {"x-slack-signature": "v0=" + "0" * 64},
    ],
    ids=["unsigned", "other app", "other body", "old", "from the future", "other time", "guessed"],
)
def test_what_slack_did_not_sign_now_is_refused_and_not_even_read(
    slack: SlackWorld, forge: Callable[[bytes], dict[str, str]]
) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    calls = len(slack.workspace.calls)

    page = slack.take(body, forge(body))

    assert (page.status, page.html) == (401, "")
    assert slack.handed_over == []
    assert len(slack.workspace.calls) == calls
    assert nothing_happened(slack)


def test_a_thousand_forgeries_read_the_document_once(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")

    assert {slack.take(body, signed(body, "f" * 32, NOW.timestamp())).status for _ in range(1000)} == {401}

    assert slack.reads == 1


def test_a_captured_request_is_worthless_six_minutes_later(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    headers = signed(body, at=NOW.timestamp())
    slack.world.clock.now += timedelta(minutes=6)

    assert slack.take(body, headers).status == 401
    with pytest.raises(NotUnderstoodError, match="too late"):
        slack.desk().work(slack.request(body, headers), slack.once)
    assert nothing_happened(slack)


def test_who_may_start_the_function_can_t_make_up_a_press(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")

    with pytest.raises(NotUnderstoodError):
        slack.desk().work(slack.request(body, {}), slack.once)
    assert nothing_happened(slack)


def test_a_body_without_bounds_is_refused_before_anything_is_read(slack: SlackWorld) -> None:
    body = b"payload=" + b"x" * BODY_LIMIT

    assert slack.take(body).status == 413
    assert slack.reads == 0


@pytest.mark.parametrize(
    "body", [b"ssl_check=1", b"payload={}", b"payload=%7B%22type%22%3A%22shortcut%22%7D"]
)
def test_what_is_signed_and_no_press_is_an_error_that_slack_shows(slack: SlackWorld, body: bytes) -> None:
    assert slack.take(body).status == 400
    assert slack.handed_over == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://hooks.slack.com/actions/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "file:///etc/passwd",
    ],
)
def test_an_address_for_answers_that_is_not_slack_s_gets_none(slack: SlackWorld, address: str) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable", response_url=address)

    assert slack.take(body).status == 400
    assert nothing_happened(slack)


def test_a_document_that_can_t_be_read_is_an_error_that_slack_shows(slack: SlackWorld) -> None:
    slack.apps.document = unreadable

    assert slack.take(slack.workspace.pressed(slack.ts, "cancel_and_enable")).status == 503


def unreadable() -> str:
    raise UnreachableError("secretsmanager:GetSecretValue", "500", "no")


def test_a_press_that_can_t_be_handed_over_is_an_error_that_slack_shows(slack: SlackWorld) -> None:
    def fail() -> None:
        raise ThrottledError("lambda:InvokeFunction", "TooManyRequestsException", "slow down")

    request = slack.request(slack.workspace.pressed(slack.ts, "cancel_and_enable"))

    assert slack.desk().take(request, fail).status == 503
    assert nothing_happened(slack)


# What a button vouches for


def test_a_press_after_the_link_expired_decides_nothing_and_is_told_so(slack: SlackWorld) -> None:
    slack.world.clock.now += timedelta(days=6)

    slack.press()

    assert nothing_happened(slack)
    assert "This button does not work any more" in slack.whispered()[0]
    assert "Nothing was changed." in slack.whispered()[0]


@pytest.mark.parametrize("token", ["v1a.x.y", "nothing", "v1a." + "A" * 5000])
def test_a_value_that_is_no_link_decides_nothing(slack: SlackWorld, token: str) -> None:
    ts = slack.ts
    slack.workspace.messages[ts]["blocks"][1]["elements"][0]["value"] = token

    slack.press()

    assert nothing_happened(slack)
    assert "This button does not work any more" in slack.whispered()[0]


def test_a_press_on_an_old_message_of_an_earlier_deletion_changes_nothing(slack: SlackWorld) -> None:
    later = slack.world.kms.keys[KEY].deletion_date
    assert later
    slack.world.kms.keys[KEY] = replace(slack.world.kms.keys[KEY], deletion_date=later + timedelta(days=3))

    slack.press()

    assert slack.world.kms.changes() == []
    assert "The key was scheduled for deletion again" in slack.whispered()[0]
    assert slack.buttons() == []


def test_a_press_about_another_key_brings_back_that_one_only(slack: SlackWorld) -> None:
    other = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/9999abcd-12ab-34cd-56ef-1234567890ab")
    found = slack.world.kms.add(other)
    ts = slack.post(slack.token(key=other, deletion_date=found.deletion_date))

    slack.press(ts=ts)

    assert (slack.world.state(), slack.world.kms.keys[other].state) == ("PendingDeletion", "Enabled")
    assert slack.buttons() == ["cancel_and_enable", "cancel_only"]
    assert slack.buttons(ts) == []


def test_a_key_that_is_gone_is_said_to_be(slack: SlackWorld) -> None:
    del slack.world.kms.keys[KEY]

    slack.press()

    assert "KMS has no such key" in slack.whispered()[0]
    assert slack.buttons() == []


def test_a_link_that_was_sent_to_another_channel_decides_nothing_here(slack: SlackWorld) -> None:
    ts = slack.post(slack.world.token(channel="email"))

    slack.press(ts=ts)

    assert nothing_happened(slack)
    assert "This button belongs to another channel" in slack.whispered()[0]


def test_another_app_of_the_same_stack_can_t_use_its_link(slack: SlackWorld) -> None:
    slack.document = json.dumps({"channels": [ENTRY, {**ENTRY, "name": "other", "signing_secret": "f" * 32}]})
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")

    slack.take(body, signed(body, "f" * 32, NOW.timestamp()))
    slack.work()

    assert nothing_happened(slack)
    assert "This button belongs to another channel" in slack.whispered()[0]


def test_a_test_notice_decides_nothing_and_says_that_the_press_arrived(slack: SlackWorld) -> None:
    claims = SampleClaims(
        channel="security", notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11", expires_at=NOW + timedelta(days=1)
    )
    ts = slack.post(mint_sample(claims, slack.world.signer.key))

    slack.press(ts=ts)

    assert nothing_happened(slack)
    assert "This was a test: the button reached the stack" in slack.whispered()[0]


def test_a_button_that_nobody_knows_is_answered(slack: SlackWorld) -> None:
    slack.workspace.messages[slack.ts]["blocks"][1]["elements"][0]["action_id"] = "keep"

    slack.press("keep")

    assert slack.world.audit() == []
    assert "This stack does not know that button" in slack.whispered()[0]


def test_without_the_signing_key_s_answer_nothing_is_decided(slack: SlackWorld) -> None:
    slack.world.signer.error = UnreachableError("kms:VerifyMac", "500", "no")

    slack.press()

    slack.world.signer.error = None
    assert nothing_happened(slack)
    assert "The button could not be checked" in slack.whispered()[0]


# Who pressed


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"deleted": True}, "This account can't decide"),
        ({"is_bot": True}, "This account can't decide"),
        ({"is_workflow_bot": True}, "This account can't decide"),
        ({"is_restricted": True}, "Guests can't decide in Slack"),
        ({"is_ultra_restricted": True}, "Guests can't decide in Slack"),
        ({"is_restricted": None}, "Guests can't decide in Slack"),
        ({"is_stranger": True}, "You are not a member of this workspace"),
        ({"team_id": "T0ELSE"}, "You are not a member of this workspace"),
        ({"id": JOE}, "You are not a member of this workspace"),
    ],
)
@pytest.mark.parametrize("auth_method", [AuthMethod.LINK, AuthMethod.SIGN_IN])
def test_whom_the_workspace_does_not_vouch_for_is_refused_aloud(
    slack: SlackWorld, flags: dict[str, Any], told: str, auth_method: AuthMethod
) -> None:
    slack.auth_method, slack.rule = auth_method, ApproverRules(domains=frozenset({"example.com"}))
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    slack.tells_apart(**flags)

    slack.take(body)
    slack.work()

    assert nothing_happened(slack)
    assert told in slack.whispered()[0]
    assert "Nothing was changed." in slack.whispered()[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"team": {"id": "T0ELSE"}, "user": {"id": JANE, "team_id": "T0ELSE"}},
        {"user": {"id": JANE, "team_id": "T0ELSE"}},
        {"team": {"id": "T0ELSE"}},
    ],
)
def test_another_workspace_with_the_same_app_is_refused_before_slack_is_asked_who(
    slack: SlackWorld, changes: dict[str, Any]
) -> None:
    slack.press(**changes)

    assert nothing_happened(slack)
    assert "You are not a member of this workspace" in slack.whispered()[0]
    assert "users.info" not in slack.workspace.calls


def test_with_sign_in_an_approver_of_the_page_may_decide_in_slack(slack: SlackWorld) -> None:
    slack.auth_method, slack.rule = AuthMethod.SIGN_IN, ApproverRules(emails=frozenset({"jane@example.com"}))

    slack.press(by=JOE)
    assert nothing_happened(slack)
    assert "You are not an approver" in slack.whispered(JOE)[0]

    slack.press(by=JANE)
    assert slack.world.state() == "Enabled"


@pytest.mark.parametrize(
    ("email", "flags"),
    [
        ("jane@example.com.evil.example", {}),
        ("jane@sub.example.com", {}),
        ("jane@evil.example, jane@example.com", {}),
        ("jane@example.com", {"is_email_confirmed": False}),
        ("jane@example.com", {"is_email_confirmed": None}),
        ("jane@example.com", {"is_email_confirmed": 1}),
        ("", {}),
    ],
)
def test_with_sign_in_an_address_that_is_not_listed_or_not_confirmed_may_not(
    slack: SlackWorld, email: str, flags: dict[str, Any]
) -> None:
    slack.auth_method, slack.rule = AuthMethod.SIGN_IN, ApproverRules(domains=frozenset({"example.com"}))
    slack.tells_apart(profile={"email": email}, **flags)

    slack.press()

    assert nothing_happened(slack)
    (told,) = slack.whispered()
    assert "You are not an approver" in told or "Slack does not confirm your email address" in told
    assert "Open the page" in told


@pytest.mark.parametrize(
    ("claim", "group"), [("name", "kms-admins"), ("email", "jane@example.com"), ("sub", JANE)]
)
def test_a_group_of_the_provider_is_nothing_that_slack_can_vouch_for(
    slack: SlackWorld, claim: str, group: str
) -> None:
    rule = ApproverRules(groups=frozenset({group}), group_claim=claim)
    slack.auth_method, slack.rule = AuthMethod.SIGN_IN, rule
    slack.tells_apart(
        profile={"email": "jane@example.com", "real_name": "kms-admins"}, is_email_confirmed=False
    )

    slack.press()

    assert nothing_happened(slack)
    assert "You are not an approver" in slack.whispered()[0]


def test_without_the_scope_for_addresses_nobody_is_an_approver_and_everybody_is_told_why(
    slack: SlackWorld,
) -> None:
    slack.auth_method, slack.rule = AuthMethod.SIGN_IN, ApproverRules(domains=frozenset({"example.com"}))
    slack.workspace.scopes = frozenset({"chat:write", "users:read"})

    slack.press()

    assert nothing_happened(slack)
    assert "The app needs the scope users:read.email." in slack.whispered()[0]


def test_without_sign_in_who_has_no_address_is_known_by_their_id(slack: SlackWorld) -> None:
    slack.tells_apart(profile={}, real_name="Jane Doe")

    slack.press()

    assert slack.world.state() == "Enabled"
    assert slack.world.kms.deciders == [JANE, JANE]
    assert "Jane Doe cancelled the deletion and enabled the key" in read(slack.world.ask())


def test_with_a_network_nobody_decides_in_slack_and_everybody_gets_the_page(slack: SlackWorld) -> None:
    slack.auth_method = AuthMethod.NETWORK

    slack.press()

    assert nothing_happened(slack)
    ((_, said),) = slack.workspace.private
    assert "Slack can't decide for this stack" in slack.whispered()[0]
    assert said["blocks"][-1]["elements"][0]["url"].endswith(f"/keys/{slack.token()}")


@pytest.mark.parametrize("broken", ["/api/users.info", "/api/auth.test"])
def test_where_slack_does_not_say_who_pressed_nothing_is_decided(slack: SlackWorld, broken: str) -> None:
    slack.http.broken.add(broken)

    slack.press()

    assert nothing_happened(slack)
    assert "Slack did not say who you are" in slack.whispered()[0]


def test_a_bot_without_its_workspace_s_name_lets_nobody_in(slack: SlackWorld) -> None:
    slack.http.answers["auth.test"] = '{"ok": true}'

    slack.press()

    assert nothing_happened(slack)


# What KMS and Slack do not do


@pytest.mark.parametrize(
    ("operation", "error", "told"),
    [
        ("kms:CancelKeyDeletion", denied("kms:CancelKeyDeletion"), "This stack has no permission to do that"),
        ("kms:CancelKeyDeletion", ThrottledError("kms:CancelKeyDeletion", "Throttling", ""), "KMS is busy"),
    ],
)
def test_where_kms_did_not_do_it_the_channel_reads_why_and_has_its_buttons_again(
    slack: SlackWorld, operation: str, error: AwsError, told: str
) -> None:
    slack.world.kms.fail(operation, error)

    slack.press()

    assert told in slack.shown()
    assert slack.buttons() == ["cancel_and_enable", "cancel_only"]
    assert slack.world.state() == "PendingDeletion"

    slack.press(by=JOE)
    assert slack.world.state() == "Enabled"
    assert "<@U0JOE> pressed" in slack.shown()


def test_where_the_key_could_not_be_enabled_the_channel_has_a_way_to_the_page(slack: SlackWorld) -> None:
    slack.world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))

    slack.press()

    assert "The deletion is cancelled, but the key is not enabled yet" in slack.shown()
    assert "Enable it on the page or with the command below." in slack.shown()
    assert "Open the page" in slack.shown()
    assert slack.buttons() == []


def test_a_key_that_can_t_be_read_is_told_in_private_and_the_buttons_stay(slack: SlackWorld) -> None:
    slack.world.kms.fail("kms:DescribeKey", denied("kms:DescribeKey"))

    slack.press()

    assert nothing_happened(slack)
    assert "This stack has no permission to do that" in slack.whispered()[0]


def test_where_the_address_for_answers_takes_none_the_bot_answers(slack: SlackWorld) -> None:
    slack.http.broken.add("/actions/")

    slack.press()
    assert "The key works again" in slack.shown()
    assert slack.buttons() == []

    slack.press(ts=slack.post(), by=JOE)
    assert "This was decided while you were reading" in slack.whispered(JOE)[0]


def test_an_address_that_was_used_up_is_no_answer(slack: SlackWorld) -> None:
    body = slack.workspace.pressed(slack.ts, "cancel_and_enable")
    slack.workspace._replies.clear()  # noqa: SLF001 - as Slack forgets them after half an hour

    slack.take(body)
    slack.work()

    assert "The key works again" in slack.shown()
    assert "chat.update" in slack.workspace.calls


def test_a_slack_that_takes_no_answer_at_all_holds_up_no_rescue_and_is_logged(slack: SlackWorld) -> None:
    slack.http.broken |= {"/actions/", "/api/chat."}

    slack.press()

    assert slack.world.state() == "Enabled"
    assert "Could not reply to a Slack button press" in slack.world.log.said("error")


def test_a_long_message_keeps_its_beginning_and_the_answer(slack: SlackWorld) -> None:
    blocks = slack.workspace.messages[slack.ts]["blocks"]
    filler = {"type": "section", "text": {"type": "plain_text", "text": "one of many"}}
    blocks += [filler] * (50 - len(blocks))

    slack.press()

    shown = slack.shown()
    assert len(slack.workspace.messages[slack.ts]["blocks"]) == 50
    assert shown.startswith("Still in use")
    assert "KMS says: Enabled" in shown
    assert slack.workspace.refused == []
