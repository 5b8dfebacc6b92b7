"""The casebook: what the table holds, and where.

| partition           | sort                      | what                                                |
| ------------------- | ------------------------- | --------------------------------------------------- |
| `bookmark`          | the log group             | how far it has been read, for good                  |
| `key#ARN`           | `case#DATE`               | a case                                              |
| `key#ARN`           | `audit#TIME#ID`           | what happened to a case: see `reprieve.history`     |
| `key#ARN`           | `decision#DATE`           | the latest decision about a case                    |
| `open`              | a case's id               | when to look at the case although nothing was read  |
| `outbox`            | a notice's id             | a notice that is decided, and not yet in the queue  |
| `session#HASH`      | `session`                 | somebody who has signed in: see `reprieve.signin`   |

A notice is written in one transaction with the case that it is about, and sent afterwards:
what has been decided is sent, whenever the sender dies.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from reprieve.arn import KeyArn
from reprieve.cases import Case, case_id, date_name
from reprieve.clock import rfc3339
from reprieve.decisions import Decision
from reprieve.errors import NotUnderstoodError
from reprieve.history import Entry, Event
from reprieve.notices import Notice
from reprieve.ports import Document, MessageQueue, Table
from reprieve.wire import from_json, to_json

KEPT_IN_LIST: Final = timedelta(days=1)
KEY: Final = "key#"
AUDIT: Final = "audit#"
"""What the names of an entry of the audit trail begin with; the template filters the table's stream by it."""

_BOOKMARK: Final = "bookmark"
_OPEN: Final = "open"
_OUTBOX: Final = "outbox"
_CASE: Final = "case#"
_DECISION: Final = "decision#"
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """How far a log group has been read: minutes before `settled_until` are never read again.

    `no_event_told_at` is when people were last told of an alarm that no record explains.
    `copies_from` is set by a storm: what was delivered before it is not searched for copies again.
    """

    settled_until: datetime | None = None
    copies_from: datetime | None = None
    no_event_told_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What is on record of a case.

    Attributes:
        case: The case, where there is one.
        history: What happened to it, in order.
        decisions: How many decisions there were.
        decision: The latest of them, whatever came of it.
        rescue: The latest of them that was to bring the key back and may have been carried out.
        unreadable: How many items could not be understood, and were passed over.
    """

    case: Case | None = None
    history: tuple[Entry, ...] = ()
    decisions: int = 0
    decision: Decision | None = None
    rescue: Decision | None = None
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case's entry in the list of those that may have to be looked at again.

    `knows_who` is whether it is open, and says who scheduled the deletion.
    """

    key: KeyArn
    deletion_date: datetime | None = None
    wake_at: datetime | None = None
    knows_who: bool = False

    def is_due(self, now: datetime) -> bool:
        """Return whether the time has come."""
        return self.wake_at is not None and self.wake_at <= now


