"""Keys, what is known about them, and the signatures of links."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMetadata:
    """What kms:DescribeKey says about a key, in its words.

    Attributes:
        arn: The key, also where an alias was asked for.
        state: Its state.
        description: What someone wrote about it.
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

    `by` is who decided, in one word: in another account, CloudTrail there names them.
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
