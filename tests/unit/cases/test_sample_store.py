"""What the table holds of a test notice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.sample_store import Accepted, Begun, SampleRecord, SampleStore
from reprieve.errors import ConflictError, TooManyTestsError
from reprieve.ports import Document
from tests.examples import NOW, visitor
from tests.fakes import FakeTable

NOTICE = "8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11"
BEGUN = Begun(at=NOW, channels=("email", "slack"))
SEEN = Entry(id="s1", at=NOW + timedelta(minutes=1), case_id="test", event=Event.SEEN, visitor=visitor())
SENT = Entry(id=NOTICE, at=NOW, case_id="test", event=Event.NOTICE, reason="test")


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def store(table: FakeTable) -> SampleStore:
    return SampleStore(table)


def test_nothing_is_on_record_of_a_notice_that_was_not_sent(store: SampleStore) -> None:
    assert store.record(NOTICE) == SampleRecord()


def test_what_was_sent_taken_and_seen_is_on_record_in_a_partition_of_its_own(
    store: SampleStore, table: FakeTable
) -> None:
    store.begin(NOTICE, BEGUN)
    store.accepted(NOTICE, Accepted(channel="slack", at=NOW))
    store.note(NOTICE, SEEN)

    assert store.record(NOTICE) == SampleRecord(
        begun=BEGUN, accepted=(Accepted(channel="slack", at=NOW),), history=(SENT, SEEN)
    )
    assert store.record(NOTICE).seen == (SEEN,)
    assert {partition for partition, _ in table.documents} == {f"test#{NOTICE}", "test#lately"}
    assert all(each.expires_at for each in table.documents.values())


def test_a_notice_is_sent_once_and_a_second_time_it_is_as_it_was(store: SampleStore) -> None:
    store.begin(NOTICE, BEGUN)

    assert store.begin(NOTICE, replace(BEGUN, at=NOW + timedelta(hours=1), channels=("email",))) == BEGUN
    assert store.record(NOTICE).history == (SENT,)


def test_of_two_tests_at_the_same_moment_one_is_sent(store: SampleStore, table: FakeTable) -> None:
    table.fail(ConflictError())

    with pytest.raises(TooManyTestsError, match=r"try again after 2026-11-22 14:56 UTC$"):
        store.begin(NOTICE, BEGUN)


def test_of_two_starts_of_the_same_test_both_are_told_the_same(store: SampleStore, table: FakeTable) -> None:
    class Racing(FakeTable):
        def get(self, partition: str, sort: str) -> Document | None:
            found = super().get(partition, sort)
            if sort == "sent" and not found:
                store.begin(NOTICE, BEGUN)
            return found

    racing = Racing(documents=table.documents)

    later = replace(BEGUN, at=NOW + timedelta(seconds=1))
    assert SampleStore(racing).begin(NOTICE, later) == BEGUN


def test_times_that_nobody_here_wrote_hold_no_test_up(store: SampleStore, table: FakeTable) -> None:
    table.put(Document(partition="test#lately", sort="sent", body={"at": 1}))

    assert store.begin(NOTICE, BEGUN) == BEGUN


def test_the_first_time_that_a_channel_took_it_counts(store: SampleStore) -> None:
    store.accepted(NOTICE, Accepted(channel="slack", at=NOW))
    store.accepted(NOTICE, Accepted(channel="slack", at=NOW + timedelta(hours=1)))

    assert [each.at for each in store.record(NOTICE).accepted] == [NOW]


def test_the_channels_that_deliver_finds_out_are_on_record_the_first_time(store: SampleStore) -> None:
    assert store.record(NOTICE).routed is None

    store.routed(NOTICE, BEGUN)
    store.routed(NOTICE, replace(BEGUN, channels=("pager",)))

    assert store.record(NOTICE).routed == ("email", "slack")


def test_what_cannot_be_understood_is_passed_over(store: SampleStore, table: FakeTable) -> None:
    for sort in ("begun", "routed", "accepted#slack", "audit#x", "other"):
        table.put(Document(partition=f"test#{NOTICE}", sort=sort, body={"at": 1}))

    assert store.record(NOTICE) == SampleRecord()
