"""Addresses that get no notices: never confirmed, or subscribed no more."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from reprieve.cases.health_store import HealthStore, Subscribed
from reprieve.cases.problem import Kind, Problem
from reprieve.errors import AwsError, ConflictError, DeniedError
from reprieve.health.addresses import Addresses
from reprieve.ports import Subscription
from tests.examples import NOW
from tests.fakes import FakeLog, FakeTable

TOPIC = "arn:aws:sns:eu-west-1:111122223333:notices"
JANE = "Jane@example.com"
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)


@dataclass
class FakeSubscriptions:
    """A topic's email subscriptions: True for one that is confirmed."""

    present: dict[str, bool] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    error: AwsError | None = None
    hidden: AwsError | None = None

    def of(self, topic_arn: str) -> Iterator[Subscription]:
        assert topic_arn == TOPIC
        if self.hidden:
            raise self.hidden
        for address, confirmed in self.present.items():
            yield Subscription(address=address, arn=f"{TOPIC}:{address}" if confirmed else None)

    def add(self, topic_arn: str, address: str) -> None:
        assert topic_arn == TOPIC
        self.added.append(address)
        if self.error:
            raise self.error
        self.present[address] = False

    def remove(self, arn: str) -> None:
        raise AssertionError(arn)


@dataclass
class World:
    table: FakeTable = field(default_factory=FakeTable)
    subscriptions: FakeSubscriptions = field(default_factory=FakeSubscriptions)
    log: FakeLog = field(default_factory=FakeLog)
    listed: tuple[str, ...] = (JANE,)

    @property
    def book(self) -> HealthStore:
        return HealthStore(self.table)

    def addresses(self) -> Addresses:
        return Addresses(
            topic=TOPIC,
            listed=self.listed,
            subscriptions=self.subscriptions,
            book=self.book,
            log=self.log,
        )

    def look(self, after: timedelta = timedelta()) -> list[Problem]:
        return list(self.addresses().problems(NOW + after))

    def kinds(self, after: timedelta = timedelta()) -> list[Kind]:
        return [problem.kind for problem in self.look(after)]


@pytest.fixture
def world() -> World:
    return World()


def confirmed(world: World) -> World:
    world.subscriptions.present = {JANE: True}
    assert world.look() == []
    return world


def test_of_a_confirmed_address_there_is_nothing_to_tell(world: World) -> None:
    confirmed(world)

    assert [world.look(number * DAY) for number in range(60)] == [[]] * 60


def test_an_address_has_a_day_to_confirm(world: World) -> None:
    world.subscriptions.present = {JANE: False}

    assert world.look() == []
    assert world.look(DAY - QUARTER) == []
    (told,) = world.look(DAY)

    assert (told.kind, told.subject, told.since) == (Kind.ADDRESS_UNCONFIRMED, JANE, NOW)
    assert world.subscriptions.added == []


def test_a_request_that_lapsed_was_never_confirmed_and_is_not_an_address_that_vanished(world: World) -> None:
    world.subscriptions.present = {JANE: False}
    world.look()

    world.subscriptions.present = {}

    (told,) = world.look(2 * DAY)
    assert (told.kind, told.since) == (Kind.ADDRESS_UNCONFIRMED, NOW)
    assert world.subscriptions.added == []


def test_an_address_that_is_yet_to_be_subscribed_is_given_its_day_too(world: World) -> None:
    assert world.look() == []
    assert world.kinds(DAY) == [Kind.ADDRESS_UNCONFIRMED]


def test_who_confirms_late_is_no_longer_told_of(world: World) -> None:
    world.subscriptions.present = {JANE: False}
    world.look()
    world.look(DAY)

    world.subscriptions.present = {JANE: True}

    assert world.look(DAY + QUARTER) == []
    assert world.look(3 * DAY) == []


def test_an_address_that_vanished_is_subscribed_again_and_that_is_said(world: World) -> None:
    confirmed(world).subscriptions.present = {}

    (told,) = world.look(QUARTER)

    assert (told.kind, told.subject, told.since) == (Kind.ADDRESS_REMOVED, JANE, NOW + QUARTER)
    assert "Sent a new confirmation request to the address" in told.advice
    assert world.subscriptions.added == [JANE]
    assert world.log.said("warning") == ["Subscribed a lost email address again"]


