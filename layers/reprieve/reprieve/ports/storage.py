"""The table, the queue, and what is done once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Final, Protocol

from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One item of the stack's table.

    Attributes:
        partition: With `sort`, its name.
        sort: Items of one partition are listed in the order of this.
        body: What it holds, as JSON values.
        version: How often it has been written; 0 for one that has not been yet.
        expires_at: When it may be dropped.
        is_guarded: Whether it is written only in the place of the very version that it holds.
    """

    partition: str
    sort: str
    body: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    expires_at: datetime | None = None
    is_guarded: bool = True


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """A document as it was written into the table, and when, as the table's stream tells it."""

    at: datetime
    document: Document


MOST_AT_ONCE: Final = 100
"""How many documents can be written together; source: DynamoDB API reference, TransactWriteItems."""


class Table(Protocol):
    """The stack's table, read with strong consistency."""

    def get(self, partition: str, sort: str) -> Document | None:
        """Return one document."""
        ...

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        """Return the documents of a partition whose sort keys begin with `prefix`, in order."""
        ...

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        """Write them all or none, each guarded one in the place of the very version it holds.

        Args:
            documents: What to write; with `gone`, `MOST_AT_ONCE` at the most.
            gone: What to remove together with that, whether it is still there or not.

        Raises:
            ConflictError: one of them has been written by someone else since; nothing was written.
        """
        ...

    def delete(self, document: Document) -> None:
        """Remove a document, if it is still there."""
        ...


class MessageQueue(Protocol):
    """The queue between the use cases that decide and the one that delivers."""

    def send(self, bodies: Sequence[str]) -> None:
        """Send each body as one message. If one is refused, an error is raised when all have been tried."""
        ...


class Once(Protocol):
    """Remembers what has been done, across invocations."""

    def do(self, key: str, act: Callable[[], None]) -> None:
        """Call `act`, unless it has been done under `key` before. If it fails, it has not been done.

        Raises:
            InProgressError: another invocation is at it.
        """
        ...
