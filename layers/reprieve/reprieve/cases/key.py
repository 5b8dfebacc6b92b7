"""A key, in KMS' own words, and what could not be looked up."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass


class KeyState(StrEnum):
    """The key states that matter here; KMS has more, and every one is shown by its own name."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING_DELETION = "PendingDeletion"
    PENDING_REPLICA_DELETION = "PendingReplicaDeletion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A fact that could not be looked up, and why."""

    fact: str
    why: str

    def __str__(self) -> str:
        return f"{self.fact} ({self.why})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another key of a multi-Region key's family; `state` is None where it was not read."""

    arn: KeyArn
    role: str
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastUse:
    """The last operation that KMS served; without one there was none since `tracked_since`."""

    operation: str | None = None
    at: datetime | None = None
    tracked_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescuable:
    """Whether the key's policy lets the page cancel and enable, and why."""

    allowed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What people are told about a key, in KMS' own words; None for what could not be read or does not apply.

    Attributes:
        arn: Which key.
        account: Its account.
        region: Its Region.
        aliases: What people call it.
        description: What someone wrote about it.
        state: Its state.
        deletion_date: When it is to be deleted.
        multi_region: `PRIMARY` or `REPLICA`.
        tags: Its tags.
        owner: Who owns it, according to its tags.
        runbook: The https URL in its tag `Runbook`; anyone who may tag the key can write it.
        account_name: What the organization calls the account.
        spec: The kind of key, such as `SYMMETRIC_DEFAULT`.
        usage: What it is for, such as `ENCRYPT_DECRYPT`.
        origin: Where its material comes from, such as `AWS_KMS`.
        key_store: The id of the custom key store that holds it.
        relatives: The other keys of a multi-Region key.
        last_used: When it last served a request.
        grantees: Whom its grants name.
        rescuable: Whether the page can help, as far as the key's policy tells.
    """

    PENDING: ClassVar = frozenset({KeyState.PENDING_DELETION, KeyState.PENDING_REPLICA_DELETION})

    arn: KeyArn
    account: str
    region: str
    aliases: tuple[str, ...] = ()
    description: str = ""
    state: str | None = None
    deletion_date: datetime | None = None
    multi_region: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    runbook: str | None = None
    account_name: str | None = None
    spec: str | None = None
    usage: str | None = None
    origin: str | None = None
    key_store: str | None = None
    relatives: tuple[Relative, ...] | None = None
    last_used: LastUse | None = None
    grantees: tuple[str, ...] | None = None
    rescuable: Rescuable | None = None

    @classmethod
    def bare(cls, arn: KeyArn) -> "Key":
        """Return a key of which only the name is known."""
        return cls(arn=arn, account=arn.account, region=arn.region)

    @property
    def title(self) -> str:
        """What people call it: its first alias, else its id."""
        return self.aliases[0] if self.aliases else self.arn.key_id

    @property
    def is_pending(self) -> bool:
        """Whether KMS says that it is pending deletion."""
        return self.state in self.PENDING

    def worked_after(self, moment: datetime) -> datetime | None:
        """Return when it last served a request, if that was later: KMS is eventually consistent."""
        at = self.last_used.at if self.last_used else None
        return at if at and at > moment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsAnswer:
    """What KMS says about a key now.

    Attributes:
        state: The key's state; None where there is no answer.
        deletion_date: When the key is to be deleted, in KMS' words.
        is_absent: Whether KMS says that there is no such key.
        can_be_asked: Whether this stack may ask KMS about the key at all.
    """

    state: str | None = None
    deletion_date: datetime | None = None
    is_absent: bool = False
    can_be_asked: bool = True

    @property
    def is_pending(self) -> bool:
        """Whether KMS calls the key pending deletion."""
        return self.state in Key.PENDING

    @property
    def is_answer(self) -> bool:
        """Whether KMS answered."""
        return self.state is not None or self.is_absent
