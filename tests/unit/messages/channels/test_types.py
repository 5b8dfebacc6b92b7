"""Every type of channel: what it says, in which order, how long it is, and what nobody can bring into it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reprieve.cases.notice import CaseSummary, Notice, Reason
from reprieve.cases.visitor import Person
from reprieve.errors import ChannelBusyError, ChannelError, ChannelRefusedError, NoAnswerError
from reprieve.messages.channels import Channel, delivery
from reprieve.messages.channels.document import TYPES, read_document
from reprieve.messages.headline import VERBS
from reprieve.messages.plain_mail import SUBJECT_LIMIT, subject
from reprieve.messages.story import Story, tell
from reprieve.ports import HttpAnswer
from tests.channel_examples import DATA, EXAMPLES, entry
from tests.examples import NOW, decision, key, notice, visitor
from tests.fakes import FakeTools
from tests.strangers import ADDRESSES, LINKED, written_by_strangers
from tests.unit.messages.test_block_kit import EVERY, IN_USE

ROOT = Path(__file__).parents[4]
EVENTS = ROOT / "events"
TALKING = [kind for kind in TYPES if kind not in DATA]
every_type = pytest.mark.parametrize("kind", TYPES)
every_notice = pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / name).read_text("utf-8"))
    return found


def validator() -> Draft202012Validator:
    documents = schema("channels.schema.json"), schema("notice.schema.json")
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(document))
        for name, document in zip(
            ("urn:kms-reprieve:channels:1", "notice.schema.json"), documents, strict=True
        )
    )
    return Draft202012Validator(documents[0], registry=registry)


SCHEMA = validator()


def made(kind: str, tools: FakeTools, **changes: Any) -> Channel:
    document = read_document(json.dumps({"channels": [entry(kind, **changes)]}), tools)
    assert [str(fault) for fault in document.faults] == []
    return document.channels[0][0]


def send(kind: str, told: Notice, tools: FakeTools | None = None, **changes: Any) -> list[bytes]:
    """What leaves for the other side: one message for each recipient."""
    tools = tools or FakeTools()
    channel = made(kind, tools, **changes)
    shown = told if channel.has_link else replace(told, link=None, link_expires_at=None)
    for recipient in channel.recipients(shown):
        channel.send(delivery(shown, channel.name, recipient, NOW))
    return tools.sent()


def texts(value: object) -> Iterator[str]:
    """Every text within a JSON value; JSON within a text is looked into."""
    match value:
        case str() if value.startswith(("{", "[")):
            yield from texts(json.loads(value))
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)


def said(sent: bytes) -> list[str]:
    text = sent.decode()
    return list(_TextOf(text).found) if text.startswith("<!DOCTYPE") else list(texts(text))


def read(sent: bytes) -> str:
    """What a message says: on one line, without the backslashes that Markdown escapes with."""
    return re.sub(r"[\\\s]+", " ", re.sub(r"\\(?=[^\w\s])", "", "\n".join(said(sent))))


class _TextOf(HTMLParser):
    """The texts and the addresses of an HTML document, but for its styles."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        if self.inside != "style":
            self.found.append(data)


@pytest.mark.parametrize("kind", TALKING)
def test_a_message_that_is_late_says_so_first_and_of_when_it_tells(kind: str) -> None:
    late = "This message is late: it says what was known at 2026-11-22 14:50 UTC."

    (sent, *_) = send(kind, replace(IN_USE, at=NOW - timedelta(minutes=5)))
    (prompt, *_) = send(kind, replace(IN_USE, at=NOW - timedelta(minutes=5) + timedelta(seconds=1)))

    words = read(sent)
    assert late in words
    assert words.index(late) < words.index("Broken now")
    assert "late" not in read(prompt).lower().split()


@every_notice
def test_the_subject_of_a_late_message_begins_with_that_and_is_no_longer(told: Notice) -> None:
    late = subject(tell(told, told.at + timedelta(days=3)))

    assert late.startswith("Late: ")
    assert len(late) <= SUBJECT_LIMIT


RUNBOOK = "https://wiki.example/kms"


@pytest.mark.parametrize("kind", TALKING)
def test_the_runbook_of_an_entry_is_a_link(kind: str) -> None:
    assert RUNBOOK in "\n".join(map(str.strip, said(send(kind, replace(IN_USE, runbook=RUNBOOK))[0])))


