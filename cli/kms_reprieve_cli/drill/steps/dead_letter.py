"""A message that deliver does not understand ends in the dead-letter queue, and its alarm fires."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect

ID: Final = "dead-letter"
WHAT: Final = (
    "A failing message ends in the dead-letter queue, and its alarm goes to every channel (80 minutes)."
)
CHANGES: Final = (
    "It puts an invalid message into the stack's delivery queue. Every channel gets stack-unhealthy."
)
USUAL: Final = False
NEEDS: Final = ("cloudwatch:DescribeAlarms", "sqs:DeleteMessage", "sqs:ReceiveMessage", "sqs:SendMessage")

BODY: Final = '{"kms-reprieve": "drill"}'
_PATIENCE: Final = 100 * 60


def run(drill: Drill) -> Iterator[Finding]:
    """Send it, wait until it is given up, and take it away."""
    queue = drill.stack.output("DeliveryDeadLetterQueueUrl")
    drill.cloud.ask("sqs", "SendMessage", QueueUrl=drill.stack.output("DeliveryQueueUrl"), MessageBody=BODY)
    arrived = drill.wait("ten attempts of deliver", lambda: _taken(drill, queue), _PATIENCE)
    yield expect(arrived, "it is in the dead-letter queue")
    alarm = drill.stack.required("DeliveryDeadLetterAlarm")
    rings = drill.wait("the alarm", lambda: _is_ringing(drill, alarm), 600)
    yield expect(rings, "the alarm on the queue is in ALARM: every channel must get stack-unhealthy now")
    for handle in arrived:
        drill.cloud.ask("sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=handle)


def _taken(drill: Drill, queue: str) -> list[str]:
    """Return the receipts of our message; it stays visible for the alarm."""
    told = drill.cloud.ask(
        "sqs", "ReceiveMessage", QueueUrl=queue, VisibilityTimeout=0, MaxNumberOfMessages=10
    )
    return [each["ReceiptHandle"] for each in told.get("Messages", []) if each["Body"] == BODY]


def _is_ringing(drill: Drill, alarm: str) -> bool:
    told = drill.cloud.ask("cloudwatch", "DescribeAlarms", AlarmNames=[alarm])
    return any(each["StateValue"] == "ALARM" for each in told["MetricAlarms"])
