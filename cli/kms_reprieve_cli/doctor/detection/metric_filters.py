"""The metric filter as the template makes it, and those that CloudWatch Logs has."""

from collections.abc import Sequence
from typing import Final

from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.subject import Subject

NEEDS: Final = ("logs:DescribeMetricFilters",)

PATTERN: Final = (
    '{ ($.eventSource = "kms.amazonaws.com") && (($.errorMessage = "* is pending deletion.")'
    ' || ($.errorMessage = "* is pending replica deletion.")'
    ' || ($.errorMessage = "* is pending deletion (or pending replica deletion).")) }'
)
NAMESPACE: Final = "CloudTrailLogMetrics"
METRIC: Final = "KMSKeyPendingDeletionErrorCount"
"""What the metric is called unless the parameters say otherwise."""


def of_log_group(subject: Subject) -> Sequence[Reply]:
    """Return the metric filters of the log group."""
    told = subject.cloud.ask_all("logs", "DescribeMetricFilters", logGroupName=subject.log_group)
    found: Sequence[Reply] = told["metricFilters"]
    return found


def metric(subject: Subject) -> tuple[str, str]:
    """Return namespace and name of the metric that the alarm is on."""
    told = subject.stack.parameters if subject.is_deployed else {}
    return told.get("MetricNamespace", NAMESPACE), told.get("MetricName", METRIC)


def of_metric(subject: Subject) -> Sequence[Reply]:
    """Return the metric filters that write to the alarm's metric, of any log group."""
    namespace, name = metric(subject)
    told = subject.cloud.ask_all("logs", "DescribeMetricFilters", metricNamespace=namespace, metricName=name)
    found: Sequence[Reply] = told["metricFilters"]
    return found
