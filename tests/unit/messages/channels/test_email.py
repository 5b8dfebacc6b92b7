"""Mail by SES: who gets which, and what is in it."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from reprieve.cases.notice import CaseSummary, Notice, stack_unhealthy
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from reprieve.ports import Mail
from tests.channel_examples import entry
from tests.examples import NOW, key, notice, problem
from tests.fakes import FakeTools
from tests.rendered import mail_body, mail_subject
from tests.unit.messages.test_block_kit import EVERY, IN_USE, LINK, hostile

OWNERS = {"team-orders": ["jane@example.com", "joe@example.com"], "*": ["ops@example.com"]}


def mails(told: Notice, **changes: Any) -> list[Mail]:
    tools = FakeTools()
    ((channel, _),) = read_document(json.dumps({"channels": [entry("email", **changes)]}), tools).channels
    for recipient in channel.recipients(told):
        channel.send(delivery(told, channel.name, recipient, NOW))
    return tools.mailer.mails


def to(told: Notice, **changes: Any) -> list[str]:
    return [mail.recipient for mail in mails(told, **changes)]


def of(owner: str | None) -> Notice:
    return notice(case=CaseSummary(id="x", key=key(owner=owner), opened_at=NOW))


@pytest.mark.parametrize(
    ("told", "recipients"),
    [
        (of("team-orders"), ["jane@example.com", "joe@example.com"]),
        (of("team-billing"), ["ops@example.com"]),
        (of(None), ["ops@example.com"]),
        (notice(case=None), ["ops@example.com"]),
        (stack_unhealthy(problem(), NOW), ["jane@example.com", "joe@example.com", "ops@example.com"]),
    ],
)
def test_a_notice_goes_to_the_owner_or_to_everybody_else(told: Notice, recipients: list[str]) -> None:
    assert to(told, to=OWNERS) == recipients


def test_where_nobody_is_named_for_the_rest_all_get_it() -> None:
    owners = {"a": ["jane@example.com"], "b": ["joe@example.com", "jane@example.com"]}

    assert to(of("c"), to=owners) == ["jane@example.com", "joe@example.com"]


def test_a_list_is_everybody() -> None:
    assert to(of("a"), to=["jane@example.com", "joe@example.com", "jane@example.com"]) == [
        "jane@example.com",
        "joe@example.com",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to": ["confidential"]}, "to[0] is no e-mail address"),
        ({"to": {}}, "to does not have 1 to 100 owners"),
        ({"to": {"team": ["jane@example.com", "x@y@z"]}}, "to.team[1] is no e-mail address"),
        ({"to": {"team": []}}, "to.team is no list of 1 to 100 texts"),
        ({"from": "confidential"}, "from does not have the form that it should have"),
    ],
)
def test_what_is_no_address_is_named_by_its_place(wrong: dict[str, Any], said: str) -> None:
    (fault,) = read_document(json.dumps({"channels": [entry("email", **wrong)]}), FakeTools()).faults

    assert fault.problem == said


def test_the_plain_part_is_the_plain_mail_with_why_the_reader_gets_it() -> None:
    (mail, *_) = mails(IN_USE)

    why = "You get this mail because the channel example of kms-reprieve names your address."
    assert (mail.subject, mail.text) == (mail_subject(IN_USE), f"{mail_body(IN_USE)}\n{why}\n")
    assert why in mail.html


def test_a_mail_says_that_nobody_wrote_it_and_which_notice_it_is() -> None:
    (mail, *_) = mails(IN_USE)

    assert mail.headers == {
        "Auto-Submitted": "auto-generated",
        "X-KMS-Reprieve-Notice": IN_USE.id,
        "X-KMS-Reprieve-Reason": "key-in-use",
    }


class Outline(HTMLParser):
    """The elements and the addresses of a document, checked to be closed as they were opened."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(document)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "background"}]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("told", [*EVERY.values(), hostile()])
def test_the_html_is_one_table_of_ours_with_no_address_but_ours(told: Notice) -> None:
    (mail, *_) = mails(told)

    outline = Outline(mail.html)
    assert outline.tags.count("table") == 1
    assert set(outline.tags) <= {
        *("html", "head", "meta", "title", "style", "body", "table", "tr", "td", "a", "br", "span", "strong")
    }
    assert set(outline.addresses) <= {told.link, told.console_url}
    assert "url(" not in mail.html
    assert len(mail.html.encode()) < 30_000


def test_the_link_is_a_button_and_a_text_that_can_be_copied() -> None:
    (mail, *_) = mails(IN_USE)

    assert mail.html.count(LINK) == 2
    assert mail.html.index("Review and decide</a>") < mail.html.index("Who is refused")
