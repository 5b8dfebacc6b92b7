"""Values to JSON and back: what the table, the queue and the schema agree upon."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reprieve.cases.case import Case
from reprieve.cases.key import Key, LastUse, Relative, Rescuable, Unknown
from reprieve.cases.notice import CaseSummary, Notice, Reason, Window
from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.visitor import AuthMethod
from reprieve.cloudtrail.caller import Caller
from reprieve.errors import NotUnderstoodError
from tests.examples import (
    DELETION,
    JANE,
    KEY,
    NOW,
    at,
    case,
    counted,
    decision,
    key,
    notice,
    scheduled,
    use,
    uses,
)

SCHEMA = Path(__file__).parents[3] / "events" / "notice.schema.json"


def whole_key() -> Key:
    return key(
        account_name="prod",
        spec="RSA_4096",
        usage="SIGN_VERIFY",
        origin="EXTERNAL",
        key_store="cks-1234567890abcdef0",
        multi_region="PRIMARY",
        relatives=(
            Relative(arn=KEY, role="REPLICA", state="PendingDeletion"),
            Relative(arn=KEY, role="PRIMARY"),
        ),
        last_used=LastUse(operation="Decrypt", at=at("14:01"), tracked_since=at("09:00")),
        grantees=("rds.amazonaws.com", "and more"),
        rescuable=Rescuable(allowed=False, why="its key policy denies kms:EnableKey"),
    )


def whole_notice() -> Notice:
    summary = CaseSummary(id="x", key=whole_key(), opened_at=NOW, scheduled_by=scheduled())
    return notice(
        reason=Reason.DELETION_CANCELLED,
        case=summary,
        uses=uses(use(), use(event_id="e2", caller=JANE)),
        management_calls=uses(use(event_id="e3", operation="TagResource", is_use=False)),
        unknown=(Unknown(fact="tags of the key", why="kms:ListResourceTags is denied"),),
        command=("aws kms enable-key",),
        decision=decision(),
        window=Window(log_group="trail", start=at("14:40"), end=at("14:55")),
        new_callers=("user jane",),
        new_resources=("secret prod/orders/db",),
        last_refused_at=at("14:52:31"),
        link="https://example.com/keys/v1.x.y",
        link_expires_at=DELETION,
        approvers=AuthMethod.SIGN_IN,
    )


def bare_notice() -> Notice:
    window = Window(log_group="trail", start=at("14:40"), end=at("14:55"))
    return notice(reason=Reason.NO_EVENT_FOUND, case=None, window=window)


@pytest.mark.parametrize("made", [whole_notice(), bare_notice(), notice()])
def test_a_notice_survives_the_way_through_the_queue(made: Notice) -> None:
    assert from_json(Notice, json.loads(json.dumps(to_json(made)))) == made


@pytest.mark.parametrize("made", [whole_notice(), bare_notice(), notice()])
def test_a_notice_is_what_the_schema_says(made: Notice) -> None:
    schema = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=FormatChecker())

    assert list(schema.iter_errors(to_json(made))) == []


def test_a_case_survives_the_way_through_the_table() -> None:
    made = case(deletion_date=None, unknown=(Unknown(fact="a", why="b"),), decision=decision(state=None))
    made = case(settled=made.settled.plus([counted(use())]), scheduled_by=scheduled(), version=0)

    assert from_json(Case, json.loads(json.dumps(to_json(made)))) == made


def test_what_is_absent_is_left_out() -> None:
    assert to_json(Key.bare(KEY)) == {
        "arn": str(KEY),
        "account": "111122223333",
        "region": "eu-west-1",
        "aliases": [],
        "description": "",
        "tags": {},
    }


def test_times_and_keys_are_text() -> None:
    made = to_json(key())

    assert made["arn"] == "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    assert made["deletion_date"] == "2026-11-29T14:02:10Z"
    assert DELETION.microsecond == 0


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert from_json(Unknown, {"fact": "a", "why": "b", "new": {"c": 1}}) == Unknown(fact="a", why="b")


@pytest.mark.parametrize(
    "change",
    [
        {"id": None, "reason": "no-such-reason"},
        {"at": "yesterday"},
        {"at": 7},
        {"case": []},
        {"case": {"id": "x", "opened_at": "2026-11-22T14:55:30Z", "key": {"arn": "x"}}},
        {"uses": {"count": "many"}},
        {"uses": 3},
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstoodError):
        from_json(Notice, to_json(notice()) | change)


def test_what_lacks_a_field_is_refused_by_its_name() -> None:
    with pytest.raises(NotUnderstoodError, match=r"^Unknown: .*why"):
        from_json(Unknown, {"fact": "a"})


@pytest.mark.parametrize(("name", "kind"), [("caller", Caller), ("key", Key)])
def test_the_schema_knows_every_field_and_no_other(name: str, kind: type) -> None:
    described = json.loads(SCHEMA.read_text("utf-8"))["$defs"][name]["properties"]

    assert described.keys() == {field.name for field in fields(kind)}
