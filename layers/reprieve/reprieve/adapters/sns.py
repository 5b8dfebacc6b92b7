"""The topic that people are subscribed to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class SnsTopic:
    """The `Topic` of AWS."""

    client: "SNSClient"
    arn: str

    def publish(self, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        """Call sns:Publish."""
        with call("sns:Publish"):
            self.client.publish(
                TopicArn=self.arn,
                **({"Subject": subject} if subject else {}),
                Message=message,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )
