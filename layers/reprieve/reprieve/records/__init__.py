"""CloudTrail records: what a line of the log group, or of a trail's file, means here.

The filter pattern narrows, this module decides. No line is refused with an error:
one that is not for us is passed over, and says why, so that it can be counted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from reprieve import callers, resources
from reprieve.arn import KeyArn
from reprieve.clock import parse
from reprieve.fields import ARN_LIMIT, mapping, objects, text
from reprieve.records.key_use import Change, KeyChange, KeyUse, Passed, Scheduling, Unnamed

EVENT_SOURCE: Final = "kms.amazonaws.com"

# The text, never the error code: AWS documents KMSInvalidStateException and DisabledException for it.
# Source: KMS developer guide, "Key states of KMS keys", notes 2 and 3.
_REFUSED: Final = re.compile(r"\bis pending (?:replica )?deletion\b")

READ_PATTERN: Final = (
    f'{{ ($.eventSource = "{EVENT_SOURCE}")'
    ' && (($.errorMessage = "* is pending deletion.") || ($.errorMessage = "* is pending replica deletion.")'
    ' || ($.eventName = "ScheduleKeyDeletion") || ($.eventName = "CancelKeyDeletion")'
    ' || ($.eventName = "EnableKey") || ($.eventName = "DeleteKey")) }'
)
"""The CloudWatch Logs filter pattern of the records that are read: wider than the metric filter's,
for it also finds who scheduled a deletion, who cancelled it, and that a key was deleted."""

# KMS refuses these with the same text although they do not use the key. Source: as above.
MANAGEMENT_CALLS: Final = frozenset({
    "CancelKeyDeletion", "CreateAlias", "DeleteAlias", "DeleteImportedKeyMaterial", "DisableKey",
    "DisableKeyRotation", "EnableKey", "EnableKeyRotation", "GetParametersForImport", "ImportKeyMaterial",
    "PutKeyPolicy", "ReplicateKey", "RotateKeyOnDemand", "ScheduleKeyDeletion", "TagResource",
    "UntagResource", "UpdateAlias", "UpdateKeyDescription", "UpdatePrimaryRegion",
})  # fmt: skip

DEFAULT_WAITING_DAYS: Final = 30  # KMS API reference, ScheduleKeyDeletion, PendingWindowInDays
_WAITING_DAYS: Final = range(7, 31)

Reading = KeyUse | Scheduling | KeyChange | Unnamed | Passed


def read_line(line: str, delivered_at: datetime) -> Reading:
    """Return what one line of the log group means.

    Args:
        line: The log event's message: one CloudTrail record as JSON.
        delivered_at: The log event's own timestamp, which for CloudTrail is the time of delivery.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Passed.NOT_JSON
    return read(record, delivered_at)


def read(record: object, delivered_at: datetime) -> Reading:
    """Return what one CloudTrail record means; it may be any JSON value."""
    if not isinstance(record, dict) or "eventSource" not in record:
        return Passed.NOT_A_RECORD
    if record["eventSource"] != EVENT_SOURCE:
        return Passed.NOT_KMS
    message = text(record, "errorMessage", limit=ARN_LIMIT)
    if _REFUSED.search(message):
        return _refused(record, message, delivered_at)
    if record.get("errorCode"):
        return Passed.OTHER_EVENT
    if record.get("eventName") == "ScheduleKeyDeletion":
        return _scheduling(record, delivered_at)
    return _change(record, delivered_at)


def _refused(record: Mapping[str, Any], message: str, delivered_at: datetime) -> KeyUse | Unnamed:
    key = KeyArn.find(message) or _key_of(record)
    event_id = text(record, "eventID")
    operation = text(record, "eventName") or "an unnamed operation"
    caller = callers.read(record, key)
    if not key:
        return Unnamed(event_id=event_id, operation=operation, caller=caller)
    return KeyUse(
        key=key,
        event_id=event_id,
        request=text(record, "sharedEventID") or event_id,
        at=_event_time(record, delivered_at),
        delivered_at=delivered_at,
        operation=operation,
        is_use=operation not in MANAGEMENT_CALLS,
        caller=caller,
        source_ip=text(record, "sourceIPAddress"),
        user_agent=text(record, "userAgent"),
        resources=resources.read(mapping(record, "requestParameters"), key),
    )


def _scheduling(record: Mapping[str, Any], delivered_at: datetime) -> Scheduling | Passed:
    key = _key_of(record)
    days = mapping(record, "requestParameters").get("pendingWindowInDays")
    if not key:
        return Passed.NOT_A_RECORD
    return Scheduling(
        key=key,
        caller=callers.read(record, key),
        at=_event_time(record, delivered_at),
        waiting_period=timedelta(
            days=days if isinstance(days, int) and days in _WAITING_DAYS else DEFAULT_WAITING_DAYS
        ),
    )


def _change(record: Mapping[str, Any], delivered_at: datetime) -> KeyChange | Passed:
    key = _key_of(record)
    try:
        change = Change(text(record, "eventName"))
    except ValueError:
        return Passed.OTHER_EVENT
    if not key:
        return Passed.NOT_A_RECORD
    caller = callers.read(record, key)
    return KeyChange(key=key, change=change, caller=caller, at=_event_time(record, delivered_at))


def _key_of(record: Mapping[str, Any]) -> KeyArn | None:
    """Return the one key that the record names beside its message; None where it leaves a choice."""
    named = set(_keys_in(record))
    if len(named) == 1:
        return named.pop()
    key_id = text(record, "requestParameters", "keyId", limit=ARN_LIMIT)
    region = text(record, "awsRegion")
    return KeyArn.of_key_id(key_id, region, text(record, "recipientAccountId")) if key_id else None


def _keys_in(record: Mapping[str, Any]) -> Iterator[KeyArn]:
    for resource in objects(record, "resources"):
        found = KeyArn.find(text(resource, "ARN", limit=ARN_LIMIT))
        if found and not found.is_alias:
            yield found


def _event_time(record: Mapping[str, Any], delivered_at: datetime) -> datetime:
    """Return `eventTime`; one that can't be read is replaced by the nearest that is known."""
    try:
        return parse(text(record, "eventTime"))
    except ValueError:
        return delivered_at


__all__ = [
    "DEFAULT_WAITING_DAYS",
    "EVENT_SOURCE",
    "MANAGEMENT_CALLS",
    "READ_PATTERN",
    "Change",
    "KeyChange",
    "KeyUse",
    "Passed",
    "Reading",
    "Scheduling",
    "Unnamed",
    "read",
    "read_line",
]
