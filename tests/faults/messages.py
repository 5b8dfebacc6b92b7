"""What is asked over HTTP, and the refusals that AWS' services answer with, each in its own words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from tests.faults.weather import Fault

_SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/([\w-]+)/([\w-]+)/aws4_request")
SIGNED_AS: Final = {"monitoring": "cloudwatch"}

_FUNCTION: Final = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Af"
BY_PATH: Final = {
    "/v2/email/outbound-emails": "SendEmail",
    f"/2015-03-31/functions/{_FUNCTION}/invocations": "Invoke",
}
"""The operations that a path names."""

Answer = tuple[int, Mapping[str, str], bytes]

# Each service's own words; what is not here is said in AWS' common ones.
THROTTLED: Final = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "lambda": (429, "TooManyRequestsException"),
    "organizations": (400, "TooManyRequestsException"),
    "ses": (429, "TooManyRequestsException"),
    "sns": (429, "Throttled"),
    "sqs": (400, "RequestThrottled"),
    "sts": (400, "Throttling"),
}
DENIED: Final = {"sns": (403, "AuthorizationError"), "sts": (403, "AccessDenied")}
BROKEN: Final = {
    "dynamodb": "InternalServerError",
    "kms": "KMSInternalException",
    "secretsmanager": "InternalServiceError",
    "logs": "ServiceUnavailableException",
}


@dataclass(frozen=True)
class Asked:
    """One HTTP request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def scope(self) -> tuple[str, str] | None:
        """Region and service of a request that is signed for AWS."""
        found = _SCOPE.search(self.headers.get("Authorization", ""))
        return (found[1], SIGNED_AS.get(found[2], found[2])) if found else None

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace")))

    @property
    def operation(self) -> str:
        if self.path in BY_PATH:
            return BY_PATH[self.path]
        target = self.headers.get("X-Amz-Target", "")
        return target.rpartition(".")[2] if target else self.form.get("Action", "")


def as_json(status: int, body: Mapping[str, Any]) -> Answer:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def refusal(asked: Asked, fault: Fault) -> Answer:
    """What a service says that is throttling, broken or denying."""
    if not asked.scope:
        return {
            Fault.THROTTLED: (429, {"Retry-After": "7"}, b"{}"),
            Fault.BROKEN: (500, {}, b"oops"),
            Fault.DENIED: (403, {}, b'{"error": "invalid_client"}'),
        }[fault]
    service = asked.scope[1]
    status, code = {
        Fault.THROTTLED: THROTTLED.get(service, (400, "ThrottlingException")),
        Fault.BROKEN: (500, BROKEN.get(service, "InternalFailure")),
        Fault.DENIED: DENIED.get(service, (400, "AccessDeniedException")),
    }[fault]
    message = f"User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized: {asked.operation}"
    if asked.path in BY_PATH:
        return status, {"X-Amzn-ErrorType": code}, json.dumps({"message": message}).encode()
    if "X-Amz-Target" in asked.headers:
        return as_json(status, {"__type": code, "message": message})
    return status, {"Content-Type": "text/xml"}, _xml(code, message)


def _xml(code: str, message: str) -> bytes:
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
    ).encode()
