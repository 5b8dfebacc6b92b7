"""Whether a channel accepts nothing at the moment."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import table
from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.people.channels import configured, document
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.cases.health_store import channel_of
from reprieve.clock import for_people

ID: Final = "channel-failures"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = table.QUERY_NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Read what deliver noted in the table."""
    own, has_others = set(configured(subject.stack)), bool(document(subject.stack))
    noted = table.health_store(subject).failing()
    failing = [each for each in noted if has_others or channel_of(each.channel) in own]
    for each in failing:
        yield failure(
            f"{each.channel} has accepted nothing since {for_people(each.since)}",
            cause=each.error,
            fix="Fix it, then redrive the queue that DeliveryDeadLetterQueueUrl names to DeliveryQueue.",
        )
    if not failing:
        yield passed("no channel has refused what it was sent last")
