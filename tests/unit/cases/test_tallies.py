"""Counting requests by caller."""

from dataclasses import replace

import pytest

from reprieve.cases.minute_counts import REQUESTS_REMEMBERED, Counted, Requests
from reprieve.cases.tallies import Tally, total
from reprieve.cases.usage import CallerUses, OtherCaller, Uses, caller_hash
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from tests.examples import BILLING, JANE, ORDERS, SECRET, SOMEBODY, VOLUME, at, counted, use, uses


def stranger(number: int) -> Caller:
    return Caller(kind="IAMUser", id=f"user-{number}", name=f"user {number}", arn=f"user-{number}")


def test_nothing_counted_is_nothing() -> None:
    assert Tally().uses() == Uses(count=0, first_at=None, last_at=None, by_caller=(), unlisted=0)


def test_one_request_is_all_that_its_caller_did() -> None:
    (part,) = uses(use()).by_caller

    assert part == CallerUses(
        caller=ORDERS,
        count=1,
        first_at=at("14:52:31"),
        last_at=at("14:52:31"),
        operations={"Decrypt": 1},
        source_ips=("198.51.100.7",),
        user_agents=("Boto3/1.44.5",),
        resources=(SECRET,),
        event_ids=("e1",),
        sessions=("orders-api",),
    )


def test_a_request_that_tells_nothing_of_its_origin_lists_none() -> None:
    (part,) = uses(use(source_ip="", user_agent="", event_id="", resources=())).by_caller

    assert (part.source_ips, part.user_agents, part.event_ids, part.resources) == ((), (), (), ())


def test_callers_are_counted_apart_in_the_order_in_which_they_were_seen() -> None:
    found = uses(
        use(event_id="e1", at=at("14:10")),
        use(event_id="e2", at=at("14:05"), caller=JANE, operation="Sign", source_ip="203.0.113.1"),
        use(event_id="e3", at=at("14:52"), operation="Encrypt", resources=(VOLUME,)),
    )

    assert (found.count, found.first_at, found.last_at, found.unlisted) == (3, at("14:05"), at("14:52"), 0)
    assert [(part.caller, part.count, part.operations) for part in found.by_caller] == [
        (ORDERS, 2, {"Decrypt": 1, "Encrypt": 1}),
        (JANE, 1, {"Sign": 1}),
    ]
    assert found.by_caller[0].resources == (SECRET, VOLUME)
    assert found.by_caller[0].event_ids == ("e1", "e3")


def test_what_is_listed_of_a_caller_is_the_first_few() -> None:
    found = uses(
        *(
            use(
                event_id=f"e{number}",
                source_ip=f"198.51.100.{number}",
                user_agent=f"agent {number}",
                resources=(replace(VOLUME, name=f"vol-{number}"),),
            )
            for number in range(9)
        )
    )

    (part,) = found.by_caller
    assert part.source_ips == tuple(f"198.51.100.{number}" for number in range(5))
    assert part.user_agents == ("agent 0", "agent 1", "agent 2")
    assert [resource.name for resource in part.resources] == [f"vol-{number}" for number in range(8)]
    assert part.event_ids == ("e0", "e1", "e2", "e3", "e4")


def test_operations_beyond_sixteen_are_counted_together() -> None:
    found = uses(*(use(operation=f"Operation{number}") for number in range(18)), use(operation="Operation3"))

    (part,) = found.by_caller
    assert len(part.operations) == 17
    assert part.operations["Operation3"] == 2
    assert part.operations["other operations"] == 2


def test_callers_beyond_twenty_are_counted_and_not_listed() -> None:
    found = uses(
        *(use(caller=stranger(number)) for number in range(22)),
        use(caller=stranger(21), at=at("15:00")),
        use(caller=stranger(20), at=at("13:00")),
        use(caller=stranger(3)),
    )

    assert [part.caller.id for part in found.by_caller] == [f"user-{number}" for number in range(20)]
    assert (found.count, found.unlisted) == (25, 4)
    assert (found.first_at, found.last_at) == (at("13:00"), at("15:00"))


def test_a_sum_is_the_same_as_counting_at_once() -> None:
    first, second, third = use(event_id="e1"), use(event_id="e2", caller=JANE), use(event_id="e3")

    assert total((uses(first, second), Uses(), uses(third))) == uses(first, second, third)


def test_a_sum_keeps_those_who_are_not_listed() -> None:
    many = uses(*(use(caller=stranger(number)) for number in range(22)))

    added = total((many, many))

    assert (added.count, added.unlisted) == (44, 4)


def count(*found: KeyUse) -> Counted:
    requests, place = Requests(), Counted()
    for each in found:
        requests.count(each, place)
    return place


def test_a_request_that_is_delivered_twice_counts_once() -> None:
    assert count(use(), use()).uses.uses() == uses(use())


def test_requests_without_an_id_all_count() -> None:
    nameless = use(event_id="")

    assert count(nameless, nameless).uses.uses().count == 2


