"""What the use cases need of the world, in the world's own terms: no word here of cases or notices.

Adapters fill these ports from AWS, tests from memory; both pass the same contract tests.
Every call may raise the `AwsError` of its kind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from reprieve.arn import KeyArn


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a log group; of CloudTrail's, its delivery time and the record as JSON text."""

    timestamp: datetime
    message: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A part of what was asked for; `token` leads to the next one, and is "" on the last.

    A page without lines may be followed by one with lines: a page ends when its time is up.
    """

    lines: Sequence[LogLine] = ()
    token: str = ""


class LogReader(Protocol):
    """The log group that CloudTrail delivers to."""

    def read(self, start: datetime, end: datetime, pattern: str, token: str = "") -> Iterator[LogPage]:
        """Yield the events from `start` up to, and without, `end` that match a filter pattern, in order.

        Args:
            start: The first moment.
            end: The first moment that is not wanted.
            pattern: The filter pattern.
            token: Where to go on, from a page of the same question; "" is the beginning.
        """
        ...


class LogWriter(Protocol):
    """A log group of the stack's own."""

    def write(self, lines: Sequence[LogLine]) -> None:
        """Write lines in the order of their times. If an error is raised, some may have been written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMetadata:
    """What kms:DescribeKey says of a key, in its words.

    Attributes:
        arn: The key, also where an alias was asked for.
        state: Its state.
        description: What somebody wrote of it.
        deletion_date: When it is to be deleted; None for a primary that waits for its replicas.
        multi_region: `PRIMARY` or `REPLICA`, for a multi-Region key.
        primary: The primary of a multi-Region key.
        replicas: The replicas of a multi-Region key.
        spec: The kind of key, such as `SYMMETRIC_DEFAULT`.
        usage: What it is for, such as `ENCRYPT_DECRYPT`.
        origin: Where its material comes from, such as `AWS_KMS`.
        key_store: The id of the custom key store that holds it.
    """

    arn: KeyArn
    state: str
    description: str = ""
    deletion_date: datetime | None = None
    multi_region: str | None = None
    primary: KeyArn | None = None
    replicas: tuple[KeyArn, ...] = ()
    spec: str | None = None
    usage: str | None = None
    origin: str | None = None
    key_store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsage:
    """What kms:GetKeyLastUsage says: the last operation that KMS served, if any since it has kept track."""

    operation: str | None = None
    at: datetime | None = None
    tracked_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grants:
    """The principals that a key's grants name, each once; `more` if there are grants beyond those read."""

    grantees: tuple[str, ...] = ()
    more: bool = False


class KeyDirectory(Protocol):
    """What can be read of a key, asked in the key's own account and Region."""

    def describe(self, key: KeyArn) -> KeyMetadata:
        """Return its state and description. `key` may be an alias."""
        ...

    def aliases(self, key: KeyArn) -> tuple[str, ...]:
        """Return its aliases, as `alias/…`."""
        ...

    def tags(self, key: KeyArn) -> Mapping[str, str]:
        """Return its tags."""
        ...

    def last_usage(self, key: KeyArn) -> KeyUsage:
        """Return when it last served a request."""
        ...

    def grants(self, key: KeyArn) -> Grants:
        """Return whom its grants name: the first page of them."""
        ...

    def policy(self, key: KeyArn) -> str:
        """Return its key policy, as JSON text."""
        ...


class EventHistory(Protocol):
    """CloudTrail's event history, which every account has in every Region, for 90 days."""

    def schedulings(self, key: KeyArn, since: datetime) -> Iterator[str]:
        """Stream the records of ScheduleKeyDeletion in the key's account and Region, newest first."""
        ...


class AccountNames(Protocol):
    """What an organization calls its accounts."""

    def name(self, account: str) -> str:
        """Return the name of an account."""
        ...


class KeyControl(Protocol):
    """The two calls that bring a key back, made in its own account and Region; each returns AWS' request id.

    `by` is whoever decided, in a word: in another account, its CloudTrail names them.
    """

    def cancel_deletion(self, key: KeyArn, by: str = "") -> str:
        """Cancel the scheduled deletion; the key is then `Disabled`."""
        ...

    def enable(self, key: KeyArn, by: str = "") -> str:
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
class Tokens:
    """What a code was redeemed for.

    Attributes:
        claims: What the id token says.
        access_token: What opens the UserInfo endpoint.
    """

    claims: Mapping[str, object]
    access_token: str = field(repr=False)


class IdentityProvider(Protocol):
    """An OpenID provider, at which we are a registered client."""

    @property
    def issuer(self) -> str:
        """Its name: an address, as it stands in its id tokens."""
        ...

    @property
    def client_id(self) -> str:
        """Our name there."""
        ...

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser signs in; `verifier` is PKCE's, and only its hash is sent.

        Raises:
            ProviderError: it can't be found out.
        """
        ...

    def redeem(self, code: str, verifier: str) -> Tokens:
        """Return what a code is good for; the claims came over verified TLS, and are not checked yet.

        Raises:
            RefusedSignInError: the code is used up, expired or another's.
            ProviderError: no answer, or none that a provider gives.
            IdTokenError: what came is no token.
        """
        ...

    def user_info(self, access_token: str) -> Mapping[str, object]:
        """Return what else it tells of somebody, not checked either; nothing, where it has no such endpoint.

        Raises:
            ProviderError: no answer, or none that a provider gives.
        """
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingAlarm:
    """An alarm of CloudWatch that is in ALARM since `since`; `dimensions` are those of its metric."""

    name: str
    region: str
    description: str
    since: datetime
    dimensions: Mapping[str, str] = field(default_factory=dict)


class Alarms(Protocol):
    """The alarms that notify one topic."""

    def ringing(self) -> Sequence[RingingAlarm]:
        """Return those that are in ALARM now."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An e-mail subscription of a topic; it has an ARN as soon as the person has confirmed it."""

    address: str
    arn: str | None


class Subscriptions(Protocol):
    """The e-mail subscriptions of topics, as SNS keeps them. Each call may raise an `AwsError`."""

    def of(self, topic_arn: str) -> Iterator[Subscription]:
        """Yield those of a topic, pending ones included."""
        ...

    def add(self, topic_arn: str, address: str) -> None:
        """Subscribe an address; SNS asks it by mail to confirm."""
        ...

    def remove(self, arn: str) -> None:
        """Delete a confirmed subscription."""
        ...
