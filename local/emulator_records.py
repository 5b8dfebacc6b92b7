"""CloudTrail's records of what is done with keys, in a log group and at once. The emulator's server runs it.

The emulator keeps no trail. Where a log group is named, each call of KMS that was refused for its key's
state, and each that changes that state, becomes a record there: of whichever account and Region, as the trail
of an organization delivers them. A record has the documented form of version 1.11 (CloudTrail user guide,
"CloudTrail record contents"); what was answered is copied letter by letter.
"""

import json
import os
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import cloudwatch_logs, kms, sts

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Awaitable[Answer]]
LOG_GROUP: Final = "KMS_REPRIEVE_RECORDS_IN"
"""The variable that names the log group; there are no records without it."""

STATES: Final = frozenset({"ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey", "DisableKey"})
READ_ONLY: Final = frozenset({"Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey", "Sign", "Verify"})
REFUSED: Final = re.compile(r"^(arn:[^:]+:kms:\S+) is pending (?:replica )?deletion")
OK: Final = 200


def with_records(handle: Handler, log_group: str) -> Handler:
    """What answers a request to KMS, and writes a record of it if it is about a key's deletion."""

    async def answered(method: str, path: str, headers: dict[str, str], body: bytes, query: object) -> Answer:
        answer = await handle(method, path, headers, body, query)
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if key := key_of(operation, json.loads(body or b"{}"), answer):
            write(log_group, record(operation, key, headers, json.loads(body), answer))
        return answer

    return answered


def key_of(operation: str, request: Mapping[str, Any], answer: Answer) -> str:
    """The ARN of the key that a record is to be about; "" if there is to be none."""
    told = json.loads(answer[2] or b"{}")
    if answer[0] != OK:
        refused = REFUSED.match(told.get("message") or told.get("Message") or "")
        return refused[1] if refused else ""
    found = kms._resolve_key(request["KeyId"]) if operation in STATES else None  # noqa: SLF001 - no public name
    return str(found["Arn"]) if found else ""


def record(
    operation: str, key: str, headers: dict[str, str], request: Mapping[str, Any], answer: Answer
) -> Mapping[str, Any]:
    """What CloudTrail writes of a request."""
    told = json.loads(answer[2] or b"{}")
    refusal = {
        "errorCode": str(told.get("__type", "")).rpartition("#")[2],
        "errorMessage": told.get("message") or told.get("Message"),
        "responseElements": None,
    }
    return {
        "eventVersion": "1.11",
        "userIdentity": identity(headers),
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": get_region(),
        "sourceIPAddress": "127.0.0.1",
        "userAgent": headers.get("user-agent", ""),
        "requestParameters": parameters(request),
        "eventID": str(uuid.uuid4()),
        "requestID": str(uuid.uuid4()),
        "readOnly": operation in READ_ONLY,
        "resources": [{"accountId": get_account_id(), "type": "AWS::KMS::Key", "ARN": key}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": get_account_id(),
        "eventCategory": "Management",
        **({"responseElements": elements(told)} if answer[0] == OK else refusal),
    }


def identity(headers: dict[str, str]) -> Mapping[str, Any]:
    """Who made a request."""
    caller: Any = sts._caller_identity(headers)  # noqa: SLF001 - it has no public name
    kind, arn, account = caller["principalType"], caller["userArn"], caller["accountId"]
    found = {
        "type": "IAMUser" if kind == "User" else kind,
        "principalId": caller["userId"],
        "arn": arn,
        "accountId": account,
        "accessKeyId": caller["accessKey"],
    }
    if kind != "AssumedRole":
        return found
    return {**found, "sessionContext": session(caller["accessKey"], arn, account)}


def session(access_key: str, arn: str, account: str) -> Mapping[str, Any]:
    """Which role it was that was assumed, and who the session says is behind it."""
    name = arn.split("/")[1]
    issuer = {
        "type": "Role",
        "arn": f"arn:aws:iam::{account}:role/{name}",
        "accountId": account,
        "userName": name,
    }
    source = (sts._sessions.get(access_key) or {}).get("SourceIdentity")  # noqa: SLF001 - as above
    return {"sessionIssuer": issuer, **({"sourceIdentity": source} if source else {})}


def parameters(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What CloudTrail keeps of a request: no text that was to be encrypted, nor any that was."""
    kept = {name: value for name, value in request.items() if name not in {"Plaintext", "CiphertextBlob"}}
    return {name[:1].lower() + name[1:]: value for name, value in kept.items()}


def elements(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What CloudTrail keeps of an answer: dates are in words in its records of KMS."""
    return {name[:1].lower() + name[1:]: in_words(name, value) for name, value in told.items()}


def in_words(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """A date as those records have it."""
    if not name.endswith("Date"):
        return value
    return datetime.fromtimestamp(float(value), UTC).strftime("%b %d, %Y, %I:%M:%S %p")


def write(log_group: str, found: Mapping[str, Any]) -> None:
    """Put a record into the log group of the account that the emulator is started with."""
    account, region = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["MINISTACK_REGION"]
    place = {"logGroupName": log_group, "logStreamName": f"{account}_CloudTrail_{region}"}
    with request_scope(account, region):
        cloudwatch_logs._create_log_stream(place)  # noqa: SLF001 - as above; it may be there
        event = {"timestamp": int(time.time() * 1000), "message": json.dumps(found)}
        cloudwatch_logs._put_log_events({**place, "logEvents": [event]})  # noqa: SLF001 - as above


def add_records() -> None:
    """Put it into the emulator, if a log group is named."""
    if log_group := os.environ.get(LOG_GROUP):
        kms.handle_request = with_records(kms.handle_request, log_group)
