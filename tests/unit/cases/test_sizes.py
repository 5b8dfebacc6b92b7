"""What is too large gives up details, step by step: `property/test_sizes.py` has the limits themselves."""

from dataclasses import replace

from reprieve.cases.case import Counts
from reprieve.cases.key import Relative
from reprieve.cases.sizes import fitting_case, fitting_key, fitting_notice, size
from reprieve.cloudtrail.caller import Caller
from tests.examples import BILLING, KEY, ORDERS, case, counted, key, notice, use, uses

NOTHING_FITS = 0


def used_by(*callers: Caller) -> Counts:
    requests = (use(event_id=str(number), caller=caller) for number, caller in enumerate(callers))
    return Counts().plus([counted(*requests)])


def test_what_fits_stays_as_it_is() -> None:
    one, other = case(), notice()

    assert fitting_case(one, size(one)) == one
    assert fitting_notice(other, size(other)) == other


def test_a_case_gives_up_the_addresses_first_and_says_so() -> None:
    caller = replace(ORDERS, console_url="https://console.example")
    whole = case(settled=used_by(caller))

    less = fitting_case(whole, size(whole) - 1)

    assert less.is_trimmed
    (part,) = less.settled.uses.by_caller
    assert (part.caller.console_url, part.count) == (None, 1)
    assert part.user_agents


def test_where_nothing_fits_a_case_keeps_its_numbers_and_the_names_of_its_callers() -> None:
    less = fitting_case(case(settled=used_by(ORDERS, BILLING)), NOTHING_FITS)

    parts = less.settled.uses.by_caller
    assert [part.caller.name for part in parts] == [ORDERS.name, BILLING.name]
    assert [part.count for part in parts] == [1, 1]
    assert [(part.resources, part.user_agents) for part in parts] == [((), ())] * 2


def test_where_nothing_fits_a_notice_keeps_its_numbers_and_the_names_of_its_callers() -> None:
    whole = notice(uses=uses(use(), use(event_id="e2", caller=BILLING)))

    less = fitting_notice(whole, NOTHING_FITS)

    assert [part.caller.name for part in less.uses.by_caller] == [
        part.caller.name for part in whole.uses.by_caller
    ]
    assert all(not part.user_agents for part in less.uses.by_caller)


def test_a_key_keeps_the_first_ten_of_what_there_may_be_many_of() -> None:
    many = key(
        aliases=tuple(f"alias/{number}" for number in range(30)),
        tags={str(number): "x" for number in range(30)},
        grantees=tuple(str(number) for number in range(30)),
        relatives=(Relative(arn=KEY, role="REPLICA", state="Enabled"),) * 30,
    )

    less = fitting_key(many)

    assert less.aliases == many.aliases[:10]
    assert len(less.tags) == 20
    assert (len(less.grantees or ()), len(less.relatives or ())) == (10, 10)
