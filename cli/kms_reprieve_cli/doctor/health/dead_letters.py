"""Whether there are messages in a dead-letter queue."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "dead-letters"
GROUP: Final = Group.HEALTH
WHEN: Final = Phase.AFTER
NEEDS: Final = ("sqs:GetQueueAttributes",)

_NUMBER: Final = "ApproximateNumberOfMessages"
QUEUES: Final = {
    "InvestigateDeadLetterQueueUrl": "Nothing is lost: investigate continues where it stopped. Its log"
    " says why it failed. When that is fixed, purge the queue.",
    "DeliveryDeadLetterQueueUrl": "When the channel works again, redrive the queue to the stack's"
    " DeliveryQueue: then the notices are sent.",
    "HealthDeadLetterQueueUrl": "Look at all alarms of the stack: nobody was notified of them. Then"
    " purge the queue.",
    "AuditDeadLetterQueueUrl": "The table has every entry, and kms-reprieve audit prints them. Then"
    " purge the queue.",
}
"""The outputs that name the queues, and what to do."""


def look(subject: Subject) -> Iterator[Result]:
    """Ask SQS for each."""
    numbers = {output: _number(subject, output) for output in QUEUES}
    for output, number in numbers.items():
        if number:
            yield failure(
                f"{number} message{'' if number == 1 else 's'} in the queue {output}",
                cause="a function gave up on them",
                fix=QUEUES[output],
            )
    if not any(numbers.values()):
        yield passed("the dead-letter queues are empty")


def _number(subject: Subject, output: str) -> int:
    told = subject.cloud.ask(
        "sqs", "GetQueueAttributes", QueueUrl=subject.stack.output(output), AttributeNames=[_NUMBER]
    )
    return int(told["Attributes"][_NUMBER])
