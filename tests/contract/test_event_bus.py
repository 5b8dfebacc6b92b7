"""EventBridge: what leaves, and what AWS says of it."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.event_bus import EventBus
from reprieve.errors import AwsError, DeniedError
from reprieve.ports import BusEvent

ARN = "arn:aws:events:eu-west-1:111122223333:event-bus/security"
EVENT = BusEvent(
    kind="KMS Reprieve", at=datetime(2026, 11, 22, tzinfo=UTC), detail="{}", resources=("arn:key",)
)
ENTRY = {
    "EventBusName": ARN,
    "Source": "kms-reprieve",
    "DetailType": "KMS Reprieve",
    "Detail": "{}",
    "Resources": ["arn:key"],
    "Time": EVENT.at,
}


@pytest.fixture
def client(region: str) -> Any:
    return boto3.client("events", region_name=region)


def test_an_event_is_put_on_its_bus(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response(
            "put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [ENTRY]}
        )

        EventBus(client, ARN).put(EVENT)

        stub.assert_no_pending_responses()


def test_an_event_that_was_not_taken_is_told(client: Any) -> None:
    failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "no"}
    with Stubber(client) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [failed]}, {"Entries": [ENTRY]})

        with pytest.raises(AwsError, match="events:PutEvents: InternalFailure: no"):
            EventBus(client, ARN).put(EVENT)


def test_a_refusal_is_told(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_events", "AccessDeniedException", "not yours", 403)

        with pytest.raises(DeniedError, match="events:PutEvents: AccessDeniedException"):
            EventBus(client, ARN).put(EVENT)