@dataclass(frozen=True, slots=True)
class Casebook:
    """The table, in this product's words. `kept` is how long a case is, and what happened to it."""

    table: Table
    kept: timedelta = timedelta(days=400)

    def bookmark(self, log_group: str) -> Bookmark:
        """Return how far a log group has been read."""
        found = self.table.get(_BOOKMARK, log_group)
        return replace(from_json(Bookmark, found.body), version=found.version) if found else Bookmark()

    def move_bookmark(self, log_group: str, bookmark: Bookmark) -> None:
        """Store how far a log group has been read.

        Raises:
            ConflictError: it has been moved since it was read.
        """
        self.table.put(_place(log_group, bookmark))

    def case(self, key: KeyArn, deletion_date: datetime | None) -> Case | None:
        """Return the case of one scheduled deletion of a key."""
        found = self.table.get(_key(key), _CASE + date_name(deletion_date))
        return _case(found) if found else None

    def cases(self, key: KeyArn) -> tuple[Case, ...]:
        """Return all cases of a key; the one with the latest date comes last, after one without."""
        found = [_case(document) for document in self.table.list(_key(key), _CASE)]
        return tuple(
            sorted(found, key=lambda case: (case.deletion_date is not None, case.deletion_date or 0))
        )

    def save(
        self, case: Case, *notices: Notice, wake_at: datetime | None, instead_of: Case | None = None
    ) -> None:
        """Store a case and the notices about it, all or none.

        Args:
            case: The case.
            notices: What people are to be told of it.
            wake_at: When to look at the case although nothing was read of it; None for never.
            instead_of: The case that this one goes on with, closed.

        Raises:
            ConflictError: somebody else has written the case since it was read.
        """
        ended = self._documents(instead_of, None) if instead_of else ()
        told = (self._happened(case.key.arn, _told(case, notice)) for notice in notices)
        self.table.put(*self._documents(case, wake_at), *ended, *map(_outgoing, notices), *told)

    def awake(self, now: datetime) -> tuple[Case, ...]:
        """Return the cases that are to be looked at although nothing was read of them."""
        found = (self.case(entry.key, entry.deletion_date) for entry in self._waiting() if entry.is_due(now))
        return tuple(case for case in found if case)

    def explained(self) -> frozenset[KeyArn]:
        """Return the keys whose open cases say who scheduled the deletion."""
        return frozenset(entry.key for entry in self._waiting() if entry.knows_who)

    def _waiting(self) -> Iterator[Waiting]:
        return (from_json(Waiting, document.body) for document in self.table.list(_OPEN))

    def file(self, key: KeyArn, deletion_date: datetime) -> CaseFile:
        """Return a case with what happened to it, in one request.

        What can't be understood is passed over: a person who wants to rescue a key is not kept from it.
        """
        name, about = date_name(deletion_date), case_id(key, deletion_date)
        found = {document.sort: document for document in self.table.list(_key(key))}
        case, decided = found.get(_CASE + name), found.get(_DECISION + name)
        ours = {sort: _readable(Entry, found[sort]) for sort in found if sort.startswith(AUDIT)}
        entries = {sort: entry for sort, entry in ours.items() if entry and entry.case_id == about}
        history = sorted(entries.values(), key=lambda entry: entry.place)
        latest = entries.get(str(decided.body.get("audit"))) if decided else None
        known = _readable(Case, case) if case else None
        return CaseFile(
            case=replace(known, version=case.version) if known and case else None,
            history=tuple(history),
            decisions=decided.version if decided else 0,
            decision=latest.decision if latest else None,
            rescue=next((entry.rescue for entry in reversed(history) if entry.rescue), None),
            unreadable=list(ours.values()).count(None) + (case is not None and known is None),
        )

    def decide(self, key: KeyArn, deletion_date: datetime, entry: Entry, after: int) -> None:
        """Store a decision, before anything is done about it, as the one that follows `after` others.

        Raises:
            ConflictError: it does not: somebody else has decided since.
        """
        decided = Document(
            partition=_key(key),
            sort=_DECISION + date_name(deletion_date),
            body={"audit": _sort(entry)},
            version=after,
            expires_at=entry.at + self.kept,
        )
        self.table.put(decided, self._happened(key, entry))

    def conclude(self, key: KeyArn, entry: Entry) -> None:
        """Store what came of a decision, in the place of its entry."""
        self.table.put(replace(self._happened(key, entry), version=1))

    def note(self, key: KeyArn, entry: Entry) -> None:
        """Store what happened to a case."""
        self.table.put(self._happened(key, entry))

    def audit(self, key: KeyArn) -> tuple[Entry, ...]:
        """Return what happened to a key's cases, in order."""
        return tuple(from_json(Entry, found.body) for found in self.table.list(_key(key), AUDIT))

    def post(self, log_group: str, bookmark: Bookmark, notice: Notice) -> None:
        """Decide a notice that belongs to no case, and store in the bookmark that people are told.

        Raises:
            ConflictError: the bookmark has been written since it was read.
        """
        self.table.put(_place(log_group, bookmark), _outgoing(notice))

    def outbox(self) -> tuple[Notice, ...]:
        """Return the notices that are decided, and not known to be in the queue."""
        return tuple(from_json(Notice, document.body) for document in self.table.list(_OUTBOX))

    def send(self, queue: MessageQueue, channels: Sequence[str], notices: Iterable[Notice]) -> None:
        """Put decided notices into the queue, one message for each channel.

        A sender that dies in between leaves a notice in the outbox: it is sent again, under the same id.
        """
        outgoing = [_outgoing(notice) for notice in notices]
        queue.send([envelope(channel, document.body) for document in outgoing for channel in channels])
        for document in outgoing:
            self.table.delete(document)

    def _documents(self, case: Case, wake_at: datetime | None) -> tuple[Document, Document]:
        """Return a case and its entry in the list of the open ones, which are always written together."""
        expires_at = (case.deletion_date or case.read_until) + self.kept
        waiting = Waiting(
            key=case.key.arn,
            deletion_date=case.deletion_date,
            wake_at=wake_at,
            knows_who=case.scheduled_by is not None and case.closure is None,
        )
        return (
            Document(
                partition=_key(case.key.arn),
                sort=_CASE + date_name(case.deletion_date),
                body=to_json(case),
                version=case.version,
                expires_at=expires_at,
            ),
            Document(
                partition=_OPEN,
                sort=case.id,
                body=to_json(waiting),
                version=case.version,
                expires_at=expires_at if case.closure is None else case.closure.at + KEPT_IN_LIST,
            ),
        )

    def _happened(self, key: KeyArn, entry: Entry) -> Document:
        return Document(
            partition=_key(key), sort=_sort(entry), body=to_json(entry), expires_at=entry.at + self.kept
        )


def recorded(document: Document) -> tuple[KeyArn, Entry]:
    """Return what a document of the audit trail tells: of which key, and what happened.

    Raises:
        NotUnderstoodError: it is none that was written here.
    """
    return KeyArn.parse(document.partition.removeprefix(KEY)), from_json(Entry, document.body)


def envelope(channel: str, notice: Mapping[str, Any]) -> str:
    """Return the queue's message: one notice for one channel."""
    return json.dumps({"channel": channel, "notice": notice}, ensure_ascii=False, separators=(",", ":"))


def _place(log_group: str, bookmark: Bookmark) -> Document:
    return Document(partition=_BOOKMARK, sort=log_group, body=to_json(bookmark), version=bookmark.version)


def _outgoing(notice: Notice) -> Document:
    return Document(partition=_OUTBOX, sort=notice.id, body=to_json(notice))


def _told(case: Case, notice: Notice) -> Entry:
    return Entry(id=notice.id, at=notice.at, case_id=case.id, event=Event.NOTICE, reason=notice.reason)


def _readable(kind: type[_Kept], found: Document) -> _Kept | None:
    try:
        return from_json(kind, found.body)
    except NotUnderstoodError:
        return None


def _sort(entry: Entry) -> str:
    return f"{AUDIT}{rfc3339(entry.at)}#{entry.id}"


def _case(found: Document) -> Case:
    return replace(from_json(Case, found.body), version=found.version)


def _key(arn: KeyArn) -> str:
    return f"{KEY}{arn}"
