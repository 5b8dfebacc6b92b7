"""Whose link it is: said on the page, in the record and to everybody, as evidence and not as proof."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reprieve.cases.case import case_id
from reprieve.cases.recipient import RecipientStore
from reprieve.cases.visitor import Person, Visitor
from reprieve.errors import DeniedError
from reprieve.ports import Document
from reprieve.respond.access import Access
from tests.respond_world import DELETION, KEY, World, read

JANE = "jane@example.com"


def sent_to(world: World, address: str = JANE) -> str:
    """The token of a link that was sent to an address."""
    store = RecipientStore(world.table, world.store.retention)
    return world.token(recipient=store.note(case_id(KEY, DELETION), address, DELETION))


def test_the_page_says_whose_link_it_is_and_that_this_proves_nothing(world: World) -> None:
    page = world.ask(token=sent_to(world))

    assert "This link was sent to jane@example.com, which does not prove who you are." in read(page)


def test_a_link_that_names_nobody_says_nothing_of_the_kind(world: World) -> None:
    assert "This link was sent to" not in read(world.ask())


def test_the_record_and_everybody_is_told_whose_link_decided(world: World) -> None:
    world.post(token=sent_to(world))

    (message,) = world.handled()
    assert message["notice"]["decision"]["by"]["sent_to"] == JANE
    (entry,) = world.audit()
    assert entry.decision
    assert entry.decision.by.label == "Someone with the link that was sent to jane@example.com"
    page = read(world.ask())
    assert "Someone with the link that was sent to jane@example.com cancelled the deletion" in page


def test_an_address_can_t_write_on_the_page(world: World) -> None:
    page = world.ask(token=sent_to(world, "<script>@example.com"))

    assert "<script>@" not in page.html
    assert "<script>@example[.]com" in read(page)


def test_an_id_that_nobody_knows_any_more_names_nobody(world: World) -> None:
    page = world.ask(token=world.token(recipient="0123456789abcdef"))

    assert page.status == 200
    assert "This link was sent to" not in read(page)


def test_a_recipient_that_can_t_be_looked_up_hides_no_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, get = sent_to(world), world.table.get

    def denied(partition: str, sort: str) -> Document | None:
        if sort.startswith("to#"):
            raise DeniedError("dynamodb:GetItem", "AccessDeniedException", "no")
        return get(partition, sort)

    monkeypatch.setattr(world.table, "get", denied)

    assert "Rescue this key" in read(world.ask(token=token))
    assert "Could not read the recipient of a link" in world.log.said("warning")


class Signed(Access):
    """Where people sign in, and Joe has."""

    def visitor(self, *asked: Any) -> Visitor | None:
        found = super().visitor(*asked)
        joe = Person(issuer="https://login.example.com", subject="00u2", name="Joe")
        return replace(found, person=joe) if found else None


def test_somebody_who_signs_in_with_another_s_link_is_seen_to(world: World) -> None:
    world.access = Signed()

    world.post(token=sent_to(world))

    page = read(world.ask())
    assert "Joe chose to" in page
    assert "with the link that was sent to jane@example.com." in page


def test_the_audit_trail_has_the_address_in_a_field_of_its_own(world: World) -> None:
    world.post(token=sent_to(world))

    bodies = [
        json.dumps(dict(each.body)) for (_, sort), each in world.table.documents.items() if "audit#" in sort
    ]

    assert any(JANE in body for body in bodies)
