"""Whether CloudWatch could do what the alarm wants, the last time that it went to ALARM."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "alarm-actions"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = ("cloudwatch:DescribeAlarmHistory",)

SINCE: Final = timedelta(days=14)
_FAILED: Final = "Failed to execute"  # as CloudWatch begins the summary of an action that failed


def look(subject: Subject) -> Iterator[Result]:
    """Read the alarm's history: an encrypted topic shows nowhere else."""
    told = subject.cloud.ask(
        "cloudwatch",
        "DescribeAlarmHistory",
        AlarmName=subject.stack.output("AlarmName"),
        HistoryItemType="Action",
        StartDate=subject.now - SINCE,
        EndDate=subject.now,
        ScanBy="TimestampDescending",
    )
    items = told.get("AlarmHistoryItems", [])
    last = items[0]["HistorySummary"] if items else ""
    if last.startswith(_FAILED):
        yield failure(
            "CloudWatch could not notify the alarm's topic the last time",
            cause=last,
            fix="Let cloudwatch.amazonaws.com call sns:Publish on the topic and, if it is encrypted,"
            " kms:Decrypt and kms:GenerateDataKey* on its key.",
        )
    elif last:
        yield passed("CloudWatch notified the alarm's topic the last time that it went to ALARM")
    else:
        yield passed(f"the alarm did not go to ALARM in the last {SINCE.days} days")