@pytest.mark.parametrize("kind", TALKING)
def test_the_runbook_of_a_tag_is_none_and_is_said_to_be_the_tag_s(kind: str) -> None:
    case = IN_USE.case and replace(IN_USE.case, key=key(runbook=RUNBOOK))

    (sent, *_) = send(kind, replace(IN_USE, case=case))

    words = read(sent)
    assert "hxxps://wiki[.]example/kms (according to the key's tag)" in words
    assert RUNBOOK not in words


@every_type
def test_the_runbook_of_an_entry_is_read_and_is_https(kind: str) -> None:
    def read(address: str) -> Any:
        document = {"channels": [entry(kind, runbook=address)]}
        assert SCHEMA.is_valid(document) == (address == RUNBOOK)
        return read_document(json.dumps(document), FakeTools())

    assert read(RUNBOOK).runbooks == {"example": RUNBOOK}
    for address in (
        "javascript:alert(1)",
        "http://localhost/kms",
        "https://[",
        "https:///kms",
        "https://jane:secret@wiki.example/kms",
        "https://wiki.ex\N{CYRILLIC SMALL LETTER A}mple/kms",
    ):
        assert [str(each) for each in read(address).faults] == [
            "channels[0] (example): runbook is not an https URL"
        ]


def test_every_type_has_an_example_and_a_section() -> None:
    sections = (ROOT / "docs" / "channels.md").read_text("utf-8")

    assert sorted(EXAMPLES) == list(TYPES)
    for kind in TYPES:
        assert f'"type": "{kind}"' in sections


@every_type
@every_notice
def test_a_notice_is_one_message_for_each_recipient_and_stays_within_the_limit(
    kind: str, told: Notice
) -> None:
    limit = import_module(f"reprieve.messages.channels.{kind.replace('-', '_')}").LIMIT
    recipients = made(kind, FakeTools()).recipients(told)

    sent = send(kind, told)

    assert len(sent) == len(recipients) >= 1
    assert max(map(len, sent)) <= limit


def parts(story: Story) -> list[str]:
    """What people read, in its order."""
    (calls, *_) = story.uses
    return [
        story.title.within(99),
        story.lead.opening[0],
        story.actions.forwarding if story.actions.link else story.commands[0],
        str(IN_USE.key and IN_USE.key.arn),
        calls.rows[0].who,
        story.unknown[0].removeprefix("Not known: "),
    ]


@pytest.mark.parametrize("kind", TALKING)
def test_every_type_says_the_same_in_the_same_order(kind: str) -> None:
    (sent, *_) = send(kind, IN_USE)
    story = tell(IN_USE if made(kind, FakeTools()).has_link else replace(IN_USE, link=None))

    words = read(sent)
    places = [words.find(part) for part in parts(story)]

    assert -1 not in places, list(zip(parts(story), places, strict=True))
    assert places == sorted(places)


@pytest.mark.parametrize("kind", TALKING)
@every_notice
@pytest.mark.parametrize("address", ADDRESSES[:4])
def test_no_address_that_a_stranger_wrote_is_one_in_a_message(kind: str, told: Notice, address: str) -> None:
    ours = {told.link, told.console_url, *told.command}

    written = written_by_strangers(told, address)
    if written.case and told.case:  # its id is made here, of ARN and date
        written = replace(written, case=replace(written.case, id=told.case.id))
    for sent in send(kind, written):
        shown = "\n".join(text for text in said(sent))
        for own in filter(None, ours):
            shown = shown.replace(own, "")
        assert not LINKED.search(OURS.sub("", shown))


OURS = re.compile(r"https://hooks\.example/\S*")


@pytest.mark.parametrize("kind", sorted(set(TYPES)))
@pytest.mark.parametrize("reason", VERBS)
def test_every_reason_can_be_told(kind: str, reason: Reason) -> None:
    assert send(kind, replace(IN_USE, reason=reason))


JANE = Person(issuer="https://login.example.com", subject="00u1", name="Jane Doe")
HANDLED = notice(
    reason=Reason.DELETION_CANCELLED,
    case=CaseSummary(id="x", key=key(state="Enabled", deletion_date=None), opened_at=NOW),
    decision=decision(by=visitor(person=JANE)),
)


