"""The outbox: notices that are decided go out from here, and never more of them than people can read.

A notice is stored in one transaction with the case that it is about, and sent afterwards:
what has been decided is sent, whenever the sender dies.
At most `SINGLES_AN_HOUR` notices go out by themselves; all that are left at the end of a run go out in one
digest, which names each key with its deadline. What a person decided on the page is told in any case.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cases.digest import digest
from reprieve.cases.notice import ENDS_THREADS, Notice, Reason
from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.sizes import fitting_digest
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError, NotUnderstoodError, ReprieveError
from reprieve.ports import MOST_AT_ONCE, Document, Log, MessageQueue, Table

SINGLES_AN_HOUR: Final = 24
DIGEST_EVERY: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)

_OUTBOX: Final = "outbox"
_NOTICES, _SENT = "notices", "sent"
_TRIES: Final = 4
_DECIDED: Final = frozenset({Reason.DELETION_CANCELLED, Reason.DELETION_KEPT})
_ALWAYS: Final = frozenset({Reason.DIGEST, *ENDS_THREADS})
_OF_A_PENDING_KEY: Final = frozenset(
    {
        Reason.KEY_IN_USE,
        Reason.NEW_CALLER,
        Reason.STILL_IN_USE,
        Reason.MANAGEMENT_CALL,
        Reason.DELETION_SCHEDULED,
        Reason.DELETION_SOON,
        Reason.CORRECTION,
    }
)
_URGENCY: Final = (
    Reason.CORRECTION,
    Reason.KEY_IN_USE,
    Reason.DELETION_SOON,
    Reason.DELETION_CANCELLED,
    Reason.NEW_CALLER,
    Reason.NO_EVENT_FOUND,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice on its way; `in_digest` is whether it is to go out folded with others."""

    notice: Notice
    in_digest: bool = False

    @property
    def is_unlimited(self) -> bool:
        """Whether it goes out however many there were: a person decided, or it wakes nobody by itself."""
        is_decision = self.notice.decision is not None and self.notice.reason in _DECIDED
        return is_decision or self.notice.reason in _ALWAYS

    @property
    def urgency(self) -> tuple[int, bool, datetime]:
        """What sorts notices: the most urgent reason first, and what KMS confirmed before what it did not."""
        reason, key = self.notice.reason, self.notice.key
        place = _URGENCY.index(reason) if reason in _URGENCY else len(_URGENCY)
        return place, key is None or not key.is_pending, self.notice.at

    @property
    def about(self) -> str:
        """The key that it is about; if there is none, the notice itself."""
        return str(self.notice.key.arn) if self.notice.key else self.notice.id

    @property
    def decided(self) -> tuple[datetime, datetime]:
        """What sorts notices by their decision: of those of one moment, that of the earlier case first."""
        return self.notice.at, self.notice.case.opened_at if self.notice.case else self.notice.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """When notices went out lately: the single ones of the last hour by their ids, and the last digest.

    What a clock that was ahead has written of a time to come counts for nothing.
    """

    singles: Mapping[str, datetime] = field(default_factory=dict)
    digest_at: datetime | None = None
    version: int = 0

    def with_singles(self, wanted: Sequence[str], now: datetime) -> "Sent":
        """Return it with those that are wanted, as far as they may go out; what is tried again may."""
        kept = {each: at for each, at in self.singles.items() if timedelta() <= now - at < HOUR}
        new = [each for each in wanted if each not in kept]
        return replace(self, singles=kept | dict.fromkeys(new[: max(0, SINGLES_AN_HOUR - len(kept))], now))

    def has_ample_room(self, wanted: Sequence[str], now: datetime) -> bool:
        """Return whether all of these may go out, even if another run sends as many at this moment."""
        lately = sum(timedelta() <= now - at < HOUR for at in self.singles.values())
        return lately + 2 * len(wanted) <= SINGLES_AN_HOUR

    def may_digest(self, now: datetime) -> bool:
        """Return whether it is time for a digest."""
        return self.digest_at is None or not timedelta() <= now - self.digest_at < DIGEST_EVERY


