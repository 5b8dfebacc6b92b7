"""EventBridge's event buses."""

from typing import TYPE_CHECKING, Final

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError
from reprieve.ports import BusEvent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE: Final = "kms-reprieve"


@dataclass(frozen=True, slots=True)
class EventBus:
    """The `Bus` of AWS."""

    client: "EventBridgeClient"
    arn: str

    def put(self, event: BusEvent) -> None:
        """Call events:PutEvents, which says in its answer what it did not take."""
        with call("events:PutEvents"):
            answer = self.client.put_events(Entries=[self._entry(event)])
        for entry in answer["Entries"]:
            if code := entry.get("ErrorCode"):
                raise AwsError("events:PutEvents", code, entry.get("ErrorMessage", ""))

    def _entry(self, event: BusEvent) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self.arn,
            "Source": SOURCE,
            "DetailType": event.kind,
            "Detail": event.detail,
            "Resources": list(event.resources),
            "Time": event.at,
        }
