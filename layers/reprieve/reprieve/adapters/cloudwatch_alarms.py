"""The stack's own alarms, as CloudWatch has them now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.ports import RingingAlarm

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

_RINGING: Final = "ALARM"
_REGION: Final = 3  # the part of an ARN


@dataclass(frozen=True, slots=True)
class CloudWatchAlarms:
    """The `Alarms` of AWS: those that notify `topic`."""

    client: "CloudWatchClient"
    topic: str

    def ringing(self) -> Sequence[RingingAlarm]:
        """Call cloudwatch:DescribeAlarms, page by page."""
        pages = self.client.get_paginator("describe_alarms").paginate(
            ActionPrefix=self.topic, StateValue=_RINGING
        )
        with call("cloudwatch:DescribeAlarms"):
            found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return [_alarm(each) for each in found if self._counts(each)]

    def _counts(self, alarm: "MetricAlarmTypeDef") -> bool:
        """Return whether it rings and notifies this very topic, of whose ARN another may be the beginning."""
        return alarm["StateValue"] == _RINGING and self.topic in alarm["AlarmActions"]


def _alarm(found: "MetricAlarmTypeDef") -> RingingAlarm:
    return RingingAlarm(
        name=found["AlarmName"],
        region=found["AlarmArn"].split(":")[_REGION],
        description=found.get("AlarmDescription", ""),
        since=found.get("StateTransitionedTimestamp", found["StateUpdatedTimestamp"]),
        dimensions={each["Name"]: each["Value"] for each in found.get("Dimensions", [])},
    )
