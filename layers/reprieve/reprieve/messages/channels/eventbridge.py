"""An EventBridge bus: the notice as data, for rules of your own. It never holds a link.

Source: EventBridge API reference, PutEvents: an entry has at most 256 KB, a detail type 128 characters.
"""

from typing import Final

from reprieve.cases.serialization import to_json
from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.posting import as_json
from reprieve.ports import Bus, BusEvent, Tools

TYPE: Final = "eventbridge"
LIMIT: Final = 256_000


@dataclass(frozen=True, slots=True)
class EventBridge(ToAll):
    """The channel."""

    name: str
    bus: Bus

    @property
    def has_link(self) -> bool:
        """Never: rules and archives keep events."""
        return False

    def send(self, sent: Delivery) -> None:
        """Put the notice."""
        notice = sent.notice
        self.bus.put(
            BusEvent(
                kind=f"KMS Reprieve {notice.reason.replace('-', ' ').title()}",
                at=notice.at,
                detail=as_json(to_json(notice)).decode(),
                resources=(str(notice.key.arn),) if notice.key else (),
            )
        )


def read(name: str, entry: Entry, tools: Tools) -> EventBridge:
    """Return the channel of an entry."""
    return EventBridge(name, tools.bus(entry.arn("bus", "events")))
