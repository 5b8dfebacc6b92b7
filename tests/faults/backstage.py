"""The way into the cloud for whoever sets a scene: no client of botocore's, no connection and no weather."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tests.faults.cloud import OK, REGION, Cloud
from tests.faults.messages import Asked

TARGETS: Final = {
    "dynamodb": "DynamoDB_20120810",
    "kms": "TrentService",
    "logs": "Logs_20140328",
    "secretsmanager": "secretsmanager",
    "sqs": "AmazonSQS",
}
"""The services that are asked in JSON, by what stands before the operation. Source: botocore's models."""


@dataclass(frozen=True)
class Backstage:
    """One service, asked by boto3's names of its operations and parameters.

    What comes back is what the wire holds: times in seconds, bytes in Base64.
    """

    cloud: Cloud
    service: str
    access_key: str = "testing"

    def __getattr__(self, name: str) -> Callable[..., Mapping[str, Any]]:
        """Return what asks for an operation, such as `create_key`."""
        return partial(self._ask, "".join(map(str.capitalize, name.split("_"))))

    def _ask(self, operation: str, **parameters: object) -> Mapping[str, Any]:
        scope = f"{self.access_key}/20261122/{REGION}/{self.service}/aws4_request"
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"{TARGETS[self.service]}.{operation}",
        }
        status, _, body = self.cloud.answer(Asked("POST", "/", headers, json.dumps(parameters).encode()))
        assert status == OK, f"{self.service}:{operation}: {body.decode()}"
        answer: Mapping[str, Any] = json.loads(body or b"{}")
        return answer
