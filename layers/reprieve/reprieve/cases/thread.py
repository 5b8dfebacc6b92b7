"""Where a channel keeps a case together, for each of its recipients: what the first message left behind.

| partition     | sort                | what                                            |
| ------------- | ------------------- | ----------------------------------------------- |
| `thread#CASE` | `CHANNEL/RECIPIENT` | the first message's receipt; deliver writes it  |

A queue has no order, and two notices of a case may be sent at the same time: each takes the thread for
itself before it is sent, and gives it back afterwards. A sender that dies gives it back by the clock.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.readable import readable
from reprieve.cases.serialization import to_json
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError, InProgressError
from reprieve.ports import Document, Table

THREAD: Final = "thread#"
HELD_FOR: Final = timedelta(seconds=60)
"""How long a thread is one sender's at the most: as long as the function deliver may run."""

LEEWAY: Final = timedelta(minutes=1)
"""How far two clocks may be apart: nothing of a later time than that is believed."""

Receipt = Mapping[str, str]
"""What the other side says about a message, so that later ones find it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What is kept of a case in one channel, for one recipient.

    Attributes:
        receipt: That of the first message; empty before there is one, or where the medium needs none.
        latest_at: When the latest notice that was sent had been decided.
        ended_at: When the notice was decided that said that the case is over; None while it is not.
        held_until: Until when nobody else may send, while someone does.
        version: How often it has been written.
    """

    receipt: Receipt = field(default_factory=dict)
    latest_at: datetime | None = None
    ended_at: datetime | None = None
    held_until: datetime | None = None
    version: int = 0

    def is_latest(self, at: datetime) -> bool:
        """Return whether a notice of then is no older than what was sent before."""
        return self.latest_at is None or at >= self.latest_at

    def is_late(self, at: datetime) -> bool:
        """Return whether a notice of then comes after one that said that the case is over."""
        return self.ended_at is not None and at < self.ended_at

    def is_held(self, now: datetime) -> bool:
        """Return whether someone is sending, unless the time until when is one that no good clock gave."""
        return self.held_until is not None and now < self.held_until <= now + HELD_FOR + LEEWAY

    def after(self, at: datetime, receipt: Receipt | None, *, ends: bool) -> "Thread":
        """Return it once a notice of then was sent; a later one may say that the case goes on."""
        sent = replace(self, receipt=self.receipt if receipt is None else receipt)
        return replace(sent, latest_at=at, ended_at=at if ends else None) if self.is_latest(at) else sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose thread it is; `over_at` is when the case is over at the latest."""

    case_id: str
    channel: str
    recipient: str
    over_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadStore:
    """The table, as far as it is about threads. `retention` is that of the cases."""

    table: Table
    retention: timedelta

    def find(self, case_id: str, channel: str, recipient: str = "") -> Thread | None:
        """Return the thread of a case, if there is one; an empty one, if it can't be read."""
        found = self.table.get(THREAD + case_id, _sort(channel, recipient))
        return replace(readable(Thread, found) or Thread(), version=found.version) if found else None

    def take(self, place: Place, now: datetime) -> Thread:
        """Return the thread of a case, an empty one the first time, for one sender at a time.

        Raises:
            InProgressError: another one is sending.
        """
        found = self.table.get(THREAD + place.case_id, _sort(place.channel, place.recipient))
        thread = (readable(Thread, found) if found else None) or Thread()
        if thread.is_held(now):
            raise InProgressError
        held = replace(thread, held_until=now + HELD_FOR, version=found.version if found else 0)
        try:
            self._put(place, held)
        except ConflictError:
            raise InProgressError from None
        return replace(held, version=held.version + 1)

    def give_back(self, place: Place, thread: Thread) -> None:
        """Store a thread that was taken.

        Raises:
            ConflictError: it was taken for too long, and is someone else's now.
        """
        self._put(place, replace(thread, held_until=None))

    def _put(self, place: Place, thread: Thread) -> None:
        body = to_json(thread)
        del body["version"]
        self.table.put(
            Document(
                partition=THREAD + place.case_id,
                sort=_sort(place.channel, place.recipient),
                body=body,
                version=thread.version,
                expires_at=place.over_at + self.retention,
            )
        )


def _sort(channel: str, recipient: str) -> str:
    return f"{channel}/{recipient}"
