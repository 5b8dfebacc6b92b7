"""CloudTrail records: what a line of the log group, or of a trail's file, means here.

The filter pattern narrows, this module decides. No line is refused with an error:
one that is not for us is passed over, and says why, so that it can be counted.

A record is believed as far as KMS writes it. KMS echoes what callers sent in the messages of other errors,
so that only a message which KMS composed from beginning to end says that a key refused a request.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from reprieve.arn import KEY_ARN_PATTERN, KeyArn
from reprieve.clock import MINUTE, parse
from reprieve.cloudtrail import callers, resources
from reprieve.cloudtrail.key_use import KeyChange, KeyEvent, KeyUse, Scheduling, Skipped, Unproven
from reprieve.untrusted import ARN_LIMIT, mapping, objects, text

EVENT_SOURCE: Final = "kms.amazonaws.com"

# KMS developer guide, "Key states of KMS keys", notes 2 and 3: `KEY_ARN is pending deletion (or pending
# replica deletion).`; real messages were seen without what is in parentheses.
# The error code is KMSInvalidStateException or DisabledException, by the operation.
_REFUSAL: Final = re.compile(
    rf"(?P<key>{KEY_ARN_PATTERN}) is pending (?:replica )?deletion(?: \(or pending replica deletion\))?\.?"
)
_LIKE_A_REFUSAL: Final = re.compile(r"\bis pending (?:replica )?deletion\b")

# What the codes of other refusals begin with. In CloudTrail a code may lack the word Exception.
# Source: KMS API reference, "Common Errors" and the errors of its operations.
_OTHER_REFUSALS: Final = (
    *("AccessDenied", "UnauthorizedOperation", "NotFound", "AlreadyExists", "Validation", "Invalid"),
    *("Malformed", "Throttling", "LimitExceeded", "UnsupportedOperation", "DryRun", "Dependency"),
    *("KMSInternal", "Incorrect"),
)

READ_PATTERN: Final = (
    f'{{ ($.eventSource = "{EVENT_SOURCE}")'
    ' && (($.errorMessage = "* is pending deletion.") || ($.errorMessage = "* is pending replica deletion.")'
    ' || ($.errorMessage = "* is pending deletion (or pending replica deletion).")'
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
_LONGEST_AGO: Final = timedelta(days=90)  # CloudTrail user guide: how long the event history goes back
_WAITING_DAYS: Final = range(7, 31)

ParsedRecord = KeyUse | Scheduling | KeyChange | Unproven | Skipped


def read_line(line: str, delivered_at: datetime) -> ParsedRecord:
    """Return what one line of the log group means.

    Args:
        line: The log event's message: one CloudTrail record as JSON.
        delivered_at: The log event's own timestamp, which for CloudTrail is the time of delivery.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Skipped.NOT_JSON
    return read(record, delivered_at)


def read(record: object, delivered_at: datetime) -> ParsedRecord:
    """Return what one CloudTrail record means; it may be any JSON value."""
    if not isinstance(record, dict) or "eventSource" not in record:
        return Skipped.NOT_A_RECORD
    if record["eventSource"] != EVENT_SOURCE:
        return Skipped.NOT_KMS
    message = text(record, "errorMessage", limit=ARN_LIMIT)
    if _LIKE_A_REFUSAL.search(message):
        return _refused(record, message, delivered_at)
    if record.get("errorCode"):
        return Skipped.OTHER_EVENT
    if record.get("eventName") == "ScheduleKeyDeletion":
        return _scheduling(record, delivered_at)
    return _change(record, delivered_at)


def _refused(record: Mapping[str, Any], message: str, delivered_at: datetime) -> KeyUse | Unproven:
    refusal = _REFUSAL.fullmatch(message)
    key = KeyArn.parse(refusal["key"]) if refusal else None
    event_id = text(record, "eventID")
    operation = text(record, "eventName") or "an unnamed operation"
    caller = callers.read(record, key)
    doubt = _doubt(record, key) if key else "its message is not the one that KMS writes for a refused key"
    if key is None or doubt:
        return Unproven(event_id=event_id, operation=operation, caller=caller, why=doubt)
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


def _doubt(record: Mapping[str, Any], key: KeyArn) -> str:
    """Return why KMS can't have written a record that has the right message; "" if it can."""
    if text(record, "awsRegion") != key.region:
        return "it is of another Region than the key"
    code = text(record, "errorCode")
    return f"its error code is {code}" if code.startswith(_OTHER_REFUSALS) else ""


def _scheduling(record: Mapping[str, Any], delivered_at: datetime) -> Scheduling | Skipped:
    key = _key_of(record)
    days = mapping(record, "requestParameters").get("pendingWindowInDays")
    if not key:
        return Skipped.NOT_A_RECORD
    return Scheduling(
        key=key,
        caller=callers.read(record, key),
        at=_event_time(record, delivered_at),
        waiting_period=timedelta(
            days=days if isinstance(days, int) and days in _WAITING_DAYS else DEFAULT_WAITING_DAYS
        ),
    )


def _change(record: Mapping[str, Any], delivered_at: datetime) -> KeyChange | Skipped:
    key = _key_of(record)
    try:
        change = KeyEvent(text(record, "eventName"))
    except ValueError:
        return Skipped.OTHER_EVENT
    if not key:
        return Skipped.NOT_A_RECORD
    caller = callers.read(record, key)
    return KeyChange(key=key, change=change, caller=caller, at=_event_time(record, delivered_at))


def _key_of(record: Mapping[str, Any]) -> KeyArn | None:
    """Return the one key that the record names beside its message; None where it leaves a choice."""
    named = set(_keys_in(record))
    if len(named) == 1:
        return named.pop()
    key_id = text(record, "requestParameters", "keyId", limit=ARN_LIMIT)
    region = text(record, "awsRegion")
    key = KeyArn.of_key_id(key_id, region, text(record, "recipientAccountId")) if key_id else None
    return None if key is None or key.is_alias else key


def _keys_in(record: Mapping[str, Any]) -> Iterator[KeyArn]:
    for resource in objects(record, "resources"):
        found = KeyArn.find(text(resource, "ARN", limit=ARN_LIMIT))
        if found and not found.is_alias:
            yield found


def _event_time(record: Mapping[str, Any], delivered_at: datetime) -> datetime:
    """Return `eventTime`; one that can't be read is replaced by the nearest that is known."""
    try:
        return believable(parse(text(record, "eventTime")), delivered_at)
    except ValueError:
        return delivered_at


def believable(at: datetime, delivered_at: datetime) -> datetime:
    """Return when something happened; that of its delivery, where a record claims what can't be.

    CloudTrail delivers within minutes, and what the event history holds is read long after.
    """
    return at if delivered_at - _LONGEST_AGO <= at <= delivered_at + MINUTE else delivered_at


__all__ = [
    "DEFAULT_WAITING_DAYS",
    "EVENT_SOURCE",
    "MANAGEMENT_CALLS",
    "READ_PATTERN",
    "ParsedRecord",
    "read",
    "read_line",
]
