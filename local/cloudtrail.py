"""CloudTrail's part: a record of a call that was really made, in the log group that the stack reads.

The emulator keeps no trail. A record has the documented form of version 1.11; what a call answered or how it
was refused is copied from the real answer, letter by letter.
"""

import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.application import Role
from local.emulator import Emulator
from local.plans import Plan
from local.session import USER_AGENT

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef

Record = dict[str, Any]
TRAIL = "local-trail"
READ_ONLY = frozenset({"Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey"})


def refused(error: ClientError, *, by: Role, key_arn: str, parameters: Mapping[str, Any]) -> Record:
    """The record of a call that KMS refused."""
    told = error.response["Error"]
    return record(error.operation_name, by=by, key_arn=key_arn, parameters=parameters) | {
        "errorCode": told["Code"],
        "errorMessage": told["Message"],
        "responseElements": None,
        "requestID": error.response["ResponseMetadata"].get("RequestId", str(uuid.uuid4())),
    }


def succeeded(
    event_name: str, answer: Mapping[str, Any], *, by: Role, key_arn: str, parameters: Mapping[str, Any]
) -> Record:
    """The record of a call that succeeded; `answer` is boto3's."""
    elements = {lower_first(key): plain(value) for key, value in answer.items() if key != "ResponseMetadata"}
    return record(event_name, by=by, key_arn=key_arn, parameters=parameters) | {
        "responseElements": elements,
        "requestID": answer["ResponseMetadata"]["RequestId"],
    }


def record(event_name: str, *, by: Role, key_arn: str, parameters: Mapping[str, Any]) -> Record:
    """What every record of a call to KMS says."""
    return {
        "eventVersion": "1.11",
        "userIdentity": by.identity,
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "kms.amazonaws.com",
        "eventName": event_name,
        "awsRegion": by.emulator.region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": USER_AGENT,
        "requestParameters": dict(parameters),
        "eventID": str(uuid.uuid4()),
        "readOnly": event_name in READ_ONLY,
        "resources": [{"accountId": by.emulator.account, "type": "AWS::KMS::Key", "ARN": key_arn}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": by.emulator.account,
        "eventCategory": "Management",
    }


def behind(record: Record, plan: Plan) -> Record:
    """A record with what AWS adds of its caller: their workload, and the service that asks for them."""
    scope = {"inScopeOf": dict(plan.scope)} if plan.scope else {}
    service = {"invokedBy": plan.via} if plan.via else {}
    host = {"sourceIPAddress": plan.via, "userAgent": plan.via} if plan.via else {}
    return record | host | {"userIdentity": record["userIdentity"] | scope | service}


def plain(value: object) -> object:
    """A value of an answer as CloudTrail writes it: dates in words, as its KMS records do."""
    return value.strftime("%b %d, %Y, %I:%M:%S %p") if isinstance(value, datetime) else value


def lower_first(name: str) -> str:
    """`KeyId` as CloudTrail spells it: `keyId`."""
    return name[:1].lower() + name[1:]


def make_trail(emulator: Emulator, log_group: str) -> None:
    """Make the trail that delivers to a log group: the emulator lists it, `deliver` does its work."""
    client = emulator.session().client("cloudtrail", endpoint_url=emulator.endpoint)
    client.create_trail(
        Name=TRAIL,
        S3BucketName=TRAIL,
        IsMultiRegionTrail=True,
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{emulator.region}:{emulator.account}:log-group:{log_group}:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{emulator.account}:role/{TRAIL}",
    )
    client.start_logging(Name=TRAIL)


def deliver(emulator: Emulator, log_group: str, records: list[Record]) -> None:
    """Put records into the log group, as a trail does: a line each, at the time of delivery.

    The trail may be that of an organization, so that the records are of whichever account and Region.
    """
    logs = emulator.session().client("logs", endpoint_url=emulator.endpoint)
    stream = f"{emulator.account}_CloudTrail_{emulator.region}"
    names = [
        found["logStreamName"] for found in logs.describe_log_streams(logGroupName=log_group)["logStreams"]
    ]
    if stream not in names:
        logs.create_log_stream(logGroupName=log_group, logStreamName=stream)
    now = int(time.time() * 1000)
    events: list[InputLogEventTypeDef] = [
        {"timestamp": now, "message": json.dumps(record)} for record in records
    ]
    logs.put_log_events(logGroupName=log_group, logStreamName=stream, logEvents=events)