@pytest.mark.parametrize("kind", TALKING)
def test_the_end_of_a_case_says_who_handled_it_and_holds_no_button_that_decides(kind: str) -> None:
    for sent in send(kind, HANDLED):
        words = "\n".join(said(sent))
        assert "Jane Doe" in words
        assert "KMS says that the key is Enabled" in words
        assert not re.search(r"cancel_and|cancel_only|open-case|Review and decide", words)


OVER_HTTP = [kind for kind in TYPES if "confidential" in str(EXAMPLES[kind]) and kind != "email"]


def refused(kind: str, tools: FakeTools) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        send(kind, IN_USE, tools)
    assert "confidential" not in f"{caught.value} {caught.value.__cause__}"
    return caught.value


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 401, 403, 404, 410, 413, 500, 502, 503])
def test_an_answer_that_is_no_success_is_an_error(kind: str, status: int) -> None:
    tools = FakeTools()
    tools.http.answer = HttpAnswer(status=status, body="no")

    assert str(refused(kind, tools)).startswith(f"example: HTTP {status}")


FINAL = [*((kind, 410) for kind in OVER_HTTP if kind != "slack-app"), ("pagerduty", 400)]


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500])
def test_an_address_that_is_no_more_is_given_up_and_any_other_is_tried_again(kind: str, status: int) -> None:
    tools = FakeTools()
    tools.http.answer = HttpAnswer(status=status)

    assert isinstance(refused(kind, tools), ChannelRefusedError) is ((kind, status) in FINAL)


@pytest.mark.parametrize("kind", [kind for kind in OVER_HTTP if "url" in EXAMPLES[kind]])
def test_a_server_that_repeats_its_address_gives_no_secret_away(kind: str) -> None:
    tools = FakeTools()
    path = EXAMPLES[kind]["url"].partition(".example")[2]
    tools.http.answer = HttpAnswer(status=404, body=f"Cannot POST {path}")

    refused(kind, tools)


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize(("status", "wait"), [(429, 7), (429, None), (503, 60)])
def test_a_request_to_wait_is_heeded(kind: str, status: int, wait: int | None) -> None:
    tools = FakeTools()
    tools.http.answer = HttpAnswer(status=status, retry_after=wait)

    error = refused(kind, tools)

    assert isinstance(error, ChannelBusyError)
    assert error.retry_after == (30 if wait is None else wait)


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_no_answer_is_an_error_without_the_address(kind: str) -> None:
    tools = FakeTools()
    tools.http.error = NoAnswerError("TimeoutError")

    assert str(refused(kind, tools)) == "example: no answer: TimeoutError"


@every_type
def test_a_channel_shows_nobody_its_secrets(kind: str) -> None:
    assert "confidential" not in repr(made(kind, FakeTools()))


def problems(found: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the schema, and whether the reader, finds fault with an entry."""
    document = {"channels": [found]}
    return (
        not SCHEMA.is_valid(document),
        bool(read_document(json.dumps(document), FakeTools()).faults),
    )


@every_type
def test_the_schema_and_the_reader_take_the_example(kind: str) -> None:
    assert problems(entry(kind)) == (False, False)
    assert problems(entry(kind, only={"reasons": ["key-in-use"], "owners": ["team-orders"]})) == (
        False,
        False,
    )


@every_type
def test_the_schema_and_the_reader_refuse_the_same(kind: str) -> None:
    required = schema("channels.schema.json")["$defs"][kind]["required"]
    wrong = [{name: value for name, value in entry(kind).items() if name != each} for each in required]
    wrong += [entry(kind, **{each: 7}) for each in EXAMPLES[kind]]
    wrong += [entry(kind, **{each: ""}) for each in EXAMPLES[kind]]
    wrong += [
        entry(kind, more="x"),
        entry(kind, name="No"),
        entry(kind, only={}),
        entry(kind, only={"x": []}),
    ]

    assert [each for each in wrong if problems(each) != (True, True)] == []


def test_the_schema_names_every_type_and_no_other() -> None:
    document = schema("channels.schema.json")
    shared = {"name", "text", "texts", "address", "only", "email-address", "runbook", "mention"}

    assert document["properties"]["channels"]["items"]["properties"]["type"]["enum"] == list(TYPES)
    assert sorted(set(document["$defs"]) - shared) == list(TYPES)
