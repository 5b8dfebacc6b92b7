"""Each request counts once, whoever repeats its identifier."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.minute_counts import KEPT_AT_MOST, REQUESTS_REMEMBERED, Counted, Requests
from reprieve.cases.tallies import CALLERS_LISTED
from reprieve.cases.usage import OTHER_OPERATIONS, OTHERS_LISTED
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource
from tests.examples import JANE, ORDERS, OTHER_KEY, SOMEBODY, at, use
from tests.memory import traced

GENUINE = use(event_id="e1", request="r1", caller=ORDERS)
RESOURCES = (Resource(service="secret", name="prod/db"), Resource(service="secret", name="prod/mail"))
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


def test_what_is_kept_is_known_while_it_grows() -> None:
    requests, place = Requests(), Counted()
    callers = [
        replace(JANE, id=f"u{number}", arn=f"u{number}")
        for number in range(CALLERS_LISTED + OTHERS_LISTED + 2)
    ]
    for number, caller in enumerate((*callers, *callers[:3])):
        each = replace(GENUINE, request=f"m{number}", caller=caller, is_use=number % 7 > 0)
        requests.count(each, place)

        assert requests.kept == place.kept

    requests.count(replace(GENUINE, request="m", caller=callers[1], resources=RESOURCES), place)
    assert requests.kept == place.kept
    assert place.kept > CALLERS_LISTED + OTHERS_LISTED


def test_where_much_is_kept_only_numbers_grow() -> None:
    requests, place = Requests(), Counted()
    requests.count(replace(GENUINE, resources=RESOURCES[:1]), place)
    kept = place.kept
    requests.kept = KEPT_AT_MOST

    later = GENUINE.at + timedelta(seconds=1)
    requests.count(replace(GENUINE, request="r2", resources=RESOURCES, user_agent="another", at=later), place)
    requests.count(replace(GENUINE, request="r3", caller=JANE), place)
    requests.count(replace(NAMELESS, request="r4"), place)
    requests.count(replace(GENUINE, request="r4"), place)

    found = place.uses.uses()
    assert (requests.kept, place.kept) == (KEPT_AT_MOST, kept)
    assert (rows(place), found.unnamed, found.count) == ({ORDERS.id: 3}, 1, 4)
    (row,) = found.by_caller
    assert (row.resources, row.user_agents, row.last_at) == (RESOURCES[:1], (GENUINE.user_agent,), later)
    assert row.operations == {GENUINE.operation: 1, OTHER_OPERATIONS: 2}


def test_the_second_name_of_a_request_is_known_after_many_others() -> None:
    requests, place = Requests(), Counted()
    second = replace(GENUINE, caller=JANE)
    requests.count(GENUINE, place)
    requests.count(second, place)
    for number in range(REQUESTS_REMEMBERED // 2):
        requests.count(replace(GENUINE, request=f"r{number}", event_id=f"n{number}"), place)
    before = place.uses.uses().count

    requests.count(second, place)

    assert place.uses.uses().count == before


def test_requests_of_nobody_take_little_memory_whatever_they_are_for() -> None:
    requests, place = Requests(), Counted()

    def take(numbers: range) -> None:
        for number in numbers:
            names = tuple(
                Resource(service="secret", name=f"{number}-{each}" + "n" * 200) for each in range(9)
            )
            each = replace(NAMELESS, request=f"r{number}", event_id=f"e{number}", resources=names)
            requests.count(each, place)

    with traced() as held:
        take(range(500))
        before = held()
        take(range(500, 1_500))
        after = held()

    assert (after - before) / 1_000 < 2_000