@pytest.mark.parametrize("owner_first", [True, False])
def test_of_two_accounts_copies_the_one_that_names_the_caller_is_kept(*, owner_first: bool) -> None:
    owner = use(event_id="e1", request="shared", caller=SOMEBODY)
    caller = use(event_id="e2", request="shared", caller=BILLING)

    found = count(owner, caller) if owner_first else count(caller, owner)

    assert found.uses.uses() == uses(caller)


def test_the_better_copy_counts_in_the_minute_of_the_first() -> None:
    requests, first, second = Requests(), Counted(), Counted()

    requests.count(use(event_id="e1", request="shared", caller=SOMEBODY), first)
    requests.count(use(event_id="e2", request="shared", caller=BILLING), second)

    assert [part.caller for part in first.uses.uses().by_caller] == [BILLING]
    assert second.uses.uses() == Uses()


def test_other_requests_of_the_nameless_caller_stay() -> None:
    found = count(
        use(event_id="e1", request="shared", caller=SOMEBODY),
        use(event_id="e2", caller=SOMEBODY, operation="Sign"),
        use(event_id="e3", caller=SOMEBODY),
        use(event_id="e4", request="shared", caller=BILLING),
    )

    assert [(part.caller, part.count, part.operations) for part in found.uses.uses().by_caller] == [
        (SOMEBODY, 2, {"Decrypt": 1, "Sign": 1}),
        (BILLING, 1, {"Decrypt": 1}),
    ]


def test_an_operation_that_was_taken_back_altogether_is_not_listed() -> None:
    found = count(
        use(event_id="e1", request="shared", caller=SOMEBODY),
        use(event_id="e2", caller=SOMEBODY, operation="Sign"),
        use(event_id="e3", request="shared", caller=BILLING),
    )

    assert found.uses.uses().by_caller[0].operations == {"Sign": 1}


def test_an_operation_that_was_not_listed_is_taken_back_from_the_others() -> None:
    found = count(
        *(
            use(event_id=f"e{number}", caller=SOMEBODY, operation=f"Operation{number}")
            for number in range(17)
        ),
        use(event_id="x", request="shared", caller=SOMEBODY, operation="Sign"),
        use(event_id="y", request="shared", caller=BILLING, operation="Sign"),
    )

    (nameless, billing) = found.uses.uses().by_caller
    assert nameless.operations["other operations"] == 1
    assert sum(nameless.operations.values()) == nameless.count == 17
    assert billing.operations == {"Sign": 1}


def test_a_caller_who_was_not_listed_is_taken_back_from_the_rest() -> None:
    strangers = [use(event_id=f"e{number}", caller=stranger(number)) for number in range(20)]

    found = count(
        *strangers,
        use(event_id="x", request="shared", caller=SOMEBODY),
        use(event_id="y", request="shared", caller=stranger(3)),
    ).uses.uses()

    assert (found.count, found.unlisted) == (21, 0)
    assert found.by_caller[3].count == 2


def test_records_that_share_an_identifier_and_tell_of_different_requests_all_count() -> None:
    found = count(
        use(event_id="e1", request="shared", caller=SOMEBODY),
        use(event_id="e2", request="shared", caller=BILLING, operation="TagResource", is_use=False),
    )

    assert found.uses.uses().count == 1
    assert found.management_calls.uses().count == 1


def test_a_management_call_is_counted_apart() -> None:
    found = counted(use(), use(event_id="e2", operation="TagResource", is_use=False))

    assert (found.uses.uses().count, found.management_calls.uses().count) == (1, 1)


def test_no_more_than_fifty_thousand_requests_are_remembered() -> None:
    requests, place = Requests(), Counted()

    for number in range(REQUESTS_REMEMBERED + 1):
        requests.count(use(event_id=f"e{number}"), place)
    requests.count(use(event_id="e0"), place)
    requests.count(use(event_id="e50000"), place)

    assert place.uses.uses().count == 50_002


def test_of_a_caller_who_is_listed_elsewhere_by_name_only_the_number_is_added() -> None:
    counted_here = Tally()
    counted_here.add_one(use())
    by_name = Uses(
        count=4,
        first_at=at("14:52"),
        last_at=at("14:53"),
        unlisted=4,
        others=(OtherCaller(id=caller_hash(ORDERS.place), name="role orders-fn", count=3),),
    )

    counted_here.add_all(by_name)

    (row,) = counted_here.uses().by_caller
    assert (row.count, row.operations) == (4, {"Decrypt": 1, "other operations": 3})
    assert (counted_here.uses().count, counted_here.uses().unnamed) == (5, 1)


def test_single_requests_are_the_first_and_the_last_of_a_caller_in_whatever_order_they_come() -> None:
    tally = Tally()
    for time in ("14:30", "14:10", "14:50"):
        tally.add_one(use(event_id=time, at=at(time)))

    (part,) = tally.uses().by_caller
    assert (part.first_at, part.last_at, part.count) == (at("14:10"), at("14:50"), 3)
