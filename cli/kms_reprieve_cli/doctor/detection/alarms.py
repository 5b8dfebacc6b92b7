"""The alarm on refused requests, and its topic."""

from typing import Final

from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.subject import Subject

NEEDS: Final = ("cloudwatch:DescribeAlarms",)
TOPIC_NEEDS: Final = ("sns:GetTopicAttributes",)

CLOUDWATCH: Final = frozenset({"cloudwatch.amazonaws.com", "*"})
"""What a policy may call CloudWatch."""


def find(subject: Subject) -> Reply | None:
    """Return the alarm; None where there is none by its name."""
    name = subject.stack.output("AlarmName")
    told = subject.cloud.ask_all("cloudwatch", "DescribeAlarms", AlarmNames=[name])
    return next((each for each in told.get("MetricAlarms", []) if each["AlarmName"] == name), None)


def topic_arn(subject: Subject) -> str:
    """Return the topic that the alarm is to notify."""
    return subject.stack.output("AlarmTopicArn")


def attributes(subject: Subject, topic: str) -> Reply:
    """Return the attributes of a topic."""
    told = subject.cloud.ask("sns", "GetTopicAttributes", TopicArn=topic)
    found: Reply = told["Attributes"]
    return found


def context(subject: Subject) -> dict[str, str]:
    """Return what CloudWatch says about itself when the alarm publishes: the condition keys of a policy."""
    alarm = subject.arn("cloudwatch", f"alarm:{subject.stack.output('AlarmName')}")
    return {
        "aws:sourceaccount": subject.account,
        "aws:sourceowner": subject.account,
        "aws:sourcearn": alarm,
    }
