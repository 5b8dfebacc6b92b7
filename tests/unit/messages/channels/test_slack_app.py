"""A Slack app: one message for each case, which stays true, and replies below it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.notice import CaseSummary, Notice, Reason, stack_unhealthy
from reprieve.cases.thread import Thread
from reprieve.cases.visitor import AuthMethod
from reprieve.errors import ChannelBusyError, ChannelError
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from reprieve.ports import HttpAnswer
from tests.channel_examples import entry
from tests.examples import JANE, NOW, decision, key, notice, problem, visitor
from tests.fakes import FakeHttp, FakeTools
from tests.unit.messages.test_block_kit import EVERY, IN_USE


def about(**changes: Any) -> CaseSummary:
    return CaseSummary(id="x", key=key(**changes), opened_at=NOW)


RECEIPT = {"channel": "C0123ABC", "ts": "1.0"}
TOKEN = "v1a.claims.mac"  # noqa: S105 - of no link
LINK = f"https://abc.example/keys/{TOKEN}"
OPEN = replace(IN_USE, link=LINK, approvers=AuthMethod.LINK)
REPORTED = Closure(how=Ending.CANCELLED, at=NOW, confirmed=False)
OFF = notice(
    reason=Reason.DELETION_CANCELLED,
    case=about(state="Enabled", deletion_date=None),
    decision=decision(),
    closure=Closure(how=Ending.CANCELLED, at=NOW),
)


@dataclass
class Slack(FakeHttp):
    """Slack, as it answers each method: with an error code, where it is told one."""

    says: dict[str, list[str]] = field(default_factory=dict)

    def post(self, url: str, body: bytes, headers: Any, *, public_only: bool = False) -> HttpAnswer:
        answer = super().post(url, body, headers, public_only=public_only)
        codes = self.says.get(url.rpartition("/")[2])
        code = codes.pop(0) if codes else ""
        return HttpAnswer(status=200, body=json.dumps({"ok": False, "error": code})) if code else answer

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        return [(url.rpartition("/")[2], json.loads(body)) for url, body, _ in self.posts]

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]


def send(told: Notice, thread: Thread | None = None, says: Mapping[str, Sequence[str]] | None = None) -> Any:
    """What the receipt is, and what Slack was asked for."""
    http = Slack(says={f"chat.{name}": list(codes) for name, codes in (says or {}).items()})
    document = read_document(json.dumps({"channels": [entry("slack-app")]}), FakeTools(http=http))
    ((channel, _),) = document.channels
    receipt = channel.send(replace(delivery(told, channel.name, "", NOW), thread=thread))
    return receipt, http


def actions(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The buttons of a message, by their ids."""
    blocks = [block for block in message["blocks"] if block["type"] == "actions"]
    return {button["action_id"]: button for block in blocks for button in block["elements"]}