@dataclass(slots=True, kw_only=True)
class Outbox:
    """Sends what has been decided.

    Attributes:
        cases: Reads a key's cases.
        console_url: Where the records behind all notices are.
    """

    table: Table
    cases: Callable[[KeyArn], Sequence[Case]]
    queue: MessageQueue
    console_url: str | None
    pool: Executor
    clock: Clock
    log: Log
    _begun: "tuple[Future[tuple[Outgoing, ...]], Future[Sent]] | None" = None
    _left: tuple[Outgoing, ...] = ()

    def begin(self) -> None:
        """Begin to read what an earlier run left, beside the log group, so that nobody waits for it."""
        self._begun = self.pool.submit(self._left_behind), self.pool.submit(self._read_sent)

    def waiting(self) -> tuple[Outgoing, ...]:
        """Return the notices that are decided, and not known to be in the queue, but for unreadable ones."""
        found = (self._read(document) for document in self.table.list(_OUTBOX))
        return tuple(sorted(filter(None, found), key=lambda each: each.decided))

    def _left_behind(self) -> tuple[Outgoing, ...]:
        """Return what an earlier run left, without what somebody on the page has overtaken since.

        People have heard that the deletion is off: that the key is pending must not be the last word.
        """
        waiting = self.waiting()
        ends = {
            each.notice.case.id
            for each in waiting
            if each.notice.case and each.notice.reason is Reason.DELETION_CANCELLED
        }
        overtaken = [each for each in waiting[:SINGLES_AN_HOUR] if self._is_overtaken(each.notice, ends)]
        self._remove([each.notice for each in overtaken])
        for each in overtaken:
            self.log.info("Dropped a notice: the deletion has been cancelled since", notice_id=each.notice.id)
        return tuple(each for each in waiting if each not in overtaken)

    def _is_overtaken(self, notice: Notice, ends: Collection[str]) -> bool:
        """Return whether people have heard since that the deletion is off.

        Args:
            notice: What an earlier run decided.
            ends: The ids of the cases of which people hear next that they are over.
        """
        about = notice.case
        if about is None or about.id in ends or notice.reason not in _OF_A_PENDING_KEY:
            return False
        try:
            cases = self.cases(about.key.arn)
        except ReprieveError:
            return False
        return any(case.id == about.id and case.is_known_to_be_off(notice.at) for case in cases)

    def send(self, outgoing: Sequence[Outgoing] = ()) -> None:
        """Send what may go out by itself, in the order of its decision; the rest stays for `finish`.

        What an earlier run decided goes first: what was decided since may contradict it.
        Where the outbox was read late, some of this run's own is in it already.
        """
        sent = self._sent()
        known = {each.notice.id for each in self._left}
        self._left = (*self._left, *(each for each in outgoing if each.notice.id not in known))
        single = [each for each in self._left if not each.is_unlimited and not each.in_digest]
        wanted = [each.notice.id for each in _ordered(single)]
        if sent.has_ample_room(wanted, self.clock()):
            reserving = self.pool.submit(self._reserve, wanted, sent)
            self._put(frozenset(wanted))
            reserving.result()
        else:
            self._put(self._reserve(wanted, sent))

    def finish(self) -> None:
        """Send what is left, and fold what may not go out by itself."""
        self.send()
        left = _ordered(self._left)
        if not left:
            return
        sent, now = self._read_sent(), self.clock()
        if not sent.may_digest(now):
            return
        folded = [each.notice for each in left]
        notice = fitting_digest(digest(folded, now, self.console_url))
        try:
            self.table.put(_sent_document(replace(sent, digest_at=now)), outbox_entry(notice))
        except ConflictError:
            self.log.info("Another run sends the remaining notices")
            return
        self._remove(folded)
        self.put_into_queue([notice])

    def _put(self, chosen: frozenset[str]) -> None:
        """Send those of the notices that are left which are chosen, or which always go out."""
        going = [each for each in self._left if each.is_unlimited or each.notice.id in chosen]
        self.put_into_queue([each.notice for each in going])
        self._left = tuple(each for each in self._left if each not in going)

    def put_into_queue(self, notices: Sequence[Notice]) -> None:
        """Send notices, whatever was sent before, and take them out of the outbox."""
        if not notices:
            return
        self.queue.send(envelopes(notices))
        self._remove(notices)
        for notice in notices:
            self.log.info(
                "Queued a notice",
                reason=notice.reason,
                notice_id=notice.id,
                case_id=notice.case.id if notice.case else None,
            )

    def _remove(self, notices: Sequence[Notice]) -> None:
        for start in range(0, len(notices), MOST_AT_ONCE):
            self.table.put(gone=[outbox_entry(each) for each in notices[start : start + MOST_AT_ONCE]])

    def _reserve(self, wanted: Sequence[str], sent: Sent) -> frozenset[str]:
        """Return which notices may go out, the first ones first, and store that they do."""
        for _ in range(_TRIES if wanted else 0):
            reserved = sent.with_singles(wanted, self.clock())
            try:
                if reserved.singles.keys() - sent.singles.keys():
                    self.table.put(_sent_document(reserved))
            except ConflictError:
                sent = self._read_sent()
                continue
            return frozenset(reserved.singles)
        return frozenset()

    def _sent(self) -> Sent:
        """Return what was sent lately; the first time, take over what an earlier run left."""
        if self._begun is None:
            return self._read_sent()
        waiting, sent = self._begun
        self._left, self._begun = waiting.result(), None
        return sent.result()

    def _read_sent(self) -> Sent:
        found = self.table.get(_NOTICES, _SENT)
        return replace(from_json(Sent, found.body), version=found.version) if found else Sent()

    def _read(self, document: Document) -> Outgoing | None:
        try:
            notice = from_json(Notice, document.body)
        except NotUnderstoodError as error:
            self.log.error("Skipped a notice that could not be read", id=document.sort, problem=str(error))
            return None
        return Outgoing(notice, in_digest=document.body.get("in_digest") is True)


def outbox_entry(notice: Notice, *, in_digest: bool = False) -> Document:
    """Return the document of a notice in the outbox."""
    body = to_json(notice) | ({"in_digest": True} if in_digest else {})
    return Document(partition=_OUTBOX, sort=notice.id, body=body, is_guarded=False)


def envelopes(notices: Iterable[Notice]) -> list[str]:
    """Return the queue's messages for some notices: one for each; deliver knows which channels get it."""
    return [envelope(notice) for notice in notices]


def envelope(notice: Notice, channel: str = "", recipient: str = "") -> str:
    """Return the queue's message: one notice, for one recipient of one channel as soon as that is known."""
    about = {"channel": channel, "recipient": recipient}
    body = {name: value for name, value in about.items() if value} | {"notice": to_json(notice)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _ordered(outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """Return notices by their urgency; those of one key together, in the order of their decision."""
    places = dict[str, int]()
    for each in sorted(outgoing, key=lambda each: each.urgency):
        places.setdefault(each.about, len(places))
    return sorted(outgoing, key=lambda each: (places[each.about], each.decided))


def _sent_document(sent: Sent) -> Document:
    return Document(partition=_NOTICES, sort=_SENT, body=to_json(sent), version=sent.version)
