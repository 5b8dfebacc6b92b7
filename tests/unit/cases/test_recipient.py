"""Whom links were sent to: found by an id that tells nothing of the address."""

from datetime import timedelta

import pytest

from reprieve.cases.recipient import RecipientStore
from reprieve.ports import Document
from tests.examples import DELETION
from tests.fakes import FakeTable


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def store(table: FakeTable) -> RecipientStore:
    return RecipientStore(table, timedelta(days=400))


def test_an_address_is_found_by_its_id_within_its_case(store: RecipientStore) -> None:
    jane, joe = (store.note("case", f"{name}@example.com", DELETION) for name in ("jane", "joe"))

    assert (store.address("case", jane), store.address("case", joe)) == (
        "jane@example.com",
        "joe@example.com",
    )
    assert store.address("other", jane) is None


def test_an_id_tells_nothing_of_the_address(store: RecipientStore) -> None:
    first, again = (store.note("case", "jane@example.com", DELETION) for _ in range(2))

    assert first != again
    assert len(first) == len(again) == 16


def test_an_address_is_kept_as_long_as_the_case(store: RecipientStore, table: FakeTable) -> None:
    store.note("case", "jane@example.com", DELETION)

    (document,) = table.documents.values()
    assert document.expires_at == DELETION + timedelta(days=400)


def test_what_can_t_be_read_names_nobody(store: RecipientStore, table: FakeTable) -> None:
    table.put(Document(partition="thread#case", sort="to#1", body={}))

    assert store.address("case", "1") is None
