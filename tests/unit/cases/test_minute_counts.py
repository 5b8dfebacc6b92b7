"""Each request counts once, whoever repeats its identifier."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.minute_counts import Counted, Requests
from reprieve.cases.tallies import CALLERS_LISTED
from reprieve.cases.usage import OTHERS_LISTED
from reprieve.cloudtrail.key_use import KeyUse
from tests.examples import JANE, ORDERS, OTHER_KEY, SOMEBODY, at, use

GENUINE = use(event_id="e1", request="r1", caller=ORDERS)
NAMELESS = replace(GENUINE, event_id="e2", caller=SOMEBODY)


def count(*found: KeyUse) -> Counted:
    requests, place = Requests(), Counted()
    for each in found:
        requests.count(each, place)
    return place


def rows(place: Counted) -> dict[str, int]:
    return {part.caller.id: part.count for part in place.uses.uses().by_caller}


@pytest.mark.parametrize(
    "forged",
    [
        replace(GENUINE, key=OTHER_KEY),
        replace(GENUINE, caller=JANE),
        replace(GENUINE, at=GENUINE.at + timedelta(seconds=1)),
        replace(GENUINE, operation="Encrypt"),
        replace(GENUINE, operation="TagResource", is_use=False),
    ],
    ids=["another key", "another caller", "another time", "another operation", "a management call"],
)
def test_a_forged_line_with_the_identifier_of_a_genuine_one_does_not_hide_it(forged: KeyUse) -> None:
    requests, forger, place = Requests(), Counted(), Counted()

    requests.count(forged, forger)
    requests.count(GENUINE, place)
    requests.count(GENUINE, place)

    assert rows(place) == {ORDERS.id: 1}


@pytest.mark.parametrize(
    "found", [(GENUINE, NAMELESS), (NAMELESS, GENUINE), (NAMELESS, GENUINE, NAMELESS, GENUINE)]
)
def test_the_copies_of_two_accounts_count_once_for_the_one_who_is_named(found: tuple[KeyUse, ...]) -> None:
    assert rows(count(*found)) == {ORDERS.id: 1}


def test_a_second_name_for_one_request_counts_once_beside_the_first() -> None:
    forged = replace(GENUINE, caller=JANE)

    assert rows(count(NAMELESS, forged, GENUINE, forged, GENUINE, NAMELESS)) == {JANE.id: 1, ORDERS.id: 1}


def test_the_sessions_of_one_role_are_one_caller_of_a_request() -> None:
    session = replace(ORDERS, id="another session", session="another")

    assert count(GENUINE, replace(GENUINE, caller=session)).uses.uses().count == 1


def test_uses_are_told_apart_by_the_hour_and_management_calls_are_not_among_them() -> None:
    place = count(
        use(event_id="a", at=at("13:59")),
        use(event_id="b", at=at("14:01")),
        use(event_id="c", at=at("14:02"), operation="TagResource", is_use=False),
    )

    assert place.timeline.counts == (1, 1)
    assert (place.uses.uses().count, place.management_calls.uses().count) == (2, 1)
    assert place.of(use(is_use=False)) is place.management_calls


def test_a_request_of_one_of_whom_not_even_the_name_is_kept_is_taken_back_from_the_number() -> None:
    many = [
        replace(GENUINE, request=f"m{number}", caller=replace(JANE, id=f"u{number}", arn=f"u{number}"))
        for number in range(CALLERS_LISTED + OTHERS_LISTED)
    ]

    found = count(*many, NAMELESS, GENUINE).uses.uses()

    assert (found.count, len(found.others), found.unnamed) == (len(many) + 1, OTHERS_LISTED, 1)
