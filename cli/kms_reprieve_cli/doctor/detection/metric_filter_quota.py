"""Whether the log group has room for one more metric filter."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.detection import metric_filters
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "metric-filter-quota"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.BEFORE
NEEDS: Final = (*log_groups.NEEDS, *metric_filters.NEEDS)

QUOTA: Final = 100  # CloudWatch Logs user guide, "CloudWatch Logs quotas": metric filters a log group
NEARLY: Final = 95


def look(subject: Subject) -> Iterator[Result]:
    """Count the metric filters."""
    for _ in log_groups.found(subject):
        yield _judged(len(metric_filters.of_log_group(subject)))


def _judged(number: int) -> Result:
    what = f"the log group has {number} of {QUOTA} metric filters"
    fix = "Delete metric filters that nobody needs any more: aws logs delete-metric-filter"
    if number >= QUOTA:
        return failure(what, cause="the stack adds one more, and the deployment would fail", fix=fix)
    if number >= NEARLY:
        return warning(what, cause="the stack adds one more", fix=fix)
    return passed(what)
