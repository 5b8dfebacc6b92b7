"""Whether the metric filter is the template's."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.detection import metric_filters
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "metric-filter"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = (*log_groups.NEEDS, *metric_filters.NEEDS)

_RESTORE: Final = "aws logs put-metric-filter --log-group-name {group} --filter-name {name}"


def look(subject: Subject) -> Iterator[Result]:
    """Compare pattern and metric."""
    for _ in log_groups.found(subject):
        name = subject.stack.named("MetricFilter")
        found = [each for each in metric_filters.of_log_group(subject) if each["filterName"] == name]
        yield _judged(subject, name, found)


def _judged(subject: Subject, name: str, found: list[Reply]) -> Result:
    fix = f"Put it back as template.yaml has it: {_RESTORE.format(group=subject.log_group, name=name)}"
    if not found:
        return failure(
            "the log group does not have the stack's metric filter",
            cause=f"metric filter {name} was deleted, so the alarm can't go to ALARM",
            fix=fix,
        )
    if " ".join(found[0]["filterPattern"].split()) != metric_filters.PATTERN:
        return failure(
            "the metric filter has another pattern than the template's",
            cause=f"it is {found[0]['filterPattern']}",
            fix=fix,
        )
    if metric_filters.metric(subject) not in _metrics(found[0]):
        return failure(
            "the metric filter does not count into the alarm's metric",
            cause=f"it counts into {', '.join('/'.join(each) for each in _metrics(found[0]))}",
            fix=fix,
        )
    return passed("the metric filter has the template's pattern")


def _metrics(metric_filter: Reply) -> list[tuple[str, str]]:
    return [(each["metricNamespace"], each["metricName"]) for each in metric_filter["metricTransformations"]]
