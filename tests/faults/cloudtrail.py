"""Records as CloudTrail would write them now, made of recorded ones."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from reprieve.arn import KeyArn
from tests.recorded import record


def changed(key: KeyArn, name: str) -> dict[str, Any]:
    """The record of something that was done with a key."""
    return {
        **of_now(record("cancel-key-deletion"), key),
        "eventName": name,
        "requestParameters": {"keyId": str(key)},
        "responseElements": {"keyId": str(key)},
    }


def of_now(told: dict[str, Any], key: KeyArn) -> dict[str, Any]:
    """A recorded record as though it were of this moment, and of another key."""
    return {
        **told,
        "eventID": str(uuid4()),
        "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "recipientAccountId": key.account,
        "resources": [{"accountId": key.account, "type": "AWS::KMS::Key", "ARN": str(key)}],
    }


def refused(key: KeyArn, name: str = "decrypt-by-iam-user") -> dict[str, Any]:
    """The record of a use that KMS refused."""
    return {**of_now(record(name), key), "errorMessage": f"{key} is pending deletion."}


def scheduled(key: KeyArn, deletion_date: datetime) -> dict[str, Any]:
    """The record of the scheduling, seven days before, as the event history has it."""
    return {
        **of_now(record("schedule-key-deletion"), key),
        "eventTime": f"{deletion_date - timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
        "requestParameters": {"keyId": str(key), "pendingWindowInDays": 7},
    }