def texts(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


def root(told: Notice) -> dict[str, Any]:
    _, http = send(told)
    ((_, message),) = http.calls
    return dict(message)


def test_the_first_notice_of_a_case_begins_it_and_says_where() -> None:
    receipt, http = send(OPEN, Thread())

    assert receipt == RECEIPT
    ((method, message),) = http.calls
    assert (method, message["channel"]) == ("chat.postMessage", "C0123ABC")
    assert "thread_ts" not in message
    ((url, _, headers),) = http.posts
    assert url == "https://slack.com/api/chat.postMessage"
    assert headers["Authorization"] == "Bearer xoxb-1-confidential"


def test_a_later_notice_changes_the_first_message_and_replies_below_it() -> None:
    thread = Thread(receipt=RECEIPT, latest_at=NOW - timedelta(hours=1))

    receipt, http = send(replace(OPEN, reason=Reason.NEW_CALLER), thread)

    assert receipt == RECEIPT
    (updated, update), (replied, below) = http.calls
    assert (updated, replied) == ("chat.update", "chat.postMessage")
    assert (update["channel"], update["ts"]) == ("C0123ABC", "1.0")
    assert (below["channel"], below["thread_ts"]) == ("C0123ABC", "1.0")
    assert actions(below) == {}
    assert TOKEN not in texts(below)
    assert "To decide, use the first message of this thread." in texts(below)


def test_an_earlier_notice_that_comes_later_is_a_reply_and_changes_nothing() -> None:
    _, http = send(OPEN, Thread(receipt=RECEIPT, latest_at=NOW + timedelta(hours=1)))

    assert http.methods == ["chat.postMessage"]


@pytest.mark.parametrize(
    ("reason", "is_loud"),
    [
        (Reason.KEY_IN_USE, True),
        (Reason.DELETION_SOON, True),
        (Reason.CORRECTION, True),
        (Reason.NEW_CALLER, False),
        (Reason.DELETION_CANCELLED, False),
    ],
)
def test_what_can_t_wait_is_shown_to_the_whole_channel(reason: Reason, *, is_loud: bool) -> None:
    _, http = send(replace(OPEN, reason=reason), Thread(receipt=RECEIPT))

    assert http.calls[-1][1]["reply_broadcast"] is is_loud


def test_its_buttons_act_with_the_link_s_token_and_each_asks_again() -> None:
    (block,) = [each for each in root(OPEN)["blocks"] if each.get("block_id") == "decide"]

    assert [button["action_id"] for button in block["elements"]] == [
        "cancel_and_enable",
        "cancel_only",
        "open-case",
    ]
    for button in block["elements"][:2]:
        assert button["value"] == TOKEN
        assert sorted(button["confirm"]) == ["confirm", "deny", "text", "title"]
        assert "alias/orders-db" in button["confirm"]["text"]["text"]
    assert block["elements"][2]["url"] == LINK
    assert block["elements"][2]["text"]["text"] == "Review or keep…"


def test_a_name_of_a_key_can_t_break_a_confirmation() -> None:
    hostile = replace(OPEN, case=about(aliases=(f"alias/{'<!here> ' * 40}",)))

    confirm = actions(root(hostile))["cancel_only"]["confirm"]

    assert {part["type"] for part in confirm.values()} == {"plain_text"}
    assert len(confirm["text"]["text"]) <= 300


@pytest.mark.parametrize(
    "told",
    [
        replace(OPEN, approvers=AuthMethod.NETWORK),
        replace(OPEN, approvers=None),
        replace(OPEN, reason=Reason.DELETION_SOON, decision=decision(choice=Choice.KEEP)),
        replace(OPEN, reason=Reason.TEST),
    ],
    ids=["network", "unknown", "decided", "test"],
)
def test_where_slack_may_not_decide_there_is_only_the_link(told: Notice) -> None:
    assert set(actions(root(told))) - {"open-console"} == {"open-case"}


def test_people_who_sign_in_may_decide_in_slack_too() -> None:
    assert "cancel_and_enable" in actions(root(replace(OPEN, approvers=AuthMethod.SIGN_IN)))


def test_after_a_correction_the_buttons_are_back() -> None:
    told = replace(OPEN, reason=Reason.CORRECTION, decision=decision())

    assert "cancel_and_enable" in actions(root(told))


def test_once_it_is_decided_no_button_acts() -> None:
    _, http = send(OFF, Thread(receipt=RECEIPT, latest_at=NOW))

    for _, message in http.calls:
        assert set(actions(message)) <= {"open-console"}


def facts(told: Notice) -> list[str]:
    message = root(told)
    return [one["text"] for block in message["blocks"] for one in block.get("fields", ())]


def test_the_first_message_shows_the_state_now() -> None:
    assert facts(OPEN)[:4] == [
        "In use by\n1 caller, 2 requests refused",
        "Deleted\nin 6 days 23 hours, as of 2026-11-22 14:55 UTC",
        "Decided\nnothing so far",
        "KMS says\nPendingDeletion",
    ]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (OFF, f"Decided\n{visitor().label} cancelled the deletion, 2026-11-22 15:10 UTC"),
        (OFF, "KMS says\nEnabled"),
        (
            replace(OFF, decision=decision(choice=Choice.ENABLE)),
            f"Decided\n{visitor().label} enabled the key, 2026-11-22 15:10 UTC",
        ),
        (
            replace(OFF, reason=Reason.DELETION_KEPT, closure=None, decision=decision(choice=Choice.KEEP)),
            f"Decided\n{visitor().label} lets the key be deleted, 2026-11-22 15:10 UTC",
        ),
        (replace(OFF, decision=decision(choice=Choice.KEEP)), "Decided\noutside this stack's page"),
        (
            replace(OFF, closure=REPORTED),
            f"Decided\n{visitor().label} asked KMS to cancel the deletion, 2026-11-22 15:10 UTC",
        ),
        (replace(OFF, decision=None), "Decided\noutside this stack's page"),
        (
            replace(OFF, decision=None, closure=Closure(how=Ending.CANCELLED, at=NOW, by=JANE)),
            f"Decided\n{JANE.label}, 2026-11-22 14:55 UTC, outside this stack's page",
        ),
        (
            replace(OFF, decision=None, closure=replace(REPORTED, by=JANE)),
            f"Decided\n{JANE.label}, 2026-11-22 14:55 UTC, outside this stack's page, as CloudTrail says",
        ),
        (
            replace(OFF, decision=None, closure=REPORTED),
            "Decided\noutside this stack's page, as CloudTrail says",
        ),
        (
            replace(
                OFF, reason=Reason.KEY_DELETED, decision=None, closure=Closure(how=Ending.DELETED, at=NOW)
            ),
            "Decided\nnothing",
        ),
        (notice(case=about(state=None)), "KMS says\ncould not be asked"),
        (notice(), "In use by\nnobody so far"),
    ],
)
def test_it_says_who_decided_and_what_kms_says(told: Notice, shown: str) -> None:
    assert shown in facts(told)


@pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("runbook", [None, f"https://wiki.example/{'r' * 1979}"])
def test_whatever_anybody_wrote_a_message_is_one_that_slack_takes(told: Notice, runbook: str | None) -> None:
    link = f"https://abc123.execute-api.eu-west-1.amazonaws.com/keys/{'t' * 500}" if told.link else None
    open_case = replace(told, decision=None, link=link, approvers=AuthMethod.LINK, runbook=runbook)
    begun, later = send(open_case, Thread())[1], send(open_case, Thread(receipt=RECEIPT))[1]

    sent = [message for _, message in (*begun.calls, *later.calls)]

    assert max(len(texts({"blocks": message["blocks"]})) for message in sent) < 13_100
    assert all(
        "cancel_and_enable" in actions(message)
        for message in sent[:2]
        if link and told.reason is Reason.KEY_IN_USE
    )


def test_what_did_not_fit_is_said_to_be_left_out() -> None:
    message = root(replace(EVERY["worst"], decision=None, approvers=AuthMethod.LINK))

    assert "does not fit" in texts(message["blocks"][-1])
    assert "does not fit" not in texts(root(OPEN))


def test_what_belongs_to_no_case_stands_by_itself() -> None:
    receipt, http = send(stack_unhealthy(problem(), NOW))

    assert receipt == RECEIPT
    assert http.methods == ["chat.postMessage"]
    assert "KMS says" not in texts(http.calls[0][1])


@pytest.mark.parametrize("code", ["message_not_found", "thread_not_found"])
@pytest.mark.parametrize("method", ["update", "postMessage"])
def test_a_message_that_somebody_deleted_is_begun_anew(method: str, code: str) -> None:
    thread = Thread(receipt={"channel": "C0123ABC", "ts": "0.5"}, latest_at=NOW)

    receipt, http = send(OPEN, thread, {method: [code]})

    assert receipt["ts"] != "0.5"
    assert http.methods[-1] == "chat.postMessage"
    assert "thread_ts" not in http.calls[-1][1]
    assert "cancel_and_enable" in actions(http.calls[-1][1])


@pytest.mark.parametrize("receipt", [{"channel": "C0123ABC", "ts": ""}, {"ts": "1.0"}, {"message": "x"}])
def test_a_receipt_that_points_nowhere_begins_a_message_and_silences_no_case(receipt: dict[str, str]) -> None:
    found, http = send(OPEN, Thread(receipt=receipt, latest_at=NOW), {"update": ["invalid_arguments"] * 9})

    assert http.methods == ["chat.postMessage"]
    assert "cancel_and_enable" in actions(http.calls[0][1])
    assert found == RECEIPT


def test_a_case_stays_in_the_channel_in_which_it_began_while_it_can() -> None:
    elsewhere = Thread(receipt={"channel": "C0OLD", "ts": "0.5"}, latest_at=NOW)

    _, stays = send(OPEN, elsewhere)
    receipt, moves = send(OPEN, elsewhere, {"update": ["channel_not_found"]})

    assert {message["channel"] for _, message in stays.calls} == {"C0OLD"}
    assert receipt["channel"] == moves.calls[-1][1]["channel"] == "C0123ABC"


def test_where_messages_can_t_be_changed_the_reply_says_what_is_new() -> None:
    _, http = send(OFF, Thread(receipt=RECEIPT), {"update": ["edit_window_closed"]})

    assert http.methods == ["chat.update", "chat.postMessage"]
    assert http.calls[1][1]["thread_ts"] == "1.0"


@pytest.mark.parametrize(
    ("says", "kind", "problem"),
    [
        ({"update": ["channel_not_found"]}, ChannelError, "example: Slack says channel_not_found"),
        ({"postMessage": ["invalid_blocks"]}, ChannelError, "example: Slack says invalid_blocks"),
        ({"postMessage": ["ratelimited"]}, ChannelBusyError, "example: ratelimited"),
    ],
)
def test_what_slack_refuses_is_an_error_and_tried_again(
    says: dict[str, list[str]], kind: type[ChannelError], problem: str
) -> None:
    with pytest.raises(kind) as caught:
        send(OPEN, Thread(receipt=RECEIPT), says)

    assert (type(caught.value), str(caught.value)) == (kind, problem)


def test_what_helps_beside_the_page_has_buttons_that_stay() -> None:
    told = replace(OFF, runbook="https://wiki.example/kms")

    assert actions(root(told))["open-runbook"]["url"] == "https://wiki.example/kms"
