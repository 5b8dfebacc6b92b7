"""Mail by SES: who gets which, and what is in it."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from reprieve.cases.notice import CaseSummary, Notice, stack_unhealthy
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from reprieve.messages.defang import defanged
from reprieve.messages.parts import ROOMS, Kind, Part, parts
from reprieve.messages.story import Story, tell
from reprieve.ports import Mail
from reprieve.untrusted import one_line
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
        ({"to": ["confidential"]}, "to[0] is not an email address"),
        ({"to": {}}, "to does not have 1 to 100 owners"),
        ({"to": {"team": ["jane@example.com", "x@y@z"]}}, "to.team[1] is not an email address"),
        ({"to": {"team": []}}, "to.team is not a list of 1 to 100 strings"),
        ({"from": "confidential"}, "from does not have the right form"),
    ],
)
def test_what_is_no_address_is_named_by_its_place(wrong: dict[str, Any], said: str) -> None:
    (fault,) = read_document(json.dumps({"channels": [entry("email", **wrong)]}), FakeTools()).faults

    assert fault.problem == said


def test_the_plain_part_is_the_plain_mail_with_why_the_reader_gets_it() -> None:
    (mail, *_) = mails(IN_USE)

    why = "You receive this email because the channel example of kms-reprieve lists your address."
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
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "table",
            "tbody",
            "tr",
            "td",
            "a",
            "br",
            "span",
            "strong",
        )
    }
    assert set(outline.addresses) <= {told.link, told.console_url}
    assert "url(" not in mail.html
    assert len(mail.html.encode()) < 30_000


def test_the_link_is_a_button_and_a_text_that_can_be_copied() -> None:
    (mail, *_) = mails(IN_USE)

    assert mail.html.count(LINK) == 2
    assert mail.html.index("Review and decide</a>") < mail.html.index("Who is refused")


class Cells(HTMLParser):
    """What is in each cell, in the order in which a screen reader says it."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.styles = ""
        self.is_in_cell = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.styles += "".join(f"{value};" for name, value in attrs if name == "style")
        if tag == "td":
            self.found.append("")
        self.is_in_cell = self.is_in_cell or tag == "td"
        if tag == "br":
            self.found[-1] += " "

    def handle_endtag(self, tag: str) -> None:
        self.is_in_cell = self.is_in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self.is_in_cell:
            self.found[-1] += data


def words(text: str) -> str:
    return " ".join(text.split())


def spoken(part: Part) -> str:
    match part.kind:
        case Kind.FACT:
            return f"{part.label}: {part.text}"
        case Kind.LINK:
            return f"{part.label} {part.text}"
        case Kind.CONSOLE:
            return part.label
        case _:
            return part.text


every_notice = pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)


@every_notice
def test_a_screen_reader_says_the_parts_in_their_order_and_nothing_else(told: Notice) -> None:
    (mail, *_) = mails(told)
    cells = Cells(mail.html)

    said = list(map(words, cells.found))
    rooms = [[words(spoken(part)) for part in list(parts(tell(told), room))[1:]] for room in ROOMS]
    assert said[:-1] in rooms
    assert said[-1].startswith("You receive this email because")
    for moved in ("float", "position", "order:", "flex", "grid", "display:none", "visibility"):
        assert moved not in cells.styles


def content(story: Story) -> Iterator[str]:
    """Everything that a mail has to say, but for the title, which is the subject of both forms."""
    yield from (*story.lead.opening, story.lead.place, *story.lead.sentences)
    actions = story.actions
    yield from filter(None, (actions.why_not, actions.link, actions.forwarding))
    for fact in (*story.facts, *story.particulars):
        yield fact.words
    yield story.advice
    for calls in story.uses:
        yield calls.heading
        for row in calls.rows:
            yield from (row.who, row.what, row.origin, row.how_often)
    yield from (*story.commands, *(each.removeprefix("Not known: ") for each in story.unknown), story.id)
    yield story.searched


LONG = {name for name in EVERY if name.startswith(("worst", "hostile"))}
"""What is shortened, in each form to what it has room for."""


@pytest.mark.parametrize("told", [EVERY[name] for name in EVERY if name not in LONG])
def test_the_plain_part_and_the_html_have_the_same_content(told: Notice) -> None:
    (mail, *_) = mails(told)
    plain, rich = words(mail.text), words(" ".join(Cells(mail.html).found))

    for each in filter(None, content(tell(told))):
        assert words(defanged(one_line(each, 5000))) in plain or each in plain, each
        assert words(defanged(one_line(each, 5000))) in rich or each in rich, each


COLOURS = re.compile(r"(?<![-\w])color:(#[0-9a-f]{6})")
GROUNDS = re.compile(r"background-color:(#[0-9a-f]{6})")


def luminance(colour: str) -> float:
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, "contrast ratio"; 4.5 is what normal text needs."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_text_can_be_read_in_light_and_in_dark() -> None:
    (mail, *_) = mails(IN_USE)
    style = mail.html[mail.html.index("<style>") : mail.html.index("</style>")]
    inline = mail.html[mail.html.index("<body") :]
    on_button = {"#ffffff", "#14532d"}

    light = set(COLOURS.findall(inline)) - on_button
    dark = set(COLOURS.findall(style)) - {"#ffffff"}
    assert light
    assert dark
    for text in light:
        assert contrast(text, "#ffffff") >= 4.5
    assert contrast("#1d2026", "#fbe3df") >= 4.5
    for text in dark:
        assert contrast(text, "#1f2229") >= 4.5
    assert contrast("#ffffff", "#5a1e16") >= 4.5
    assert contrast("#ffffff", "#14532d") >= 4.5
    assert {"#1f2229", "#16181d", "#5a1e16"} == set(GROUNDS.findall(style))
