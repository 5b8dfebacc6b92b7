"""Whether other metric filters count other events into the alarm's metric."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.detection import metric_filters
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "metric-neighbours"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.BOTH
NEEDS: Final = metric_filters.NEEDS

_SAME_EVENTS: Final = ("pending deletion", "pending replica deletion")


def look(subject: Subject) -> Iterator[Result]:
    """Ask for the metric filters of the metric: public CIS modules count DisableKey into it."""
    namespace, name = metric_filters.metric(subject)
    own = subject.stack.named("MetricFilter") if subject.is_deployed else ""
    others = [each for each in metric_filters.of_metric(subject) if each["filterName"] != own]
    if strangers := [each for each in others if not _counts_the_same(each)]:
        yield warning(
            f"metric {namespace}/{name} counts other events too",
            cause=f"metric filter {_named(strangers)} counts into it, so the alarm goes to ALARM without"
            " a refused request, and you get no-event-found notices",
            fix="Deploy with another MetricName, or give the other metric filter another metric.",
        )
    else:
        yield passed(f"only refused requests are counted in metric {namespace}/{name}")


def _counts_the_same(metric_filter: Reply) -> bool:
    """Return whether a filter is AWS' own recipe or like it: counted twice is as good as once."""
    return any(text in metric_filter.get("filterPattern", "") for text in _SAME_EVENTS)


def _named(found: list[Reply]) -> str:
    return ", ".join(f"{each['filterName']} of log group {each['logGroupName']}" for each in found)
