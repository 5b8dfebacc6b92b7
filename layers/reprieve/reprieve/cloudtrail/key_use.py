"""What CloudTrail records tell this product."""

from datetime import datetime, timedelta
from enum import StrEnum

from reprieve.arn import KeyArn
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.resource import Resource
from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One KMS request that KMS refused because its key is pending deletion.

    Attributes:
        key: The key.
        event_id: CloudTrail's `eventID`.
        request: What the same request has in common with its other copies:
            `sharedEventID`, which two accounts' records share, else the `eventID`.
        at: When the request was made (`eventTime`).
        delivered_at: When CloudTrail delivered the record to the log group.
        operation: The KMS operation (`eventName`).
        is_use: Whether this is a use of the key, or a management call that met the same error.
        caller: Who made it.
        source_ip: From where: an address, or the name of an AWS service.
        user_agent: With what.
        resources: What it was about, where the encryption context tells.
    """

    key: KeyArn
    event_id: str
    request: str
    at: datetime
    delivered_at: datetime
    operation: str
    is_use: bool
    caller: Caller
    source_ip: str
    user_agent: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduling:
    """A key was scheduled for deletion, by `caller`, `at` a moment, with a waiting period."""

    key: KeyArn
    caller: Caller
    at: datetime
    waiting_period: timedelta

    @property
    def deletion_date(self) -> datetime:
        """When KMS deletes the key at the earliest: a case's own date within some seconds."""
        return self.at + self.waiting_period


class KeyEvent(StrEnum):
    """What moves or closes a case, by the name of the CloudTrail event."""

    CANCELLED = "CancelKeyDeletion"
    ENABLED = "EnableKey"
    DELETED = "DeleteKey"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """Someone cancelled a deletion, or enabled a key; or KMS deleted it."""

    key: KeyArn
    change: KeyEvent
    caller: Caller
    at: datetime


class Skipped(StrEnum):
    """Why a line of the log group is skipped."""

    NOT_JSON = "not-json"
    NOT_A_RECORD = "not-a-record"
    NOT_KMS = "not-kms"
    OTHER_EVENT = "other-event"
    TOO_MANY_KEYS = "too-many-keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """A record that speaks of a key which is pending deletion, and is not KMS' refusal of it: `why` says how.

    It is never a use: anyone who calls KMS can put such words into the message of another error.
    """

    event_id: str
    operation: str
    caller: Caller
    why: str
