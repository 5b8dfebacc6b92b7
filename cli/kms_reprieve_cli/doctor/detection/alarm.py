"""Whether the alarm is there, is on the metric, and notifies its topic."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.detection import alarms, metric_filters
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "alarm"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = alarms.NEEDS

_DEPLOY: Final = "Put it back as template.yaml has it, or delete the stack and deploy it again."


def look(subject: Subject) -> Iterator[Result]:
    """Compare the alarm with the template's."""
    name, found = subject.stack.output("AlarmName"), alarms.find(subject)
    if found is None:
        yield failure(
            f"there is no alarm {name}",
            cause="it was deleted: notices come by the schedule only, up to 5 minutes later",
            fix=_DEPLOY,
        )
    else:
        yield _judged(subject, name, found)


def _judged(subject: Subject, name: str, found: Reply) -> Result:
    topic = alarms.topic_arn(subject)
    if not found.get("ActionsEnabled", True):
        return failure(
            f"the actions of alarm {name} are disabled",
            cause="it notifies nobody when it goes to ALARM",
            fix=f"aws cloudwatch enable-alarm-actions --alarm-names {name}",
        )
    if topic not in found.get("AlarmActions", []):
        return failure(
            f"alarm {name} does not notify its topic",
            cause=f"{topic} is not among its alarm actions",
            fix=_DEPLOY,
        )
    if (found.get("Namespace"), found.get("MetricName")) != metric_filters.metric(subject):
        return failure(
            f"alarm {name} is on another metric",
            cause=f"it is on {found.get('Namespace')}/{found.get('MetricName')}",
            fix=_DEPLOY,
        )
    if (found.get("Threshold"), found.get("Statistic")) != (1.0, "Sum"):
        return warning(
            f"alarm {name} does not go to ALARM at the first refused request",
            cause=f"its threshold is {found.get('Threshold')} ({found.get('Statistic')}): the schedule"
            " notices the rest, up to 5 minutes later",
            fix=_DEPLOY,
        )
    return passed(f"alarm {name} is {found.get('StateValue', 'OK')} and notifies its topic")
