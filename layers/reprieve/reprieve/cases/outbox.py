"""The outbox: notices that are decided go out from here, and never more of them than people can read.

A notice is stored in one transaction with the case that it is about, and sent afterwards:
what has been decided is sent, whenever the sender dies.
At most `SINGLES_AN_HOUR` notices go out by themselves; all that are left at the end of a run go out in one
digest, which names each key with its deadline. What a person decided on the page is told in any case.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cases.digest import digest
from reprieve.cases.envelope import OUTBOX, envelopes, outbox_entry
from reprieve.cases.notice import Notice, Reason
from reprieve.cases.outgoing import SINGLES_AN_HOUR, Outgoing, Sent, ordered
from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.sizes import NOTICE_LIMIT, fitting_digest
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError, NotUnderstoodError, ReprieveError
from reprieve.ports import Document, Log, MessageQueue, Table

_NOTICES, _SENT = "notices", "sent"
_REMOVED_AT_ONCE: Final = 4_000_000 // NOTICE_LIMIT
"""The items of a transaction have 4 MB at most; source: DynamoDB API reference, TransactWriteItems."""

_TRIES: Final = 4
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
        found = (self._read(document) for document in self.table.list(OUTBOX))
        return tuple(sorted(filter(None, found), key=lambda each: each.decided))

    def _left_behind(self) -> tuple[Outgoing, ...]:
        """Return what an earlier run left, without what someone on the page has overtaken since.

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
        wanted = [each.notice.id for each in ordered(single)]
        if sent.has_ample_room(wanted, self.clock()):
            reserving = self.pool.submit(self._reserve, wanted, sent)
            self._put(frozenset(wanted))
            reserving.result()
        else:
            self._put(self._reserve(wanted, sent))

    def finish(self) -> None:
        """Send what is left, and fold what may not go out by itself."""
        self.send()
        left = ordered(self._left)
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
        for start in range(0, len(notices), _REMOVED_AT_ONCE):
            self.table.put(gone=[outbox_entry(each) for each in notices[start : start + _REMOVED_AT_ONCE]])

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


def _sent_document(sent: Sent) -> Document:
    return Document(partition=_NOTICES, sort=_SENT, body=to_json(sent), version=sent.version)
