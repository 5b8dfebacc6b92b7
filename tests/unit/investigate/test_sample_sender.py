"""A test notice to every channel, once for each id."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from reprieve.cases.notice import Reason, Sender, notice_id
from reprieve.cases.sample_store import TESTS_AN_HOUR, SampleStore
from reprieve.errors import ThrottledError
from reprieve.investigate.sample_sender import SampleSender
from tests.examples import KEY
from tests.fakes import FakeClock, FakeLog, FakeQueue, FakeTable
from tests.mutations import SCHEMA

NOTICE = "8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11"
EVENT = {"source": "kms-reprieve.test-notice", "id": NOTICE}


@dataclass
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    table: FakeTable = field(default_factory=FakeTable)
    queue: FakeQueue = field(default_factory=FakeQueue)
    log: FakeLog = field(default_factory=FakeLog)

    def send(self, **event: Any) -> Any:
        return SampleSender(
            sender=Sender(account="111122223333", region="eu-west-1"),
            store=SampleStore(self.table),
            queue=self.queue,
            clock=self.clock,
            log=self.log,
        ).send(EVENT | event)

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.queue.bodies]


def test_it_is_queued_for_every_channel_as_deliver_finds_them() -> None:
    world = World()

    answer = world.send()

    assert answer == {"id": NOTICE, "at": "2026-11-22T15:00:00Z"}
    assert [list(message) for message in world.messages()] == [["notice"]]
    for message in world.messages():
        SCHEMA.validate(message["notice"])
        assert (message["notice"]["id"], message["notice"]["reason"]) == (NOTICE, "test")


def test_nothing_is_written_where_cases_are_and_nothing_waits_to_be_sent() -> None:
    world = World()

    world.send()

    assert {partition for partition, _ in world.table.documents} == {f"test#{NOTICE}", "test#lately"}


def test_asked_twice_it_is_the_same_notice_which_deliver_sends_once() -> None:
    world = World()
    first = world.send()
    world.clock.now += timedelta(minutes=5)

    assert world.send() == first
    bodies = world.queue.bodies
    assert bodies[:1] == bodies[1:]


def test_after_a_queue_that_took_nothing_it_can_be_asked_for_again() -> None:
    world = World()
    world.queue.error = ThrottledError("sqs:SendMessage", "RequestThrottled", "")
    with pytest.raises(ThrottledError):
        world.send()

    world.queue.error = None
    world.send()

    assert len(world.messages()) == 1


OF_A_KEY = notice_id(f"{KEY}@2026-11-29T14:02:00Z", Reason.KEY_IN_USE, 0)
"""The id that a notice about a key has, which anybody can work out: deliver would take it for sent."""


@pytest.mark.parametrize(
    "notice", ["", "n1", NOTICE.upper(), NOTICE + "0", 7, None, "../" + NOTICE[3:], OF_A_KEY]
)
def test_an_id_that_is_not_random_is_refused(notice: object) -> None:
    world = World()

    answer = world.send(id=notice)

    assert answer == {"error": "its id is not a random UUID (version 4) in lower case"}
    assert (world.queue.bodies, world.table.documents) == ([], {})
    assert world.log.lines


def test_nobody_can_flood_people_with_tests() -> None:
    world = World()
    answers = [world.send(id=str(uuid4())) for _ in range(TESTS_AN_HOUR + 3)]

    assert len(world.messages()) == TESTS_AN_HOUR
    assert answers[-1] == {"error": "too many test notices were sent: try again after 2026-11-22 16:00 UTC"}
    assert answers[0] == world.send(id=answers[0]["id"])
    world.clock.now += timedelta(hours=1)
    assert "error" not in world.send(id=str(uuid4()))
