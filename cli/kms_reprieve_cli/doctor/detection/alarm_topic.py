"""Whether CloudWatch may publish to the alarm's topic."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.detection import alarms
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.statements import Answer, judge
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "alarm-topic"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = alarms.TOPIC_NEEDS

_ACTION: Final = "sns:Publish"
_FIX: Final = (
    "Allow sns:Publish to cloudwatch.amazonaws.com in the topic's policy, on the condition aws:SourceAccount."
)


def look(subject: Subject) -> Iterator[Result]:
    """Read the topic's policy."""
    topic = alarms.topic_arn(subject)
    policy = alarms.attributes(subject, topic).get("Policy", "")
    match judge(policy, principals=alarms.CLOUDWATCH, action=_ACTION, context=alarms.context(subject)):
        case Answer.ALLOWED:
            yield passed("CloudWatch may publish to the alarm's topic")
        case Answer.UNSURE:
            yield warning(
                "CloudWatch may publish to the alarm's topic under conditions",
                cause=f"the policy of {topic} has conditions that doctor can't evaluate",
                fix=_FIX,
            )
        case Answer.REFUSED:
            yield failure(
                "CloudWatch may not publish to the alarm's topic",
                cause=f"the policy of {topic} does not allow it",
                fix=_FIX,
            )
