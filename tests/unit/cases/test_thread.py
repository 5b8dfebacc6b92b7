"""Where a channel keeps a case together: for one sender at a time, and as long as the case is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.thread import HELD_FOR, Place, Thread, ThreadStore
from reprieve.errors import ConflictError, InProgressError
from reprieve.ports import Document
from tests.examples import DELETION, NOW
from tests.fakes import FakeTable

PLACE = Place(case_id="arn:key@date", channel="security", recipient="", over_at=DELETION)
RECEIPT = {"channel": "C1", "ts": "1.2"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def store(table: FakeTable) -> ThreadStore:
    return ThreadStore(table, timedelta(days=400))


def test_the_first_time_there_is_none_and_then_there_is(store: ThreadStore) -> None:
    assert store.find(PLACE.case_id, "security") is None

    thread = store.take(PLACE, NOW)
    store.give_back(PLACE, thread.after(NOW, RECEIPT, ends=False))

    assert thread.receipt == {}
    assert store.find(PLACE.case_id, "security") == Thread(receipt=RECEIPT, latest_at=NOW, version=2)


def test_each_channel_and_each_recipient_has_one_of_their_own(store: ThreadStore) -> None:
    for place in (PLACE, replace(PLACE, channel="other"), replace(PLACE, recipient="jane@example.com")):
        store.give_back(place, store.take(place, NOW).after(NOW, {"ts": place.channel}, ends=False))

    assert store.find(PLACE.case_id, "security", "jane@example.com") is not None
    assert store.find(PLACE.case_id, "other", "jane@example.com") is None


def test_nobody_else_may_send_meanwhile(store: ThreadStore) -> None:
    thread = store.take(PLACE, NOW)

    with pytest.raises(InProgressError):
        store.take(PLACE, NOW + HELD_FOR - MINUTE / 60)

    store.give_back(PLACE, thread)
    store.take(PLACE, NOW)


def test_of_two_at_once_one_gets_it(store: ThreadStore, table: FakeTable) -> None:
    table.fail(ConflictError())

    with pytest.raises(InProgressError):
        store.take(PLACE, NOW)


def test_a_sender_that_died_gives_it_back_by_the_clock(store: ThreadStore) -> None:
    dead = store.take(PLACE, NOW)
    store.take(PLACE, NOW + HELD_FOR)

    with pytest.raises(ConflictError):
        store.give_back(PLACE, dead)


def test_a_sender_whose_clock_was_ahead_holds_it_no_longer_than_any_other(store: ThreadStore) -> None:
    store.take(PLACE, NOW + timedelta(days=1))

    assert store.take(PLACE, NOW).held_until == NOW + HELD_FOR


def test_a_clock_that_is_a_little_behind_takes_it_from_nobody(store: ThreadStore) -> None:
    store.take(PLACE, NOW + HELD_FOR)

    with pytest.raises(InProgressError):
        store.take(PLACE, NOW)


def test_it_is_kept_as_long_as_the_case(store: ThreadStore, table: FakeTable) -> None:
    store.take(PLACE, NOW)

    (document,) = table.documents.values()
    assert document.partition == "thread#arn:key@date"
    assert document.expires_at == DELETION + timedelta(days=400)


def test_what_can_t_be_read_is_begun_anew(store: ThreadStore, table: FakeTable) -> None:
    table.put(Document(partition="thread#arn:key@date", sort="security/", body={"latest_at": "soon"}))

    assert store.find(PLACE.case_id, "security") == Thread(version=1)
    assert store.take(PLACE, NOW).receipt == {}


def test_an_earlier_notice_changes_nothing_of_what_is_known() -> None:
    thread = Thread().after(NOW, RECEIPT, ends=True)

    assert thread.after(NOW - MINUTE, None, ends=False) == thread
    assert (thread.is_late(NOW - MINUTE), thread.is_late(NOW)) == (True, False)
    assert (thread.is_latest(NOW - MINUTE), thread.is_latest(NOW)) == (False, True)


def test_a_case_that_goes_on_is_not_over_any_more() -> None:
    thread = Thread().after(NOW, RECEIPT, ends=True).after(NOW + MINUTE, None, ends=False)

    assert thread == Thread(receipt=RECEIPT, latest_at=NOW + MINUTE)
    assert not thread.is_late(NOW)


def test_a_message_that_took_the_place_of_the_first_is_found_from_then_on() -> None:
    later = {"channel": "C1", "ts": "9.9"}

    assert Thread(receipt=RECEIPT, latest_at=NOW).after(NOW - MINUTE, later, ends=False).receipt == later
