"""Counting minutes apart and adding them up is counting at once."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reprieve.cases.minute_counts import Counted, Requests
from reprieve.cases.tallies import CALLERS_LISTED, total
from reprieve.cases.usage import Uses
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource
from tests.examples import BILLING, SOMEBODY, at, use, uses


def stranger(number: int) -> Caller:
    return Caller(kind="IAMUser", id=f"user-{number}", name=f"user {number}", arn=f"user-{number}")


def requests(callers: int, operations: int) -> st.SearchStrategy[list[KeyUse]]:
    """Some requests, by so many callers with so many operations."""
    made = st.builds(
        use,
        caller=st.integers(0, callers - 1).map(stranger),
        operation=st.integers(0, operations - 1).map("Operation{}".format),
        at=st.integers(0, 3000).map(lambda seconds: at("14:00") + timedelta(seconds=seconds)),
        source_ip=st.integers(0, 9).map("198.51.100.{}".format) | st.just(""),
        user_agent=st.integers(0, 5).map("agent {}".format),
        event_id=st.integers(0, 99).map("e{}".format),
        resources=st.lists(
            st.integers(0, 9).map(lambda number: Resource(service="S3", name=str(number))), max_size=3
        ).map(tuple),
    )
    return st.lists(made, max_size=60)


def in_parts(found: list[KeyUse], cuts: list[int]) -> list[Uses]:
    """The same requests in their order, counted in stretches."""
    edges = [0, *sorted(min(cut, len(found)) for cut in cuts), len(found)]
    return [uses(*found[start:end]) for start, end in pairwise(edges)]


cuts = st.lists(st.integers(0, 60), max_size=6)


@given(requests(callers=CALLERS_LISTED, operations=16), cuts)
def test_a_sum_of_parts_is_the_whole(found: list[KeyUse], where: list[int]) -> None:
    assert total(in_parts(found, where)) == uses(*found)


@given(requests(callers=40, operations=30), cuts)
def test_a_sum_of_parts_has_the_same_numbers_however_many_callers_there_are(
    found: list[KeyUse], where: list[int]
) -> None:
    added, whole = total(in_parts(found, where)), uses(*found)

    assert (added.count, added.first_at, added.last_at) == (whole.count, whole.first_at, whole.last_at)
    assert [part.caller for part in added.by_caller] == [part.caller for part in whole.by_caller]


@given(requests(callers=40, operations=30), cuts)
def test_every_request_is_in_the_sum_of_its_callers_and_the_rest(
    found: list[KeyUse], where: list[int]
) -> None:
    for counted in (uses(*found), total(in_parts(found, where))):
        assert counted.count == len(found)
        assert counted.count == sum(part.count for part in counted.by_caller) + counted.unlisted
        assert len(counted.by_caller) <= CALLERS_LISTED
        assert all(sum(part.operations.values()) == part.count for part in counted.by_caller)


copies = st.lists(
    st.builds(
        lambda request, named, operation: use(
            event_id=f"e{request}{named}",
            request=f"r{request}",
            caller=BILLING if named else SOMEBODY,
            operation=operation,
        ),
        st.integers(0, 9),
        st.booleans(),
        st.just("Decrypt"),
    ),
    max_size=30,
)


def count(found: list[KeyUse]) -> Uses:
    requests, place = Requests(), Counted()
    for each in found:
        requests.count(each, place)
    return place.uses.uses()


@given(copies.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_copies_makes_no_difference(orders: tuple[list[KeyUse], list[KeyUse]]) -> None:
    first, second = (
        {part.caller.id: (part.count, part.operations) for part in count(order).by_caller} for order in orders
    )

    assert first == second


@given(copies)
def test_a_request_counts_once_and_for_the_one_who_is_named(found: list[KeyUse]) -> None:
    named = {each.request for each in found if each.caller is BILLING}
    nameless = {each.request for each in found} - named

    counted = {part.caller.id: part.count for part in count(found).by_caller}

    assert counted == {
        caller.id: len(made) for caller, made in ((BILLING, named), (SOMEBODY, nameless)) if made
    }


@given(requests(callers=40, operations=30))
def test_nothing_is_lost_or_gained_where_copies_contradict_each_other(found: list[KeyUse]) -> None:
    hostile = [
        replace(
            each, request=each.event_id, caller=replace(each.caller, arn=None) if number % 2 else each.caller
        )
        for number, each in enumerate(found)
    ]

    counted = count(hostile)

    named: dict[tuple[object, ...], set[str]] = {}
    for each in hostile:
        callers = named.setdefault((each.request, each.key, each.operation, each.at), set())
        callers.update({each.caller.place} if each.caller.arn else ())
    assert counted.count == sum(max(1, len(callers)) for callers in named.values())
    assert counted.count == sum(part.count for part in counted.by_caller) + counted.unlisted
    assert all(number > 0 for part in counted.by_caller for number in part.operations.values())
