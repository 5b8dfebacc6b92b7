"""What the table holds of cases, and where.

| partition           | sort                      | what                                                |
| ------------------- | ------------------------- | --------------------------------------------------- |
| `bookmark`          | the log group             | how far it has been read, for good                  |
| `key#ARN`           | `case#DATE`               | a case                                              |
| `key#ARN`           | `audit#TIME#ID`           | what happened to a case: `cases.audit_entry`        |
| `key#ARN`           | `decision#DATE`           | the latest decision about a case                    |
| `open`              | a case's id               | what KMS last said, and when to look at it again    |
| `outbox`            | a notice's id             | a notice that is decided, and not yet in the queue  |
| `notices`           | `sent`                    | how many were sent lately: `cases.outgoing`         |
| `session#HASH`      | `session`                 | someone who has signed in: `respond.sign_in`        |
| `test#ID`           |                           | a test notice: `cases.sample_store`                 |
| `thread#CASE`       | channel and recipient     | where a channel keeps a case: `cases.thread`        |

A notice is written in one transaction with the case that it is about, and sent afterwards:
what has been decided is sent, whenever the sender dies.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.bookmark import Bookmark
from reprieve.cases.case import Case, case_id
from reprieve.cases.decision import Decision
from reprieve.cases.envelope import envelopes, outbox_entry
from reprieve.cases.notice import Notice
from reprieve.cases.open_case import OpenCase
from reprieve.cases.readable import readable
from reprieve.cases.sample_store import TEST
from reprieve.cases.serialization import from_json, to_json
from reprieve.clock import rfc3339
from reprieve.dataclass import dataclass
from reprieve.ports import Document, MessageQueue, Table

KEPT_IN_LIST: Final = timedelta(days=1)
KEY: Final = "key#"
AUDIT: Final = "audit#"
"""What the names of an entry of the audit trail begin with; the template filters the table's stream by it."""

CASE: Final = "case#"
"""What the names of a key's cases begin with."""

