"""CloudFormation's request → subscriptions as listed, and always an answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from reprieve.environment import read_addresses
from reprieve.errors import DeniedError, NotUnderstoodError
from reprieve.ports import Subscription
from reprieve.subscribe import Changes, answer, equalize

TOPIC = "arn:aws:sns:eu-west-1:111122223333:notices"
STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/kms-reprieve/51af3dc0"


@dataclass
class RememberedSubscriptions:
    """Subscriptions in memory; an address is confirmed at once unless it is said to be slow."""

    listed: list[Subscription] = field(default_factory=list)
    slow: set[str] = field(default_factory=set)

    def of(self, topic_arn: str) -> Iterator[Subscription]:
        assert topic_arn == TOPIC
        yield from self.listed

    def add(self, topic_arn: str, address: str) -> None:
        arn = None if address in self.slow else f"{topic_arn}:{address}"
        self.listed.append(Subscription(address=address, arn=arn))

    def remove(self, arn: str) -> None:
        self.listed = [each for each in self.listed if each.arn != arn]

    def addresses(self) -> list[str]:
        return [each.address for each in self.listed]


class DeniedSubscriptions(RememberedSubscriptions):
    def add(self, topic_arn: str, address: str) -> None:
        raise DeniedError("sns:Subscribe", "AuthorizationError", f"not for {address} at {topic_arn}")


@pytest.fixture
def subscriptions() -> RememberedSubscriptions:
    return RememberedSubscriptions()


def request(kind: str = "Create", **changes: object) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "RequestId": "c2f1",
        "ResponseURL": "https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com/x?Signature=y",
        "StackId": STACK,
        "LogicalResourceId": "EmailSubscriptions",
        "ResourceType": "Custom::EmailSubscriptions",
        "ResourceProperties": {"TopicArn": TOPIC, "Addresses": ["jane@example.com"]},
    } | changes


def listing(*addresses: str) -> dict[str, Any]:
    return {"TopicArn": TOPIC, "Addresses": list(addresses)}


def test_creation_subscribes_every_address(subscriptions: RememberedSubscriptions) -> None:
    event = request(ResourceProperties=listing("jane@example.com", "ops@example.com"))

    answered = answer(event, subscriptions)

    assert subscriptions.addresses() == ["jane@example.com", "ops@example.com"]
    assert answered.changes == Changes(added=2)
    assert answered.body == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "EmailSubscriptions",
        "StackId": STACK,
        "RequestId": "c2f1",
        "LogicalResourceId": "EmailSubscriptions",
    }


def test_an_update_adds_who_is_new_and_removes_who_is_gone(subscriptions: RememberedSubscriptions) -> None:
    answer(request(ResourceProperties=listing("jane@example.com", "ops@example.com")), subscriptions)

    answered = answer(
        request("Update", ResourceProperties=listing("ops@example.com", "kim@example.com")), subscriptions
    )

    assert subscriptions.addresses() == ["ops@example.com", "kim@example.com"]
    assert answered.changes == Changes(added=1, removed=1)


def test_an_update_to_no_address_removes_all(subscriptions: RememberedSubscriptions) -> None:
    answer(request(), subscriptions)

    answer(request("Update", ResourceProperties=listing("")), subscriptions)

    assert subscriptions.addresses() == []


def test_what_is_as_listed_is_left_alone_whatever_its_case(subscriptions: RememberedSubscriptions) -> None:
    answer(request(), subscriptions)

    answered = answer(request("Update", ResourceProperties=listing("Jane@Example.com")), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
    assert answered.changes == Changes()


def test_a_pending_subscription_counts_as_there_and_nobody_is_asked_twice(
    subscriptions: RememberedSubscriptions,
) -> None:
    subscriptions.slow = {"jane@example.com"}
    answer(request(), subscriptions)

    answered = answer(request("Update"), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
    assert answered.changes == Changes()


def test_a_pending_subscription_that_is_no_longer_wanted_is_left_to_lapse(
    subscriptions: RememberedSubscriptions,
) -> None:
    subscriptions.slow = {"jane@example.com"}
    answer(request(), subscriptions)

    answered = answer(request("Update", ResourceProperties=listing("ops@example.com")), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com", "ops@example.com"]
    assert answered.changes == Changes(added=1, left_to_lapse=1)


def test_deletion_touches_nothing_for_the_topic_takes_its_subscriptions_along(
    subscriptions: RememberedSubscriptions,
) -> None:
    answer(request(), subscriptions)

    answered = answer(request("Delete", ResourceProperties={}), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
    assert answered.body["Status"] == "SUCCESS"


def test_the_physical_id_that_cloudformation_knows_is_kept(subscriptions: RememberedSubscriptions) -> None:
    answered = answer(request("Update", PhysicalResourceId="as-it-was"), subscriptions)

    assert answered.body["PhysicalResourceId"] == "as-it-was"


def test_a_bad_entry_fails_the_request_by_name_and_changes_nothing(
    subscriptions: RememberedSubscriptions,
) -> None:
    event = request(ResourceProperties=listing("jane@example.com", "ops at example.com"))

    answered = answer(event, subscriptions)

    assert subscriptions.addresses() == []
    assert answered.body["Status"] == "FAILED"
    assert answered.body["Reason"] == "NotificationEmails: 'ops at example.com' is no e-mail address"
    assert isinstance(answered.error, NotUnderstoodError)


def test_a_refusal_by_aws_is_told_in_aws_words() -> None:
    answered = answer(request(), DeniedSubscriptions())

    assert answered.body["Status"] == "FAILED"
    assert answered.body["Reason"] == (
        f"sns:Subscribe: AuthorizationError: not for jane@example.com at {TOPIC}"
    )


def test_a_request_without_its_properties_is_answered_too(subscriptions: RememberedSubscriptions) -> None:
    answered = answer(request(ResourceProperties={"TopicArn": TOPIC}), subscriptions)

    assert answered.body["Status"] == "FAILED"
    assert answered.body["Reason"] == "KeyError: 'Addresses'"
    assert answered.changes is None


def test_a_reason_is_cut_so_that_cloudformation_takes_the_answer(
    subscriptions: RememberedSubscriptions,
) -> None:
    event = request(ResourceProperties=listing("é" * 300, "jane@example.com"))

    answered = answer(event, subscriptions)

    assert len(answered.body["Reason"]) <= 500
    assert answered.body["Reason"].startswith("NotificationEmails: 'ééé")


def test_entries_are_read_without_blanks_gaps_and_repetitions() -> None:
    entries = [" jane@example.com", "", "  ", "JANE@example.com", "ops@example.com "]

    assert read_addresses(entries) == ("jane@example.com", "ops@example.com")


@pytest.mark.parametrize(
    "entry",
    ["jane", "@example.com", "jane@", "a@b@c", "jane doe@example.com", "jane@example.com\nops@example.com"],
)
def test_what_is_no_address_is_refused(entry: str) -> None:
    with pytest.raises(NotUnderstoodError, match="is no e-mail address"):
        read_addresses([entry])


@pytest.mark.parametrize(("length", "good"), [(320, True), (321, False)])
def test_an_address_has_at_most_320_characters(length: int, *, good: bool) -> None:
    address = "@example.com".rjust(length, "a")

    if good:
        assert read_addresses([address]) == (address,)
    else:
        with pytest.raises(NotUnderstoodError, match="is longer than 320 characters"):
            read_addresses([address])


def test_nobody_is_removed_before_everybody_is_added() -> None:
    subscriptions = DeniedSubscriptions(listed=[Subscription(address="jane@example.com", arn="arn")])

    with pytest.raises(DeniedError):
        equalize(TOPIC, ["ops@example.com"], subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
