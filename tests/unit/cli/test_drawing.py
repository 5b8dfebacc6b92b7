"""A message as the preview draws it: all that is said is there, in its order, and nothing runs."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from kms_reprieve_cli.channels.drawing import drawn
from kms_reprieve_cli.channels.offline import Offline
from reprieve.cases.notice import Notice
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import TYPES, read_document
from tests.channel_examples import DATA, entry
from tests.examples import NOW
from tests.unit.messages.channels.test_mention import IDS
from tests.unit.messages.test_block_kit import EVERY, IN_USE, hostile

DRAWN = [kind for kind in TYPES if kind not in {*DATA, "email", "sns"}]


TEXTS = {"text", "title", "summary", "description", "topLabel"}


def sent(kind: str, told: Notice, **changes: Any) -> str:
    tools = Offline()
    document = read_document(json.dumps({"channels": [entry(kind, **changes)]}), tools)
    ((channel, _),) = document.channels
    shown = told if channel.has_link else replace(told, link=None)
    channel.send(delivery(shown, channel.name, channel.recipients(shown)[0], NOW))
    return tools.kept.pop()


class Texts(HTMLParser):
    """The texts of a drawing, and its elements."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.said = ""
        self.tags = set[str]()
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.said += " "
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.said += data


def values(found: object) -> Iterator[str]:
    match found:
        case str():
            yield from re.sub(r"</?b>|<br>|```", "\n", unescape(found)).split("\n")
        case dict():
            for name, each in found.items():
                if name in TEXTS or not isinstance(each, str):
                    yield from values(each)
        case list():
            for each in found:
                yield from values(each)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("told", [*EVERY.values(), hostile()])
def test_all_that_is_sent_is_drawn_and_is_text(kind: str, told: Notice) -> None:
    message = sent(kind, told)

    texts = Texts(drawn(message))

    payload = json.loads(message)
    said = words(texts.said)
    for each in values({name: value for name, value in payload.items() if name != "text"}):
        assert words(each.strip("*")) in said, each
    assert texts.tags <= {"div", "h3", "p", "b", "br", "span", "a", "pre"}


@pytest.mark.parametrize("kind", IDS)
def test_a_mention_is_drawn_as_one(kind: str) -> None:
    assert f'<span class="at">@{IDS[kind]}</span>' in drawn(sent(kind, IN_USE, mention={"*": IDS[kind]}))


@pytest.mark.parametrize("kind", sorted(DATA))
def test_data_is_shown_as_it_is_sent(kind: str) -> None:
    message = sent(kind, IN_USE)

    assert json.loads(unescape(drawn(message).removeprefix("<pre>").removesuffix("</pre>"))) == json.loads(
        message
    )


def test_a_mail_is_in_a_frame_of_its_own_and_plain_text_is_text() -> None:
    assert drawn(sent("email", IN_USE)).startswith('<iframe sandbox title="The mail" srcdoc="&lt;!DOCTYPE')
    assert drawn(sent("sns", IN_USE)).startswith("<pre>")


def test_no_preview_shows_the_routing_key() -> None:
    assert "c0nf1dent1al" not in drawn(sent("pagerduty", IN_USE))
