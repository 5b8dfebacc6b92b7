"""A Lambda function, invoked without waiting for what it does."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """A function, by its name or ARN."""

    client: "LambdaClient"
    name: str

    def invoke_later(self, event: Mapping[str, Any]) -> None:
        """Call lambda:Invoke, which tries again where the function fails."""
        with call("lambda:InvokeFunction"):
            self.client.invoke(
                FunctionName=self.name, InvocationType="Event", Payload=json.dumps(event).encode()
            )
