"""What the use cases need of the world, in the world's own terms: no word here of cases or notices.

Adapters fill these ports from AWS, tests from memory; both pass the same contract tests.
Every call may raise the `AwsError` of its kind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from reprieve.arn import KeyArn


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a log group: CloudTrail's delivery time, and the record as JSON text."""

    timestamp: datetime
    message: str


class LogReader(Protocol):
    """The log group that CloudTrail delivers to."""

    def read(self, start: datetime, end: datetime, pattern: str) -> Iterator[LogLine]:
        """Stream the events from `start` up to, and without, `end` that match a filter pattern."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMetadata:
    """What kms:DescribeKey says of a key, in its words."""

    arn: KeyArn
    state: str
    description: str = ""
    deletion_date: datetime | None = None
    multi_region: str | None = None


class KeyDirectory(Protocol):
    """What can be read of a key, asked in the key's own Region."""

    def describe(self, key: KeyArn) -> KeyMetadata:
        """Return its state and description. `key` may be an alias."""
        ...

    def aliases(self, key: KeyArn) -> tuple[str, ...]:
        """Return its aliases, as `alias/…`."""
        ...

    def tags(self, key: KeyArn) -> Mapping[str, str]:
        """Return its tags."""
        ...


class KeyControl(Protocol):
    """The two calls that bring a key back, made in the key's own Region; each returns AWS' request id."""

    def cancel_deletion(self, key: KeyArn) -> str:
        """Cancel the scheduled deletion; the key is then `Disabled`."""
        ...

    def enable(self, key: KeyArn) -> str:
        """Enable the key."""
        ...


class LinkMinter(Protocol):
    """Makes the code that proves a link to be ours."""

    def generate_mac(self, message: bytes) -> bytes:
        """Return the 32 bytes of HMAC-SHA-256 over `message` under the stack's signing key."""
        ...


class LinkChecker(Protocol):
    """Checks a link's code. Nobody who checks can mint."""

    def verify_mac(self, message: bytes, mac: bytes) -> bool:
        """Return whether `mac` was made for `message` by the stack's signing key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One item of the stack's table.

    Attributes:
        partition: With `sort`, its name.
        sort: Items of one partition are listed in the order of this.
        body: What it holds, as JSON values.
        version: How often it has been written; 0 for one that has not been yet.
        expires_at: When it may be dropped.
    """

    partition: str
    sort: str
    body: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    expires_at: datetime | None = None


class Table(Protocol):
    """The stack's table, read with strong consistency."""

    def get(self, partition: str, sort: str) -> Document | None:
        """Return one document."""
        ...

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        """Return the documents of a partition whose sort keys begin with `prefix`, in order."""
        ...

    def put(self, *documents: Document) -> None:
        """Write them all or none, each in the place of the very version it holds.

        Raises:
            ConflictError: one of them has been written by somebody else since; nothing was written.
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


class Topic(Protocol):
    """An SNS topic that people are subscribed to."""

    def publish(self, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        """Publish a message; `attributes` are for subscriptions' filter policies."""
        ...


class Webhook(Protocol):
    """An address that takes a message over HTTPS."""

    def post(self, payload: Mapping[str, Any]) -> None:
        """Send `payload` as JSON.

        Raises:
            ChannelBusyError: it asks to be left alone for a while.
            ChannelError: it did not take the message.
        """
        ...


class Log(Protocol):
    """A structured log: a constant message, and keys."""

    def info(self, msg: object, **keys: object) -> None:
        """Note an outcome."""
        ...

    def warning(self, msg: object, **keys: object) -> None:
        """Note what somebody may want to mend."""
        ...

    def error(self, msg: object, **keys: object) -> None:
        """Note a failure."""
        ...
