"""CloudTrail's event history, as its API reference describes LookupEvents."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from reprieve.adapters.accounts import Accounts
from reprieve.adapters.event_history import CloudTrailHistory, Pace
from reprieve.arn import KeyArn
from reprieve.errors import DeniedError, ThrottledError

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")
SINCE = datetime(2026, 10, 22, 15, 0, tzinfo=UTC)
BY_NAME = {
    "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ScheduleKeyDeletion"}],
    "StartTime": SINCE,
    "MaxResults": 50,
}


@dataclass
class Time:
    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def history(region: str, time: Time) -> CloudTrailHistory:
    assert region == KEY.region
    return CloudTrailHistory(Accounts(own="123456789012"), Pace(lambda: time.now, time.sleep))


def client(history: CloudTrailHistory) -> Any:
    return history.accounts.client("cloudtrail", KEY)


def events(*records: str, token: str | None = None) -> dict[str, Any]:
    page: dict[str, Any] = {"Events": [{"EventId": record, "CloudTrailEvent": record} for record in records]}
    return page | ({"NextToken": token} if token else {})


def test_schedulings_are_asked_for_by_the_name_of_the_event_page_by_page(
    history: CloudTrailHistory, time: Time
) -> None:
    with Stubber(client(history)) as stubber:
        stubber.add_response("lookup_events", events("a", "b", token="more"), BY_NAME)
        stubber.add_response("lookup_events", events(token="and more"), BY_NAME | {"NextToken": "more"})
        stubber.add_response("lookup_events", events("c"), BY_NAME | {"NextToken": "and more"})

        assert list(history.schedulings(KEY, SINCE)) == ["a", "b", "c"]

    assert time.slept == [0.5, 0.5]


def test_after_some_pages_it_is_enough(history: CloudTrailHistory) -> None:
    with Stubber(client(history)) as stubber:
        for number in range(4):
            stubber.add_response("lookup_events", events(str(number), token="more"))

        assert list(history.schedulings(KEY, SINCE)) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("code", "error"), [("AccessDeniedException", DeniedError), ("ThrottlingException", ThrottledError)]
)
def test_a_refusal_is_told_by_its_kind(history: CloudTrailHistory, code: str, error: type[Exception]) -> None:
    with Stubber(client(history)) as stubber:
        stubber.add_client_error("lookup_events", code)

        with pytest.raises(error, match=r"^cloudtrail:LookupEvents: "):
            list(history.schedulings(KEY, SINCE))


def test_two_requests_a_second_are_made_in_each_account_and_region(time: Time) -> None:
    pace = Pace(lambda: time.now, time.sleep)

    pace.wait("1", "eu-west-1")
    pace.wait("1", "us-east-1")
    pace.wait("2", "eu-west-1")
    assert time.slept == []
    pace.wait("1", "eu-west-1")
    assert time.slept == [0.5]
    time.now += 10
    pace.wait("1", "eu-west-1")
    assert time.slept == [0.5]


def test_requests_that_wait_are_let_through_one_after_the_other() -> None:
    slept: list[float] = []
    pace = Pace(lambda: 100.0, slept.append)

    for _ in range(4):
        pace.wait("1", "eu-west-1")

    assert slept == [0.5, 1.0, 1.5]
