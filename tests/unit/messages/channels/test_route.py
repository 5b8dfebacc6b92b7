"""Which notices a channel gets."""

from typing import Any

import pytest

from reprieve.cases.notice import CaseSummary, Notice, Reason, stack_unhealthy
from reprieve.errors import EntryError
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.route import EVERYTHING, Route, read_route
from tests.examples import NOW, key, notice, problem


def about(**changes: Any) -> Notice:
    return notice(case=CaseSummary(id="x", key=key(**changes), opened_at=NOW))


def route(**only: Any) -> Route:
    return read_route(Entry({"only": only}))


def test_a_channel_without_a_route_gets_everything() -> None:
    assert read_route(Entry({})) is EVERYTHING
    assert all(EVERYTHING.takes(notice(reason=reason)) for reason in Reason)


@pytest.mark.parametrize(
    ("only", "is_taken"),
    [
        ({"accounts": ["111122223333"]}, True),
        ({"accounts": ["444455556666"]}, False),
        ({"regions": ["us-east-1", "eu-west-1"]}, True),
        ({"regions": ["us-east-1"]}, False),
        ({"owners": ["team-orders"]}, True),
        ({"owners": ["team-orders-2"]}, False),
        ({"reasons": ["key-in-use"]}, True),
        ({"reasons": ["deletion-soon"]}, False),
        ({"reasons": ["key-in-use"], "owners": ["team-orders"], "accounts": ["111122223333"]}, True),
        ({"reasons": ["key-in-use"], "owners": ["team-orders"], "accounts": ["444455556666"]}, False),
    ],
)
def test_a_route_takes_what_fits_each_of_its_parts(only: dict[str, list[str]], *, is_taken: bool) -> None:
    assert route(**only).takes(about()) is is_taken


def test_a_key_without_an_owner_is_nobodys() -> None:
    assert not route(owners=["team-orders"]).takes(about(owner=None))


def test_a_notice_about_no_key_is_of_no_account() -> None:
    assert not route(accounts=["111122223333"]).takes(notice(case=None))


@pytest.mark.parametrize("reason", [Reason.DELETION_CANCELLED, Reason.DELETION_KEPT, Reason.CORRECTION])
def test_a_list_of_reasons_never_holds_back_how_a_case_ended(reason: Reason) -> None:
    assert route(reasons=["key-in-use"]).takes(notice(reason=reason))
    assert not route(reasons=["key-in-use"], owners=["nobody"]).takes(notice(reason=reason))


def test_every_channel_hears_of_the_stack_and_gets_digests() -> None:
    nothing = route(reasons=["deletion-soon"], owners=["nobody"])

    assert nothing.takes(stack_unhealthy(problem(), NOW))
    assert nothing.takes(notice(reason=Reason.DIGEST, case=None))


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ({}, "only names nothing"),
        ("everything", "only is not an object"),
        ({"reasons": []}, "only.reasons is not a list of 1 to 100 strings"),
        ({"reasons": "key-in-use"}, "only.reasons is not a list of 1 to 100 strings"),
        ({"reasons": ["key-in-use", "typo"]}, "only.reasons[1] is not known"),
        ({"reasons": [1]}, "only.reasons[0] is not a string"),
        ({"owner": ["x"]}, "only.owner is not known"),
        ({"confidential https://": ["x"]}, "only.a field is not known"),
    ],
)
def test_a_route_that_is_not_understood_is_named_by_its_place(only: object, said: str) -> None:
    with pytest.raises(EntryError) as refused:
        read_route(Entry({"only": only}))

    assert str(refused.value) == said
