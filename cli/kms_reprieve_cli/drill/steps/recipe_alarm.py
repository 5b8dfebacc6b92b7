"""The stack with default names stands beside the alarm of AWS' own recipe."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.detection.metric_filters import METRIC, NAMESPACE
from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, StoppedError, expect

ID: Final = "recipe-alarm"
WHAT: Final = "A stack with default names can be deployed beside the alarm of AWS' own instructions."
NAME: Final = "KMSKeyPendingDeletionErrorAlarm"
CHANGES: Final = f"It creates the alarm {NAME} without actions, and deletes it."
USUAL: Final = False
NEEDS: Final = ("cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm")


def run(drill: Drill) -> Iterator[Finding]:
    """Make the recipe's alarm and look at both; one that is there already is not touched."""
    own = drill.stack.output("AlarmName")
    if own == NAME:
        raise StoppedError(f"the stack's own alarm is called {NAME}: AlarmName names it")
    was_there = _found(drill, NAME)
    if not was_there:
        drill.cloud.ask(
            "cloudwatch",
            "PutMetricAlarm",
            AlarmName=NAME,
            Namespace=NAMESPACE,
            MetricName=METRIC,
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
        )
    try:
        yield expect(_found(drill, NAME) and _found(drill, own), f"{NAME} and {own} exist side by side")
    finally:
        if not was_there:
            drill.cloud.ask("cloudwatch", "DeleteAlarms", AlarmNames=[NAME])
    if not was_there:
        yield expect(_found(drill, own), f"{own} is still there")


def _found(drill: Drill, name: str) -> bool:
    return bool(drill.cloud.ask("cloudwatch", "DescribeAlarms", AlarmNames=[name])["MetricAlarms"])
