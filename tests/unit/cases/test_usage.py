"""What is said of all uses together."""

from dataclasses import replace

from reprieve.cases.usage import narrowed
from tests.examples import BILLING, JANE, ORDERS, at, use, uses


def test_the_caller_who_was_refused_last_comes_first_and_then_who_was_refused_most() -> None:
    counted = uses(
        use(event_id="e1", caller=ORDERS, at=at("14:10")),
        use(event_id="e2", caller=JANE, at=at("14:52")),
        use(event_id="e3", caller=BILLING, at=at("14:40")),
        use(event_id="e4", caller=BILLING, at=at("14:52")),
    )

    assert [part.caller.name for part in counted.by_last_refusal] == [
        BILLING.name,
        JANE.name,
        ORDERS.name,
    ]


def test_callers_are_those_of_whom_all_is_known_and_those_known_by_name() -> None:
    counted = uses(
        use(event_id="e1", caller=ORDERS), use(event_id="e2", caller=JANE), use(event_id="e3", caller=BILLING)
    )

    assert counted.callers == 3
    assert narrowed(counted, callers=1).callers == 3
    assert replace(narrowed(counted, callers=1), others=()).callers == 1
