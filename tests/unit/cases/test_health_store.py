"""What the table holds of the stack's own health."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.health_store import Address, Failing, HealthStore, Subscribed, is_to_be_renewed
from reprieve.cases.notice import stack_unhealthy
from reprieve.errors import ConflictError
from tests.examples import NOW, problem
from tests.fakes import FakeTable

HOUR = timedelta(hours=1)
JANE = Address(address="Jane@example.com", seen=Subscribed.CONFIRMED, since=NOW)


def test_a_channel_fails_since_its_first_failure_and_says_what_came_of_the_latest_try() -> None:
    book = HealthStore(FakeTable())

    book.failed("slack", "HTTP 500", NOW)
    book.failed("slack", "HTTP 503", NOW + HOUR)

    assert book.failing() == (Failing(channel="slack", since=NOW, error="HTTP 503"),)


def test_a_channel_that_works_again_does_not_fail_and_begins_anew_with_its_next_failure() -> None:
    book = HealthStore(FakeTable())
    book.failed("slack", "HTTP 500", NOW)

    book.worked("slack")
    book.worked("email")
    assert book.failing() == ()

    book.failed("slack", "HTTP 500", NOW + HOUR)
    assert [each.since for each in book.failing()] == [NOW + HOUR]


def test_an_address_is_known_by_its_name_without_regard_to_case() -> None:
    book = HealthStore(FakeTable())

    book.keep(JANE, NOW)

    (name, kept), *_ = book.addresses().items()
    assert name == "jane@example.com"
    assert replace(kept, version=0, expires_at=None) == JANE
    assert kept.version == 1


def test_of_two_who_saw_an_address_at_once_the_second_is_told_so() -> None:
    book = HealthStore(FakeTable())
    book.keep(JANE, NOW)

    with pytest.raises(ConflictError):
        book.keep(JANE, NOW)


def test_an_address_can_be_forgotten() -> None:
    book = HealthStore(FakeTable())
    book.keep(JANE, NOW)

    book.forget(["jane@example.com", "nobody@example.com"])

    assert book.addresses() == {}


def test_what_is_kept_of_an_address_is_renewed_long_before_it_expires() -> None:
    book = HealthStore(FakeTable())
    assert is_to_be_renewed(JANE, NOW)

    book.keep(JANE, NOW)

    kept = book.addresses()["jane@example.com"]
    assert not is_to_be_renewed(kept, NOW)
    assert not is_to_be_renewed(kept, NOW + timedelta(days=15))
    assert is_to_be_renewed(kept, NOW + timedelta(days=16))
    assert kept.expires_at == NOW + timedelta(days=30)


def test_a_notice_is_stored_once_and_is_recent_for_a_day_though_it_lingers() -> None:
    table = FakeTable()
    book = HealthStore(table)
    notice = stack_unhealthy(problem(), NOW)

    book.remember(notice)
    book.remember(stack_unhealthy(problem(), NOW + HOUR))

    (stored,) = table.documents.values()
    assert stored.expires_at == NOW + timedelta(days=2)
    assert [each.at for each in book.recent(NOW + timedelta(hours=23))] == [NOW.replace(microsecond=0)]
    assert book.recent(NOW + timedelta(days=1)) == ()


def test_when_health_last_came_to_its_end_is_known_once_it_has() -> None:
    book = HealthStore(FakeTable())
    assert book.last_run() is None

    book.run_ended(NOW)
    book.run_ended(NOW + HOUR)

    assert book.last_run() == NOW + HOUR


def test_of_two_runs_that_end_at_once_one_is_noted() -> None:
    table = FakeTable()
    table.fail(ConflictError())

    HealthStore(table).run_ended(NOW)

    assert HealthStore(table).last_run() is None
