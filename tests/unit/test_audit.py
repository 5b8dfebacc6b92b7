"""One line for each event in the life of a case, whatever strangers wrote into it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reprieve.audit import Recorder, facts, line
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.decision import Choice
from reprieve.cases.notice import Reason
from reprieve.cases.result import Result
from reprieve.cases.sample_store import Begun, SampleStore
from reprieve.cases.serialization import to_json
from reprieve.cases.store import CaseStore
from reprieve.cases.visitor import AuthMethod, Person, SlackOrigin, Visitor
from reprieve.errors import ThrottledError
from reprieve.ports import Document, StreamRecord
from tests.examples import DELETION, HOSTILE, KEY, NOW, at, decision, visitor
from tests.fakes import FakeLog, FakeTable, FakeTrail

SCHEMA = Path(__file__).parents[2] / "events" / "audit.schema.json"
CASE = f"{KEY}@2026-11-29T14:02:10Z"
LIMIT = 256 * 1024
JANE = Person(issuer="https://login.example.com/", subject="00u1", name="Jane Doe", email="jane@example.com")


def entry(**changes: Any) -> Entry:
    usual = Entry(
        id="b7a0",
        at=at("15:10"),
        case_id=CASE,
        event=Event.DECISION,
        decision=decision(state=None),
        state_before="PendingDeletion",
        outcome=Result.STARTED,
    )
    return replace(usual, **changes)


def concluded() -> Entry:
    return entry(
        decision=decision(refused=214), outcome="rescued", request_ids=("cancel-request", "enable-request")
    )


def written(*entries: Entry) -> Document:
    """The document that the store writes for an entry: for the first one, and then in its place."""
    table = FakeTable()
    book = CaseStore(table)
    book.decide(KEY, DELETION, entries[0], after=0)
    for later in entries[1:]:
        book.conclude(KEY, later)
    (document,) = table.list(f"key#{KEY}", "audit#")
    return document


def said(document: Document) -> dict[str, Any]:
    """What a line says, which is of the form that is documented."""
    text = line(facts(document))
    found: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(found)
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < LIMIT
    return found


def test_a_decision_is_told_before_anything_is_done() -> None:
    assert said(written(entry())) == {
        "id": "b7a0",
        "version": 1,
        "at": "2026-11-22T15:10:00Z",
        "event": "decision",
        "key": str(KEY),
        "account": "111122223333",
        "region": "eu-west-1",
        "case_id": CASE,
        "auth_method": "link",
        "channel": "email",
        "notice_id": "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
        "source_ip": "203.0.113.40",
        "user_agent": "Mozilla/5.0",
        "state_before": "PendingDeletion",
        "choice": "cancel",
        "enable": True,
        "outcome": "started",
    }


def test_and_again_with_what_came_of_it() -> None:
    started, done = said(written(entry())), said(written(entry(), concluded()))

    assert done == started | {
        "version": 2,
        "outcome": "rescued",
        "request_ids": ["cancel-request", "enable-request"],
        "state_after": "Enabled",
        "refused_calls": 214,
    }


def test_who_signed_in_is_named() -> None:
    jane = visitor(auth_method=AuthMethod.SIGN_IN, person=JANE)

    found = said(written(entry(decision=decision(by=jane, choice=Choice.KEEP, enable=False, why="Meant"))))

    assert {name: found[name] for name in ("auth_method", "issuer", "subject", "email", "name")} == {
        "auth_method": "sign-in",
        "issuer": "https://login.example.com/",
        "subject": "00u1",
        "email": "jane@example.com",
        "name": "Jane Doe",
    }
    assert (found["choice"], found["enable"], found["why"]) == ("keep", False, "Meant")


def test_a_press_in_slack_is_told_with_where_it_was() -> None:
    press = SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS", message="1764500000.000100")
    jane = visitor(auth_method=AuthMethod.SLACK, source_ip="", user_agent="", person=JANE, slack=press)

    found = said(written(entry(decision=decision(by=jane))))

    slack = {name: found[name] for name in found if name.startswith("slack_")}
    assert slack == {
        "slack_team": "T0REPRIEVE",
        "slack_user": "U0JANE",
        "slack_channel": "C0KMSKEYS",
        "slack_message": "1764500000.000100",
    }
    assert (found["auth_method"], found["email"]) == ("slack", "jane@example.com")
    assert "source_ip" not in found


def test_a_name_that_nobody_checked_is_told_as_that() -> None:
    found = said(written(entry(decision=decision(by=visitor(claimed_name="Jane")))))

    assert found["claimed_name"] == "Jane"
    assert "name" not in found


def test_a_notice_and_a_visit_are_told_with_what_is_known_of_them() -> None:
    told = entry(event=Event.NOTICE, reason=Reason.KEY_IN_USE, decision=None, state_before=None, outcome=None)
    opened = replace(told, event=Event.OPENED, reason=None, visitor=visitor(person=JANE))

    notice, visit = said(written(told)), said(written(opened))

    assert (notice["event"], notice["reason"]) == ("notice", "key-in-use")
    assert not {"auth_method", "choice", "outcome", "request_ids"} & set(notice)
    assert (visit["event"], visit["email"]) == ("opened", "jane@example.com")


def hostile(text: str) -> Entry:
    person = Person(issuer=text, subject=text, name=text, email=text)
    by = Visitor(
        auth_method=AuthMethod.SIGN_IN,
        channel=text,
        notice=text,
        source_ip=text,
        user_agent=text,
        person=person,
        claimed_name=text,
        slack=SlackOrigin(team=text, user=text, channel=text, message=text),
    )
    return entry(
        id=text,
        case_id=text,
        reason=text,
        decision=decision(by=by, why=text, state=text),
        state_before=text,
        outcome=text,
        request_ids=(text,) * 50,
    )


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        '"}\n{"event":"decision"}',
        "\x00\x1b[2J\u2028\u2029\x85\r\n",
        "\N{GRINNING FACE}" * 20_000,
        "\ud800",
        "\\" * 20_000,
    ],
)
def test_what_strangers_write_stays_in_its_place_and_is_never_too_much(text: str) -> None:
    document = Document(partition=f"key#{KEY}", sort="audit#x", version=1, body=to_json(hostile(text)))

    found = said(document)

    assert found["event"] == "decision"
    assert found["user_agent"].isprintable()
    assert len(found["request_ids"]) == 10


@pytest.mark.parametrize(
    "change",
    [
        lambda document: replace(document, body={}),
        lambda document: replace(document, body=[]),
        lambda document: replace(document, body={**document.body, "event": "holiday"}),
        lambda document: replace(document, body={**document.body, "at": "yesterday"}),
        lambda document: replace(document, partition="key#somewhere"),
        lambda document: replace(document, partition=HOSTILE * 100, sort=HOSTILE),
    ],
)
def test_what_nobody_here_wrote_is_told_as_that(change: Callable[[Document], Document]) -> None:
    document = change(written(entry()))

    found = said(document)

    assert (found["event"], found["version"]) == ("unreadable", 1)
    assert found["problem"]
    assert not {"key", "choice", "at"} & set(found)


def test_what_is_read_is_written_under_the_time_at_which_the_table_had_it() -> None:
    trail, log = FakeTrail(), FakeLog()
    changes = [
        StreamRecord(NOW, written(entry())),
        StreamRecord(NOW + timedelta(seconds=2), written(entry(), concluded())),
    ]

    Recorder(trail=trail, log=log).record(changes)

    assert [found.timestamp for found in trail.lines] == [NOW, NOW + timedelta(seconds=2)]
    assert [json.loads(found.message)["outcome"] for found in trail.lines] == ["started", "rescued"]
    assert log.lines == [("info", "Wrote to the audit trail", {"lines": 2})]


def test_what_nobody_here_wrote_holds_up_no_other() -> None:
    trail, log = FakeTrail(), FakeLog()
    foreign = Document(partition=f"key#{KEY}", sort="audit#x", version=3)

    Recorder(trail=trail, log=log).record([StreamRecord(NOW, foreign), StreamRecord(NOW, written(entry()))])

    assert [json.loads(found.message)["event"] for found in trail.lines] == ["unreadable", "decision"]
    assert log.said("error") == ["Found an audit entry that this stack did not write"]


def test_a_failure_is_let_out_so_that_everything_comes_again() -> None:
    trail = FakeTrail(error=ThrottledError("logs:PutLogEvents", "ThrottlingException", "slow down"))

    with pytest.raises(ThrottledError):
        Recorder(trail=trail, log=FakeLog()).record([StreamRecord(NOW, written(entry()))])


def test_a_test_notice_is_told_without_a_key() -> None:
    table = FakeTable()
    store = SampleStore(table)
    store.begin("8c8f1b4e", Begun(at=NOW, channels=("email",)))
    store.note(
        "8c8f1b4e",
        Entry(id="s1", at=NOW, case_id="test", event=Event.SEEN, visitor=visitor(claimed_name="J")),
    )

    sent, seen = (said(document) for document in table.list("test#8c8f1b4e", "audit#"))

    assert sent == {
        "id": "8c8f1b4e",
        "version": 1,
        "at": "2026-11-22T14:55:30Z",
        "event": "notice",
        "case_id": "test",
        "reason": "test",
    }
    assert (seen["event"], seen["channel"], seen["claimed_name"]) == ("seen", "email", "J")
    assert "key" not in seen
