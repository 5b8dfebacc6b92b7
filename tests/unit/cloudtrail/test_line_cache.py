"""Lines of one kind are read once, and mean what they would mean if each were read alone."""

import json
from typing import Any

import pytest

from reprieve.cloudtrail import line_cache
from reprieve.cloudtrail.key_use import KeyUse, Skipped
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.cloudtrail.record import read_line
from tests.examples import at
from tests.memory import traced
from tests.recorded import names, record

DELIVERED = at("14:54:40")
OWN = {
    "eventID": "e2",
    "requestID": "00000009-0000-4000-8000-000000000000",
    "eventTime": "2026-11-22T14:53:00Z",
}


def compact(name: str = "decrypt-by-assumed-role", /, **changes: Any) -> str:
    """A record as CloudTrail writes it."""
    return json.dumps({**record(name), **changes}, separators=(",", ":"))


def both(*lines: str) -> None:
    """Assert that lines, read one after the other, mean what each means alone."""
    reader = LineReader()

    for line in lines:
        assert reader.read(line, DELIVERED) == read_line(line, DELIVERED)


@pytest.mark.parametrize("name", names("records"))
def test_a_second_line_of_a_kind_means_what_it_says_itself(name: str) -> None:
    both(compact(name), compact(name, **OWN), compact(name))


def test_a_known_kind_is_not_read_again() -> None:
    reader = LineReader()

    first, second = (reader.read(line, DELIVERED) for line in (compact(), compact(**OWN)))

    assert isinstance(first, KeyUse)
    assert isinstance(second, KeyUse)
    assert second.caller is first.caller
    assert (second.event_id, second.request, second.at) == ("e2", "e2", at("14:53"))


def test_two_accounts_copies_share_a_request() -> None:
    shared = "decrypt-by-other-account-owner-side"

    both(compact(shared), compact(shared, eventID="e2"), compact(shared, sharedEventID="s2"))


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTime": "yesterday"},
        {"eventID": 'quoted "text"'},
        {"eventID": "back\\slash"},
        {"eventID": "two\nlines"},
        {"eventID": "long" * 100},
        {"eventID": ""},
        {"eventID": 7},
        {"requestID": None},
        {"eventTime": None},
        {"sharedEventID": "s2"},
        {"errorMessage": None},
        {"eventName": "TagResource"},
    ],
)
def test_a_line_with_anything_odd_in_it_is_read_by_itself(changes: dict[str, object]) -> None:
    both(compact(), compact(**changes), compact(**changes), compact(**OWN))


def test_a_strangers_text_that_looks_like_a_records_own_is_not_taken_for_it() -> None:
    context = {"eventTime": "2026-11-22T14:00:00Z", "requestID": "r", "eventID": "e2", "sharedEventID": "s"}
    hostile = {"requestParameters": {"encryptionContext": context}}
    other = {"requestParameters": {"encryptionContext": context | {"eventID": "e3", "sharedEventID": "t"}}}

    both(compact(**hostile), compact(**other), compact(**hostile, **OWN))
    both(*(compact(**{"userIdentity": context, **changes}) for changes in ({}, OWN, {})))


OBJECT = {"aws:s3:arn": "arn:aws:s3:::orders/a.csv"}
ANOTHER = {"aws:s3:arn": "arn:aws:s3:::orders/b.csv"}


def with_context(context: object, **changes: Any) -> str:
    return compact(requestParameters={"encryptionContext": context}, **changes)


def test_a_request_for_another_object_is_of_the_same_kind() -> None:
    reader = LineReader()

    first, second = (reader.read(with_context(context), DELIVERED) for context in (OBJECT, ANOTHER))

    assert isinstance(first, KeyUse)
    assert isinstance(second, KeyUse)
    assert second.caller is first.caller
    assert [str(each) for each in second.resources] == ["S3 object b.csv in bucket orders"]


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"a": "b"},
        {"a": 1, "b": None, "c": ["}"]},
        {"a": "}", "eventID": "e9"},
        {"a": "b}", '"},"eventID":"e9"': "c"},
        {"a": {"b": "c"}},
        {"encryptionContext": {"a": "b"}},
        {"encryptionContext": "b", "requestParameters": "c"},
        {"PARAMETER_ARN": "arn:aws:ssm:eu-west-1:111122223333:parameter/orders"},
        {"aws:lambda:FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:orders-api"},
        [],
        [{"a": "b"}],
        "text",
        None,
        7,
    ],
)
def test_whatever_a_context_holds_is_read_as_alone(context: object) -> None:
    both(*(with_context(each) for each in (OBJECT, context, ANOTHER, context, OBJECT)))
    both(*(with_context(each) for each in (context, OBJECT, context, ANOTHER)))


def test_a_context_that_names_the_caller_is_looked_at_for_each_line() -> None:
    session = record("decrypt-by-assumed-role")["userIdentity"]["arn"].rpartition("/")[2]
    function = f"arn:aws:lambda:eu-west-1:111122223333:function:{session}"

    both(*(with_context(each) for each in (OBJECT, {"aws:lambda:FunctionArn": function}, OBJECT)))


@pytest.mark.parametrize(
    "line",
    [
        '{{"additionalEventData":{{"encryptionContext":{}}},{}',
        '{{"requestParameters":{{"encryptionContext":{}}},{}',
        '{{"requestParameters":{{"encryptionContext":{{"x":"y"}},"encryptionContext":{}}},{}',
        '{{"requestParameters":{{"constraints":{{"encryptionContext":{}}}}},{}',
    ],
)
def test_a_context_in_another_place_or_in_two_is_none(line: str) -> None:
    lines = [
        line.format(json.dumps(context, separators=(",", ":")), compact(**OWN)[1:])
        for context in ({"a": 1}, OBJECT, ANOTHER)
    ]
    later = [
        compact(**OWN)[:-1] + "," + line.format(json.dumps(context, separators=(",", ":")), '"x":1}')[1:]
        for context in ({"a": 1}, OBJECT, ANOTHER)
    ]

    both(*lines)
    both(*later)


def test_no_more_kinds_are_remembered_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_cache, "KINDS_REMEMBERED", 2)
    reader = LineReader()
    agents = ["a", "b", "a", "c", "a", "b"]

    meant = [
        reader.read(compact(userAgent=agent, eventID=str(n)), DELIVERED) for n, agent in enumerate(agents)
    ]

    callers = [use.caller for use in meant if isinstance(use, KeyUse)]
    assert callers[4] is callers[0]
    assert callers[5] is not callers[1]


def test_what_is_no_json_is_passed_over() -> None:
    assert LineReader().read("{", DELIVERED) is Skipped.NOT_JSON


def test_the_kind_of_a_line_that_is_longer_than_any_of_cloudtrail_s_is_not_remembered() -> None:
    reader = LineReader()
    line = compact(userAgent="a" * 5000)

    first, second = (reader.read(line, DELIVERED) for _ in range(2))

    assert isinstance(first, KeyUse)
    assert isinstance(second, KeyUse)
    assert first == second
    assert first.caller is not second.caller


def test_of_the_longest_lines_that_there_may_be_nothing_stays_in_the_memory() -> None:
    reader = LineReader()

    with traced() as held:
        before = held()
        for number in range(50):
            context = {f"{number}-{pair}": "x" * 1000 for pair in range(100)}
            line = compact(requestParameters={"encryptionContext": context}, eventID=str(number))
            assert isinstance(reader.read(line, DELIVERED), KeyUse)
        after = held()

    assert after - before < 1_000_000
