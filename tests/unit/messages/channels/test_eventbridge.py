"""The EventBridge bus: the notice as data, without a link."""

import json

from reprieve.cases.serialization import to_json
from reprieve.messages.channels import delivery
from reprieve.messages.channels.eventbridge import EventBridge
from reprieve.ports import BusEvent
from tests.examples import KEY, NOW
from tests.fakes import FakeBus
from tests.unit.messages.test_block_kit import IN_USE, UNHEALTHY


def test_an_event_is_the_notice_with_its_key_among_the_resources() -> None:
    bus = FakeBus()

    EventBridge("soar", bus).send(delivery(IN_USE, "soar", "", NOW))

    (event,) = bus.events
    assert (event.kind, event.at, event.resources) == ("KMS Reprieve Key In Use", NOW, (str(KEY),))
    assert json.loads(event.detail) == to_json(IN_USE)


def test_an_event_about_the_stack_names_no_key() -> None:
    bus = FakeBus()

    EventBridge("soar", bus).send(delivery(UNHEALTHY, "soar", "", NOW))

    assert bus.events == [
        BusEvent(
            kind="KMS Reprieve Stack Unhealthy",
            at=NOW,
            detail=json.dumps(to_json(UNHEALTHY), ensure_ascii=False, separators=(",", ":")),
        )
    ]


def test_it_never_has_a_link() -> None:
    assert not EventBridge("soar", FakeBus()).has_link
