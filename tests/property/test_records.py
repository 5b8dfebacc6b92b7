"""Any record, however broken or hostile, has a meaning, and a message that stays within its limits."""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reprieve.cases.case import open_case
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.transitions import count
from reprieve.clock import to_minute
from reprieve.cloudtrail.key_use import KeyChange, KeyUse, Scheduling, Skipped, Unproven
from reprieve.cloudtrail.record import read, read_line
from reprieve.investigate.log_window import LogWindow
from tests.examples import HOSTILE, NOW, at
from tests.recorded import names, record
from tests.rendered import mail_body, mail_subject, slack_message

DELIVERED = at("14:54:40")
RECORDS = [record(name) for name in names("records")]
SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "events" / "notice.schema.json").read_text("utf-8"))
)

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=200),
    st.sampled_from([HOSTILE, "x" * 100_000, "\ud800", "\0" * 300, "arn:aws:kms:", "9999-12-31T23:59:59Z"]),
    st.sampled_from(["1970-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "8999-12-31T23:59:59-12:00"]),
    st.recursive(
        st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
        max_leaves=9,
    ),
)


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield (*path, name)
        yield from places(part, (*path, name))


@st.composite
def broken_records(draw: st.DrawFn) -> dict[str, Any]:
    """A recorded one, in which some fields are missing or hold something else."""
    made: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(RECORDS)))
    for _ in range(draw(st.integers(1, 4))):
        *path, name = draw(st.sampled_from(sorted(places(made), key=repr)))
        holder: Any = made
        for step in path:
            holder = holder[step]
        if draw(st.booleans()):
            holder[name] = draw(junk)
        elif len(holder) > 1:
            del holder[name]
    return made


@given(broken_records())
def test_a_broken_record_has_a_meaning(broken: dict[str, Any]) -> None:
    assert isinstance(read(broken, DELIVERED), KeyUse | Scheduling | KeyChange | Unproven | Skipped)


@given(junk | st.text())
def test_anything_at_all_has_a_meaning(value: object) -> None:
    assert isinstance(read(value, DELIVERED), Skipped)
    assert isinstance(read_line(json.dumps(value), DELIVERED), Skipped)


@given(st.text())
def test_any_line_has_a_meaning(line: str) -> None:
    assert isinstance(read_line(line, DELIVERED), Skipped)


def notices_of(found: list[dict[str, Any]]) -> list[Notice]:
    """What people are told of some records, in one reading."""
    window = LogWindow()
    for each in found:
        window.take(read(each, DELIVERED))
    notices = []
    for key in window.keys:
        case = open_case(Key.bare(key), NOW, to_minute(DELIVERED) - timedelta(hours=1))
        case = count(case, window.of(key), NOW, NOW)
        notices += [tell(case, reason, NOW)[1] for reason in (Reason.KEY_IN_USE, Reason.MANAGEMENT_CALL)]
    return notices


@given(st.lists(broken_records(), max_size=5))
def test_a_notice_of_broken_records_is_what_the_schema_says_and_survives_the_queue(
    found: list[dict[str, Any]],
) -> None:
    for notice in notices_of(found):
        data = to_json(notice)
        assert list(SCHEMA.iter_errors(data)) == []
        assert from_json(Notice, json.loads(json.dumps(data, ensure_ascii=False).encode())) == notice


@given(st.lists(broken_records(), max_size=5))
def test_a_mail_of_broken_records_stays_within_its_limits(found: list[dict[str, Any]]) -> None:
    for notice in notices_of(found):
        subject, body = mail_subject(notice), mail_body(notice)
        assert len(subject) < 100
        assert subject.isprintable()
        assert all(line.isprintable() for line in body.split("\n"))
        assert len(body.encode()) < 256_000


@given(st.lists(broken_records(), max_size=5))
def test_a_slack_message_of_broken_records_stays_within_its_limits(found: list[dict[str, Any]]) -> None:
    for notice in notices_of(found):
        message = slack_message(notice)
        assert len(message["blocks"]) <= 50
        assert len(json.dumps(message, ensure_ascii=False)) < 13_100
        assert "<" not in message["text"]
