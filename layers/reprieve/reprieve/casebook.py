"""The casebook: what the table holds, and where.

| partition           | sort                      | what                                                |
| ------------------- | ------------------------- | --------------------------------------------------- |
| `bookmark`          | the log group             | how far it has been read, for good                  |
| `key#ARN`           | `case#DATE`               | a case                                              |
| `key#ARN`           | `audit#TIME#ID`           | what somebody did on a case's page                  |
| `open`              | a case's id               | when to look at the case although nothing was read  |
| `outbox`            | a notice's id             | a notice that is decided, and not yet in the queue  |

A notice is written in one transaction with the case that it is about, and sent afterwards:
what has been decided is sent, whenever the sender dies.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.cases import Case, Decision, date_name
from reprieve.clock import rfc3339
from reprieve.notices import Notice
from reprieve.ports import Document, MessageQueue, Table
from reprieve.wire import from_json, to_json

KEPT_AFTER_DELETION: Final = timedelta(days=400)
KEPT_IN_LIST: Final = timedelta(days=1)
_BOOKMARK: Final = "bookmark"
_OPEN: Final = "open"
_OUTBOX: Final = "outbox"
_CASE: Final = "case#"
_AUDIT: Final = "audit#"


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
class AuditEntry:
    """What somebody did on a case's page: written before it is done, and again with what came of it."""

    id: str
    at: datetime
    case_id: str
    decision: Decision
    state_before: str
    outcome: str
    request_ids: tuple[str, ...] = ()


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
    """The table, in this product's words."""

    table: Table

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
        ended = _documents(instead_of, None) if instead_of else ()
        self.table.put(*_documents(case, wake_at), *ended, *(_outgoing(notice) for notice in notices))

    def awake(self, now: datetime) -> tuple[Case, ...]:
        """Return the cases that are to be looked at although nothing was read of them."""
        found = (self.case(entry.key, entry.deletion_date) for entry in self._waiting() if entry.is_due(now))
        return tuple(case for case in found if case)

    def explained(self) -> frozenset[KeyArn]:
        """Return the keys whose open cases say who scheduled the deletion."""
        return frozenset(entry.key for entry in self._waiting() if entry.knows_who)

    def _waiting(self) -> Iterator[Waiting]:
        return (from_json(Waiting, document.body) for document in self.table.list(_OPEN))

    def note(self, key: KeyArn, entry: AuditEntry) -> None:
        """Store what somebody does on a case's page."""
        sort = f"{_AUDIT}{rfc3339(entry.at)}#{entry.id}"
        found = self.table.get(_key(key), sort)
        document = Document(
            partition=_key(key),
            sort=sort,
            body=to_json(entry),
            version=found.version if found else 0,
            expires_at=entry.at + KEPT_AFTER_DELETION,
        )
        self.table.put(document)

    def audit(self, key: KeyArn) -> tuple[AuditEntry, ...]:
        """Return what was done on the pages of a key's cases, in order."""
        return tuple(from_json(AuditEntry, found.body) for found in self.table.list(_key(key), _AUDIT))

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


def envelope(channel: str, notice: Mapping[str, Any]) -> str:
    """Return the queue's message: one notice for one channel."""
    return json.dumps({"channel": channel, "notice": notice}, ensure_ascii=False, separators=(",", ":"))


def _documents(case: Case, wake_at: datetime | None) -> tuple[Document, Document]:
    """Return a case and its entry in the list of the open ones, which are always written together."""
    expires_at = (case.deletion_date or case.read_until) + KEPT_AFTER_DELETION
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


def _place(log_group: str, bookmark: Bookmark) -> Document:
    return Document(partition=_BOOKMARK, sort=log_group, body=to_json(bookmark), version=bookmark.version)


def _outgoing(notice: Notice) -> Document:
    return Document(partition=_OUTBOX, sort=notice.id, body=to_json(notice))


def _case(found: Document) -> Case:
    return replace(from_json(Case, found.body), version=found.version)


def _key(arn: KeyArn) -> str:
    return f"key#{arn}"
