"""CloudTrail records as JSON values, made from nothing but the documentation.

Source: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element";
KMS developer guide, "Logging AWS KMS API calls with AWS CloudTrail".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import gmtime, strftime
from typing import Any, Final

Record = dict[str, Any]

CONTEXT: Final = {"aws:s3:arn": "arn:aws:s3:::orders"}
MANAGEMENT: Final = ("TagResource", "EnableKey", "DisableKey", "ScheduleKeyDeletion", "UpdateKeyDescription")
USES: Final = ("Decrypt", "GenerateDataKey", "Sign", "CreateGrant")


CONTEXT_BYTES: Final = 8192
SCRIPTS: Final = ("x", "\u9375", "\u202e\u0635", "\U0001f511", "<b>&amp;", '\\"\\u0000', "\n\r\t")
_ARNS: Final = {
    "aws:s3:arn": "arn:aws:s3:::bucket/{}",
    "SecretARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:{}",
    "PARAMETER_ARN": "arn:aws:ssm:eu-west-1:111122223333:parameter/{}",
    "aws:lambda:FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:{}",
    "aws:sqs:arn": "arn:aws:sqs:eu-west-1:111122223333:{}",
    "aws:sns:topicArn": "arn:aws:sns:eu-west-1:111122223333:{}",
    "aws:kinesis:arn": "arn:aws:kinesis:eu-west-1:111122223333:stream/{}",
    "aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:{}",
}


def largest_context(number: int, script: str) -> dict[str, str]:
    """Return an encryption context as large as KMS takes it, in any script, that names as much as it can."""
    if number % 2:
        return {
            "aws:s3:arn": f"arn:aws:s3:::bucket/{number}-{script * (CONTEXT_BYTES // len(script.encode()))}"
        }
    room = CONTEXT_BYTES // len(_ARNS) - 100
    filling = (script * room)[: room // len(script.encode()) * len(script)]
    return {name: arn.format(f"{number}-{filling}") for name, arn in _ARNS.items()}


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever calls KMS. Every session of a role is the same principal; `name` is what people must hear."""

    name: str
    kind: str = "AssumedRole"
    account: str = "111122223333"

    def identity(self, session: str = "app") -> Record:
        """Return the `userIdentity` of one session."""
        if self.kind == "IAMUser":
            return {
                "type": "IAMUser",
                "principalId": f"AIDA{self.name.upper()}",
                "arn": f"arn:aws:iam::{self.account}:user/{self.name}",
                "accountId": self.account,
                "userName": self.name,
            }
        return {
            "type": "AssumedRole",
            "principalId": f"AROA{self.name.upper()}:{session}",
            "arn": f"arn:aws:sts::{self.account}:assumed-role/{self.name}/{session}",
            "accountId": self.account,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROA{self.name.upper()}",
                    "arn": f"arn:aws:iam::{self.account}:role/{self.name}",
                    "accountId": self.account,
                    "userName": self.name,
                }
            },
        }


def moment(at: float) -> str:
    """Return a time as CloudTrail writes it."""
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(at))


def record(
    number: int,
    operation: str,
    key: str,
    identity: Record,
    at: float,
    *,
    message: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    agent: str = "Boto3/1.44.5",
) -> Record:
    """Return the record of one call of KMS that names its key."""
    region, account = key.split(":")[3:5]
    made: Record = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": moment(at),
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": agent,
    }
    if message is not None:
        made["errorCode"] = "KMSInvalidStateException"
        made["errorMessage"] = message
    return made | {
        "requestParameters": dict(parameters) if parameters is not None else {"keyId": key},
        "responseElements": None,
        "requestID": f"{number:08x}-0000-4000-8000-000000000000",
        "eventID": f"{number:08x}-1111-4111-8111-111111111111",
        "resources": [{"accountId": account, "type": "AWS::KMS::Key", "ARN": key}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def of_scheduling(number: int, key: str, identity: Record, at: float, days: int) -> Record:
    """Return the record of a deletion that was scheduled."""
    return record(
        number,
        "ScheduleKeyDeletion",
        key,
        identity,
        at,
        parameters={"keyId": key, "pendingWindowInDays": days},
    )


def of_deletion(number: int, key: str, at: float) -> Record:
    """Return the record that KMS itself writes when a key is gone."""
    made = record(number, "DeleteKey", key, {"invokedBy": "AWS Internal"}, at)
    return made | {"requestParameters": None, "eventType": "AwsServiceEvent", "userAgent": "AWS Internal"}
