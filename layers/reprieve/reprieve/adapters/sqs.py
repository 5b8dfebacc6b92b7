"""The stack's queue."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from reprieve.adapters.aws import call
from reprieve.adapters.batches import batches
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH: Final = 10  # SQS API reference, SendMessageBatch
_BATCH_BYTES: Final = 250_000  # of 256 KiB, SQS' limit for a batch until it was raised in 2025
_LONGEST_PAUSE: Final = 43_200  # SQS API reference, ChangeMessageVisibility: 12 hours


@dataclass(frozen=True, slots=True)
class SqsQueue:
    """The `MessageQueue` of AWS."""

    client: "SQSClient"
    url: str

    def send(self, bodies: Sequence[str]) -> None:
        """Call sqs:SendMessageBatch."""
        cut = batches(bodies, _length, at_most=_BATCH, room=_BATCH_BYTES)
        refused = [code for batch in cut for code in self._send(batch)]
        if refused:
            raise AwsError("sqs:SendMessage", refused[0], f"{len(refused)} messages were not accepted")

    def postpone(self, receipt: str, seconds: int) -> None:
        """Call sqs:ChangeMessageVisibility: a received message comes again after that many seconds."""
        with call("sqs:ChangeMessageVisibility"):
            self.client.change_message_visibility(
                QueueUrl=self.url,
                ReceiptHandle=receipt,
                VisibilityTimeout=min(max(seconds, 0), _LONGEST_PAUSE),
            )

    def _send(self, batch: Sequence[str]) -> list[str]:
        with call("sqs:SendMessage"):
            answer = self.client.send_message_batch(
                QueueUrl=self.url,
                Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)],
            )
        return [failed["Code"] for failed in answer.get("Failed", [])]


def _length(body: str) -> int:
    return len(body.encode())
