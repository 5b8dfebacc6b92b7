"""Whether the alarm's topic starts investigate."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.detection import alarms
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "alarm-subscription"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = ("sns:ListSubscriptionsByTopic",)


def look(subject: Subject) -> Iterator[Result]:
    """Look for the function among the topic's subscriptions."""
    topic, function = alarms.topic_arn(subject), subject.stack.required("InvestigateFunction")
    told = subject.cloud.ask_all("sns", "ListSubscriptionsByTopic", TopicArn=topic)
    endpoints = {each["Endpoint"] for each in told["Subscriptions"] if each["Protocol"] == "lambda"}
    arn = subject.arn("lambda", f"function:{function}")
    if arn in endpoints:
        yield passed("the alarm's topic starts investigate")
    else:
        yield failure(
            "the alarm's topic does not start investigate",
            cause=f"{function} is not subscribed to {topic}: notices come by the schedule only, up to 5"
            " minutes later",
            fix=f"aws sns subscribe --topic-arn {topic} --protocol lambda --notification-endpoint {arn}",
        )