_BOOKMARK: Final = "bookmark"
_OPEN: Final = "open"
_DECISION: Final = "decision#"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
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


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The table, as far as it is about cases. `retention` is how long a case and its history stay."""

    table: Table
    retention: timedelta = timedelta(days=400)

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

    def case(self, key: KeyArn, deletion_date: datetime) -> Case | None:
        """Return the case of one scheduled deletion of a key."""
        found = self.table.get(_key(key), CASE + rfc3339(deletion_date))
        return _case(found) if found else None

    def cases(self, key: KeyArn) -> tuple[Case, ...]:
        """Return all cases of a key, in the order in which they were opened."""
        found = [_case(document) for document in self.table.list(_key(key), CASE)]
        return tuple(sorted(found, key=lambda case: case.opened_at))

    def save(
        self,
        case: Case,
        *notices: Notice,
        wake_at: datetime | None,
        earlier: Sequence[Case] = (),
        in_digest: Collection[str] = (),
    ) -> None:
        """Store a case and the notices about it, all or none.

        Args:
            case: The case.
            notices: The notices about it.
            wake_at: When something is to be done about the case; None for never.
            earlier: Cases of the same key that end as this one begins.
            in_digest: The ids of those notices that are to go out in a digest.

        Raises:
            ConflictError: someone else has written one of the cases since it was read.
        """
        ended = (document for each in earlier for document in self._documents(each, None))
        told = (self._happened(case.key.arn, _told(case, notice)) for notice in notices)
        outgoing = (outbox_entry(notice, in_digest=notice.id in in_digest) for notice in notices)
        self.table.put(*self._documents(case, wake_at), *ended, *outgoing, *told)

    def open_cases(self) -> tuple[OpenCase, ...]:
        """Return the entries of all open cases, and of those that ended lately."""
        found = (readable(OpenCase, document) for document in self.table.list(_OPEN))
        return tuple(entry for entry in found if entry)

    def record(self, key: KeyArn, deletion_date: datetime) -> CaseRecord:
        """Return a case with what happened to it, in one request.

        What can't be understood is passed over: a person who wants to rescue a key is not kept from it.
        """
        name, about = rfc3339(deletion_date), case_id(key, deletion_date)
        found = {document.sort: document for document in self.table.list(_key(key))}
        case, decided = found.get(CASE + name), found.get(_DECISION + name)
        ours = {sort: readable(Entry, found[sort]) for sort in found if sort.startswith(AUDIT)}
        entries = {sort: entry for sort, entry in ours.items() if entry and entry.case_id == about}
        history = sorted(entries.values(), key=lambda entry: entry.place)
        latest = entries.get(str(decided.body.get("audit"))) if decided else None
        known = readable(Case, case) if case else None
        return CaseRecord(
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
            ConflictError: it does not: someone else has decided since.
        """
        decided = Document(
            partition=_key(key),
            sort=_DECISION + rfc3339(deletion_date),
            body={"audit": _sort(entry)},
            version=after,
            expires_at=entry.at + self.retention,
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
        self.table.put(_place(log_group, bookmark), outbox_entry(notice))

    def send(self, queue: MessageQueue, notices: Iterable[Notice]) -> None:
        """Put decided notices into the queue, one message for each.

        A sender that dies in between leaves a notice in the outbox: it is sent again, under the same id.
        """
        notices = tuple(notices)
        queue.send(envelopes(notices))
        for notice in notices:
            self.table.delete(outbox_entry(notice))

    def _documents(self, case: Case, wake_at: datetime | None) -> tuple[Document, Document]:
        """Return a case and its entry in the list of the open ones, which are always written together."""
        expires_at = (case.deletion_date or case.read_until) + self.retention
        closure, key = case.closure, case.key
        entry = OpenCase(
            key=key.arn,
            name=case.name,
            is_open=closure is None,
            is_sure=closure is None or closure.confirmed,
            state=None if case.unanswered_since else key.state,
            deletion_date=None if case.unanswered_since else key.deletion_date,
            wake_at=wake_at,
            knows_who=case.scheduled_by is not None and closure is None,
        )
        return (
            Document(
                partition=_key(key.arn),
                sort=CASE + case.name,
                body=to_json(case),
                version=case.version,
                expires_at=expires_at,
            ),
            # The case's own version guards both: this one may have expired long before.
            Document(
                partition=_OPEN,
                sort=case.id,
                body=to_json(entry),
                expires_at=expires_at if entry.is_reviewed or closure is None else closure.at + KEPT_IN_LIST,
                is_guarded=False,
            ),
        )

    def _happened(self, key: KeyArn, entry: Entry) -> Document:
        return Document(
            partition=_key(key), sort=_sort(entry), body=to_json(entry), expires_at=entry.at + self.retention
        )


def recorded(document: Document) -> tuple[KeyArn | None, Entry]:
    """Return what a document of the audit trail tells: of which key, and what happened.

    A test notice is about no key.

    Raises:
        NotUnderstoodError: it is none that was written here.
    """
    is_test = document.partition.startswith(TEST)
    key = None if is_test else KeyArn.parse(document.partition.removeprefix(KEY))
    return key, from_json(Entry, document.body)


def _place(log_group: str, bookmark: Bookmark) -> Document:
    return Document(partition=_BOOKMARK, sort=log_group, body=to_json(bookmark), version=bookmark.version)


def _told(case: Case, notice: Notice) -> Entry:
    return Entry(id=notice.id, at=notice.at, case_id=case.id, event=Event.NOTICE, reason=notice.reason)


def _sort(entry: Entry) -> str:
    return f"{AUDIT}{rfc3339(entry.at)}#{entry.id}"


def _case(found: Document) -> Case:
    return replace(from_json(Case, found.body), version=found.version)


def _key(arn: KeyArn) -> str:
    return f"{KEY}{arn}"
