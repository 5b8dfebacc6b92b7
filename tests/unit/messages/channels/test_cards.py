"""The cards of Microsoft Teams and Google Chat."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reprieve.cases.notice import CaseSummary, Notice
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from tests.channel_examples import entry
from tests.examples import NOW, key, notice
from tests.fakes import FakeTools
from tests.unit.messages.test_block_kit import EVERY, IN_USE, LINK

every_notice = pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)


def posted(kind: str, told: Notice, **changes: Any) -> tuple[str, Any]:
    tools = FakeTools()
    ((channel, _),) = read_document(json.dumps({"channels": [entry(kind, **changes)]}), tools).channels
    channel.send(delivery(told, channel.name, "", NOW))
    ((url, body, _),) = tools.http.posts
    return url, json.loads(body)


def objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


@every_notice
def test_a_card_of_teams_has_only_elements_of_version_1_4_and_words_that_know_no_markdown(
    told: Notice,
) -> None:
    _, made = posted("teams", told)
    (attachment,) = made["attachments"]
    card = attachment["content"]

    assert (made["type"], attachment["contentUrl"], card["version"]) == ("message", None, "1.4")
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    kinds = {found["type"] for found in objects(card) if "type" in found}
    assert kinds <= {"AdaptiveCard", "RichTextBlock", "TextRun", "ActionSet", "Action.OpenUrl"}
    assert {found["type"] for found in objects(card) if "text" in found} == {"TextRun"}
    assert {found["url"] for found in objects(card) if "url" in found} <= {told.link, told.console_url}


def test_the_flow_of_teams_gets_its_query_as_it_is() -> None:
    url, _ = posted("teams", IN_USE)

    assert url == entry("teams")["url"]


def test_the_button_of_teams_stands_before_the_callers() -> None:
    _, made = posted("teams", IN_USE)

    text = json.dumps(made)
    assert text.index(LINK) < text.index("Who is refused")


def test_google_chat_gets_a_card_in_the_thread_of_its_case_once() -> None:
    url, made = posted("google-chat", IN_USE)

    assert url == (
        f"{entry('google-chat')['url']}&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
        f"&requestId={IN_USE.id}"
    )
    assert made["thread"] == {"threadKey": "x"}
    assert made["cardsV2"][0]["card"]["header"]["title"].startswith("Calls refused: alias/orders-db")
    assert "text" not in made


def test_an_address_of_google_chat_without_a_query_gets_one() -> None:
    url, _ = posted("google-chat", IN_USE, url="https://chat.example/v1/spaces/S/messages")

    assert url.startswith("https://chat.example/v1/spaces/S/messages?messageReplyOption=")


@every_notice
def test_no_word_from_outside_is_html_in_google_chat(told: Notice) -> None:
    _, made = posted("google-chat", told)

    for found in objects(made["cardsV2"][0]["card"]["sections"]):
        for text in (found.get("text"),):
            if isinstance(text, str) and "onClick" not in found:
                bare = text.removeprefix("<b>").removesuffix("</b>").replace("<br>", "")
                assert not {"<", ">"} & set(bare)


def test_what_google_chat_gives_a_meaning_to_is_escaped() -> None:
    told = notice(
        case=CaseSummary(id="x", key=key(aliases=("alias/<a href='x'>&<users/all>",)), opened_at=NOW)
    )

    _, made = posted("google-chat", told)

    assert "alias/&lt;a href='x'&gt;&amp;&lt;users/all&gt;" in json.dumps(made)