def test_while_it_is_asked_again_it_has_a_day_to_confirm(world: World) -> None:
    confirmed(world).subscriptions.present = {}
    world.look(QUARTER)

    assert world.kinds(2 * QUARTER) == [Kind.ADDRESS_REMOVED]  # the same as before, so not told again today
    assert world.kinds(3 * QUARTER) == []
    assert world.kinds(2 * QUARTER + DAY) == [Kind.ADDRESS_UNCONFIRMED]


def test_a_run_that_dies_after_it_asked_again_leaves_it_to_the_next_to_say_so(world: World) -> None:
    confirmed(world).subscriptions.present = {}
    next(world.addresses().problems(NOW + QUARTER))  # and nothing is told

    (told,) = world.look(2 * QUARTER)

    assert told.kind is Kind.ADDRESS_REMOVED
    assert "Sent a new confirmation request" in told.advice
    assert world.subscriptions.added == [JANE]


def test_a_run_that_dies_before_it_asks_again_leaves_the_loss_to_be_told(world: World) -> None:
    confirmed(world)
    lost = replace(world.book.addresses()[JANE.lower()], seen=Subscribed.REMOVED, asked_again=True)
    world.book.keep(lost, NOW)
    world.subscriptions.present = {}

    (told,) = world.look(QUARTER)

    assert told.kind is Kind.ADDRESS_REMOVED
    assert world.subscriptions.added == []


def test_an_address_is_asked_again_once_and_a_second_loss_is_told_for_as_long_as_it_lasts(
    world: World,
) -> None:
    confirmed(world).subscriptions.present = {}
    world.look(QUARTER)
    world.subscriptions.present = {JANE: True}
    assert world.look(2 * QUARTER) == []

    world.subscriptions.present = {}

    first, second = (world.look(3 * QUARTER + after)[0] for after in (timedelta(), DAY))
    assert first == second
    assert (first.kind, first.since) == (Kind.ADDRESS_REMOVED, NOW + 3 * QUARTER)
    assert "A new confirmation request is sent only once, and it was." in first.advice
    assert world.subscriptions.added == [JANE]


def test_an_address_that_somebody_subscribed_again_by_hand_has_a_day_to_confirm(world: World) -> None:
    confirmed(world).subscriptions.present = {JANE: False}

    assert world.look(DAY) == []
    assert world.kinds(2 * DAY) == [Kind.ADDRESS_UNCONFIRMED]


def test_one_that_was_lost_for_good_and_is_confirmed_again_is_well(world: World) -> None:
    confirmed(world)
    for number, present in enumerate([{}, {JANE: True}, {}, {JANE: True}], start=1):
        world.subscriptions.present = dict(present)
        world.look(number * QUARTER)

    assert world.look(DAY) == []


def test_a_request_that_can_not_be_sent_is_said(world: World) -> None:
    confirmed(world).subscriptions.present = {}
    world.subscriptions.error = DeniedError("sns:Subscribe", "AuthorizationError", "no")

    (told,) = world.look(QUARTER)

    assert told.kind is Kind.ADDRESS_REMOVED
    assert "could not be sent" in told.advice
    assert world.log.said("error") == ["Could not subscribe a lost email address again"]


def test_two_runs_at_once_ask_once(world: World) -> None:
    confirmed(world).subscriptions.present = {}
    world.table.fail(ConflictError())

    assert world.look(QUARTER) == []
    assert world.subscriptions.added == []


def test_a_confirmed_subscription_counts_whatever_else_there_is(world: World) -> None:
    world.subscriptions.present = {JANE.lower(): True, JANE: False}

    assert world.look() == []
    assert world.look(2 * DAY) == []


def test_an_address_that_is_not_listed_any_more_is_forgotten(world: World) -> None:
    confirmed(world)

    world.listed = ("ops@example.com",)
    world.look(QUARTER)

    assert [sort for _, sort in world.table.documents] == ["address#ops@example.com"]


def test_a_stack_without_addresses_asks_nothing_and_keeps_none(world: World) -> None:
    confirmed(world).listed = ()
    world.subscriptions.hidden = DeniedError("sns:ListSubscriptionsByTopic", "InvalidParameter", "no topic")

    assert world.look(QUARTER) == []
    assert world.table.documents == {}
