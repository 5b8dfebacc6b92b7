"""What the table holds of a test notice, in a partition of its own: no case is there, and no key.

| partition | sort            | what                                                                    |
| --------- | --------------- | ----------------------------------------------------------------------- |
| `test#lately` | `sent`      | when the latest were sent; investigate writes it                        |
| `test#ID` | `begun`         | when it was sent; investigate writes it                                  |
| `test#ID` | `routed`        | which channels deliver put it on its way to, where it finds them out     |
| `test#ID` | `accepted#NAME` | when a channel took it; deliver writes it                                |
| `test#ID` | `audit#TIME#ID` | that it was sent, who signed in and opened it, who has seen it           |

All of it expires, as a case does.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.notice import Reason
from reprieve.cases.readable import readable
from reprieve.cases.serialization import from_json, to_json
from reprieve.clock import for_people, rfc3339
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError, TooManyTestsError
from reprieve.ports import Document, Table

TEST: Final = "test#"
SAMPLE_CASE: Final = "test"
"""The id of the case, in entries about a test notice."""

SEEN_AT_MOST: Final = 50
"""How often it is recorded that a channel's notice was seen: anyone who has the link can press its button."""

TESTS_AN_HOUR: Final = 12
"""How many a stack sends within an hour, so that nobody who may start them can flood people."""

_HOUR: Final = timedelta(hours=1)
_LATELY: Final = (TEST + "lately", "sent")
_BEGUN: Final = "begun"
_ROUTED: Final = "routed"
_ACCEPTED: Final = "accepted#"
_AUDIT: Final = "audit#"
_KEPT_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A test notice that was sent, when and to which channels."""

    at: datetime
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """When the test notices of the last hour were sent, in order."""

    at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A channel that took a test notice, and when; whether there is a link in it that someone can open."""

    channel: str
    at: datetime
    has_link: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRecord:
    """What is on record of a test notice; `begun` is None where there is none by its id.

    `routed` are the channels that it goes to, as soon as deliver has found them out; None before that.
    """

    begun: Begun | None = None
    routed: tuple[str, ...] | None = None
    accepted: tuple[Accepted, ...] = ()
    history: tuple[Entry, ...] = ()

    @property
    def seen(self) -> tuple[Entry, ...]:
        """Who has seen it, in order."""
        return tuple(entry for entry in self.history if entry.event is Event.SEEN)


@dataclass(frozen=True, slots=True)
class SampleStore:
    """The table, as far as it is about test notices. `retention` is how long they stay."""

    table: Table
    retention: timedelta = _KEPT_FOR

    def begin(self, notice: str, begun: Begun) -> Begun:
        """Store that a test notice is sent; return what is on record of it, if it was begun before.

        Raises:
            NotUnderstoodError: what is on record is nothing that was written here.
            TooManyTestsError: there were enough within an hour, or another one is sent at this moment.
        """
        if found := self._begun(notice):
            return found
        lately = self._lately(begun.at)
        place = self._document(notice, _BEGUN, begun, begun.at)
        sent = Entry(
            id=notice, at=begun.at, case_id=SAMPLE_CASE, event=Event.NOTICE, reason=Reason.TEST.value
        )
        try:
            self.table.put(place, self._entry(notice, sent), lately)
        except ConflictError as error:
            if found := self._begun(notice):
                return found
            raise TooManyTestsError(for_people(begun.at + timedelta(minutes=1))) from error
        return begun

    def _lately(self, now: datetime) -> Document:
        """Return the times of the last hour with `now` among them, unless they are enough."""
        found = self.table.get(*_LATELY)
        known = readable(Lately, found) if found else None
        times = sorted(at for at in (known.at if known else ()) if now - _HOUR < at <= now)
        if len(times) >= TESTS_AN_HOUR:
            raise TooManyTestsError(for_people(times[-TESTS_AN_HOUR] + _HOUR))
        return Document(
            partition=_LATELY[0],
            sort=_LATELY[1],
            body=to_json(Lately(at=(*times, now))),
            version=found.version if found else 0,
            expires_at=now + self.retention,
        )

    def routed(self, notice: str, begun: Begun) -> None:
        """Store which channels a test notice is on its way to; the first time counts."""
        with suppress(ConflictError):
            self.table.put(self._document(notice, _ROUTED, begun, begun.at))

    def accepted(self, notice: str, accepted: Accepted) -> None:
        """Store that a channel took a test notice; the first time counts."""
        with suppress(ConflictError):
            self.table.put(self._document(notice, _ACCEPTED + accepted.channel, accepted, accepted.at))

    def note(self, notice: str, entry: Entry) -> None:
        """Store who opened or has seen a test notice.

        Raises:
            ConflictError: it is stored already.
        """
        self.table.put(self._entry(notice, entry))

    def record(self, notice: str) -> SampleRecord:
        """Return what is on record of a test notice; what can't be understood is passed over."""
        return read_record(self.table.list(TEST + notice))

    def _begun(self, notice: str) -> Begun | None:
        found = self.table.get(TEST + notice, _BEGUN)
        return from_json(Begun, found.body) if found else None

    def _entry(self, notice: str, entry: Entry) -> Document:
        return self._document(notice, f"{_AUDIT}{rfc3339(entry.at)}#{entry.id}", entry, entry.at)

    def _document(self, notice: str, sort: str, kept: Begun | Accepted | Entry, at: datetime) -> Document:
        return Document(
            partition=TEST + notice, sort=sort, body=to_json(kept), expires_at=at + self.retention
        )


def read_record(documents: Iterable[Document]) -> SampleRecord:
    """Return what the documents of one test notice say; what can't be understood is passed over."""
    found = {document.sort: document for document in documents}
    begun, routed = (readable(Begun, found[sort]) if sort in found else None for sort in (_BEGUN, _ROUTED))
    accepted = (readable(Accepted, found[sort]) for sort in sorted(found) if sort.startswith(_ACCEPTED))
    entries = (readable(Entry, found[sort]) for sort in sorted(found) if sort.startswith(_AUDIT))
    return SampleRecord(
        begun=begun,
        routed=routed.channels if routed else None,
        accepted=tuple(each for each in accepted if each),
        history=tuple(sorted((entry for entry in entries if entry), key=lambda entry: entry.place)),
    )
