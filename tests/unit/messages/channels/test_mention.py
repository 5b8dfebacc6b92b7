"""Whom a channel mentions, when, and that nobody else can be."""

import json
from typing import Any

import pytest

from reprieve.cases.notice import CaseSummary, Notice, Reason, stack_unhealthy
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from reprieve.messages.headline import VERBS
from tests.channel_examples import entry
from tests.examples import HOSTILE, NOW, key, notice, problem
from tests.fakes import FakeTools

IDS = {
    "google-chat": "users/123456789012345678901",
    "slack-app": "S0456",
    "slack-webhook": "S0456",
    "teams": "87d349ed-44d7-43e1-9a83-5f2406dee5bd",
}
every_type = pytest.mark.parametrize("kind", IDS)


def about(owner: str | None = "team-orders", reason: Reason = Reason.KEY_IN_USE) -> Notice:
    return notice(reason=reason, case=CaseSummary(id="x", key=key(owner=owner), opened_at=NOW))


def posted(kind: str, told: Notice, **changes: Any) -> str:
    tools = FakeTools()
    ((channel, _),) = read_document(json.dumps({"channels": [entry(kind, **changes)]}), tools).channels
    channel.send(delivery(told, channel.name, "", NOW))
    ((_, body, _),) = tools.http.posts
    return body.decode()


def of_owner(kind: str) -> dict[str, Any]:
    return {"mention": {"team-orders": IDS[kind]}}


@every_type
@pytest.mark.parametrize("reason", VERBS)
def test_the_owner_is_mentioned_at_the_first_notice_and_before_the_deletion(
    kind: str, reason: Reason
) -> None:
    sent = posted(kind, about(reason=reason), **of_owner(kind))

    assert (IDS[kind] in sent) == (reason in {Reason.KEY_IN_USE, Reason.DELETION_SOON})


@every_type
@pytest.mark.parametrize(
    ("owner", "mentioned"), [("team-orders", True), ("team-billing", False), (None, False), (HOSTILE, False)]
)
def test_only_the_key_s_owner_is_mentioned(kind: str, owner: str | None, *, mentioned: bool) -> None:
    assert (IDS[kind] in posted(kind, about(owner), **of_owner(kind))) == mentioned


@every_type
@pytest.mark.parametrize("owner", ["team-billing", None, HOSTILE])
def test_all_other_owners_can_have_one_id(kind: str, owner: str | None) -> None:
    assert IDS[kind] in posted(kind, about(owner), mention={"*": IDS[kind]})


@every_type
def test_a_problem_of_the_stack_mentions_nobody(kind: str) -> None:
    sent = posted(kind, stack_unhealthy(problem(), NOW), mention={"*": IDS[kind]})

    assert IDS[kind] not in sent


@every_type
@pytest.mark.parametrize("wrong", ["<!channel>", "S0456|x", "users/1> <users/all", "a@b@c", "", 7])
def test_what_is_no_id_is_refused(kind: str, wrong: object) -> None:
    document = json.dumps({"channels": [entry(kind, mention={"team-orders": wrong})]})

    (fault,) = read_document(document, FakeTools()).faults

    assert fault.problem.startswith("mention.team-orders ")


@every_type
def test_a_mention_without_an_owner_is_refused(kind: str) -> None:
    (fault,) = read_document(json.dumps({"channels": [entry(kind, mention={})]}), FakeTools()).faults

    assert fault.problem == "mention does not have 1 to 100 owners"


@pytest.mark.parametrize(
    ("who", "element"),
    [
        ("S0456", {"type": "usergroup", "usergroup_id": "S0456"}),
        ("U0123", {"type": "user", "user_id": "U0123"}),
        ("W0123", {"type": "user", "user_id": "W0123"}),
    ],
)
def test_slack_mentions_by_an_element_without_text_right_after_the_title(
    who: str, element: dict[str, str]
) -> None:
    _, mention, *_ = json.loads(posted("slack-webhook", about(), mention={"*": who}))["blocks"]

    assert mention == {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [element]}],
    }


def test_google_chat_mentions_in_the_text_above_the_card() -> None:
    assert json.loads(posted("google-chat", about(), mention={"*": "users/all"}))["text"] == "<users/all>"


def test_teams_mentions_a_person_by_an_entity_of_the_card() -> None:
    made = json.loads(posted("teams", about(), mention={"*": "jane@example.com"}))
    card = made["attachments"][0]["content"]

    assert card["body"][1] == {"type": "TextBlock", "text": "<at>jane@example.com</at>"}
    assert card["msteams"]["entities"] == [
        {
            "type": "mention",
            "text": "<at>jane@example.com</at>",
            "mentioned": {"id": "jane@example.com", "name": "jane@example.com"},
        }
    ]
