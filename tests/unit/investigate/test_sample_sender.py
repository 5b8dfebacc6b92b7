"""A test notice to every channel, once for each id."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.notice import Sender
from reprieve.cases.sample_store import SampleStore
from reprieve.errors import NotUnderstoodError, ThrottledError
from reprieve.investigate.sample_sender import SampleSender
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

    assert {partition for partition, _ in world.table.documents} == {f"test#{NOTICE}"}


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


@pytest.mark.parametrize("notice", ["", "n1", NOTICE.upper(), NOTICE + "0", 7, None, "../" + NOTICE[3:]])
def test_an_id_that_no_notice_can_have_is_refused(notice: object) -> None:
    world = World()

    with pytest.raises(NotUnderstoodError, match="test event"):
        world.send(id=notice)

    assert (world.queue.bodies, world.table.documents) == ([], {})
