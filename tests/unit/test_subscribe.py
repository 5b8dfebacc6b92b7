"""CloudFormation's request → subscriptions as listed, and always an answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from reprieve.environment import read_addresses
from reprieve.errors import DeniedError, NotUnderstoodError
from reprieve.ports import Subscription
from reprieve.subscribe import Answer, Changes, Checked, Means, answer, equalize
from tests.channel_examples import entry
from tests.fakes import FakeTools

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


def answered(event: dict[str, Any], subscriptions: RememberedSubscriptions) -> Answer:
    return answer(event, Means(subscriptions=subscriptions, tools=FakeTools(), wait=no_waiting))


def no_waiting(_: float) -> None:
    pytest.fail("nothing is worth waiting for")


def listing(*addresses: str) -> dict[str, Any]:
    return {"TopicArn": TOPIC, "Addresses": list(addresses)}


def test_creation_subscribes_every_address(subscriptions: RememberedSubscriptions) -> None:
    event = request(ResourceProperties=listing("jane@example.com", "ops@example.com"))

    told = answered(event, subscriptions)

    assert subscriptions.addresses() == ["jane@example.com", "ops@example.com"]
    assert told.done == Changes(added=2)
    assert told.body == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "EmailSubscriptions",
        "StackId": STACK,
        "RequestId": "c2f1",
        "LogicalResourceId": "EmailSubscriptions",
    }


def test_an_update_adds_who_is_new_and_removes_who_is_gone(subscriptions: RememberedSubscriptions) -> None:
    answered(request(ResourceProperties=listing("jane@example.com", "ops@example.com")), subscriptions)

    told = answered(
        request("Update", ResourceProperties=listing("ops@example.com", "kim@example.com")), subscriptions
    )

    assert subscriptions.addresses() == ["ops@example.com", "kim@example.com"]
    assert told.done == Changes(added=1, removed=1)


def test_an_update_to_no_address_removes_all(subscriptions: RememberedSubscriptions) -> None:
    answered(request(), subscriptions)

    answered(request("Update", ResourceProperties=listing("")), subscriptions)

    assert subscriptions.addresses() == []


def test_what_is_as_listed_is_left_alone_whatever_its_case(subscriptions: RememberedSubscriptions) -> None:
    answered(request(), subscriptions)

    told = answered(request("Update", ResourceProperties=listing("Jane@Example.com")), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
    assert told.done == Changes()


def test_a_pending_subscription_counts_as_there_and_nobody_is_asked_twice(
    subscriptions: RememberedSubscriptions,
) -> None:
    subscriptions.slow = {"jane@example.com"}
    answered(request(), subscriptions)

    told = answered(request("Update"), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
    assert told.done == Changes()


def test_a_pending_subscription_that_is_no_longer_wanted_is_left_to_lapse(
    subscriptions: RememberedSubscriptions,
) -> None:
    subscriptions.slow = {"jane@example.com"}
    answered(request(), subscriptions)

    told = answered(request("Update", ResourceProperties=listing("ops@example.com")), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com", "ops@example.com"]
    assert told.done == Changes(added=1, left_to_lapse=1)


def test_deletion_touches_nothing_for_the_topic_takes_its_subscriptions_along(
    subscriptions: RememberedSubscriptions,
) -> None:
    answered(request(), subscriptions)

    told = answered(request("Delete", ResourceProperties={}), subscriptions)

    assert subscriptions.addresses() == ["jane@example.com"]
    assert told.body["Status"] == "SUCCESS"


def test_the_physical_id_that_cloudformation_knows_is_kept(subscriptions: RememberedSubscriptions) -> None:
    told = answered(request("Update", PhysicalResourceId="as-it-was"), subscriptions)

    assert told.body["PhysicalResourceId"] == "as-it-was"


def test_a_bad_entry_fails_the_request_by_name_and_changes_nothing(
    subscriptions: RememberedSubscriptions,
) -> None:
    event = request(ResourceProperties=listing("jane@example.com", "ops at example.com"))

    told = answered(event, subscriptions)

    assert subscriptions.addresses() == []
    assert told.body["Status"] == "FAILED"
    assert told.body["Reason"] == "NotificationEmails: 'ops at example.com' is not an email address"
    assert isinstance(told.error, NotUnderstoodError)


def test_a_refusal_by_aws_is_told_in_aws_words() -> None:
    told = answered(request(), DeniedSubscriptions())

    assert told.body["Status"] == "FAILED"
    assert told.body["Reason"] == (f"sns:Subscribe: AuthorizationError: not for jane@example.com at {TOPIC}")


def test_a_request_without_its_properties_is_answered_too(subscriptions: RememberedSubscriptions) -> None:
    told = answered(request(ResourceProperties={"TopicArn": TOPIC}), subscriptions)

    assert told.body["Status"] == "FAILED"
    assert told.body["Reason"] == "KeyError: 'Addresses'"
    assert told.done is None


def test_a_reason_is_cut_so_that_cloudformation_takes_the_answer(
    subscriptions: RememberedSubscriptions,
) -> None:
    event = request(ResourceProperties=listing("é" * 300, "jane@example.com"))

    told = answered(event, subscriptions)

    assert len(told.body["Reason"]) <= 500
    assert told.body["Reason"].startswith("NotificationEmails: 'ééé")


def test_entries_are_read_without_blanks_gaps_and_repetitions() -> None:
    entries = [" jane@example.com", "", "  ", "JANE@example.com", "ops@example.com "]

    assert read_addresses(entries) == ("jane@example.com", "ops@example.com")


@pytest.mark.parametrize(
    "entry",
    ["jane", "@example.com", "jane@", "a@b@c", "jane doe@example.com", "jane@example.com\nops@example.com"],
)
def test_what_is_no_address_is_refused(entry: str) -> None:
    with pytest.raises(NotUnderstoodError, match="is not an email address"):
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


GOOD = entry("slack-webhook", name="ops")
TYPO = {"name": "typo", "type": "confidential"}


@dataclass
class Documents:
    """What looks at documents in memory; `denials` is how often their reading is denied at first."""

    tools: FakeTools = field(default_factory=FakeTools)
    denials: int = 0
    waited: list[float] = field(default_factory=list)

    def document(self, arn: str) -> str:
        self.denials -= 1
        if self.denials >= 0:
            raise DeniedError("secretsmanager:GetSecretValue", "AccessDeniedException", "not authorized")
        return self.tools.document(arn)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tools, name)

    def put(self, arn: str, *entries: object) -> None:
        self.tools.secrets[arn] = json.dumps({"channels": entries})

    def answer(self, kind: str = "Create", arn: str = "A", **changes: object) -> Answer:
        usual = {
            "LogicalResourceId": "ChannelDocument",
            "ResourceType": "Custom::ChannelDocument",
            "ResourceProperties": {"SecretArn": arn},
        }
        event = request(kind, **usual | changes)
        tools: Any = self
        return answer(
            event, Means(subscriptions=RememberedSubscriptions(), tools=tools, wait=self.waited.append)
        )


@pytest.fixture
def documents() -> Documents:
    return Documents()


def test_a_document_with_a_good_channel_is_accepted_and_the_rest_is_told(documents: Documents) -> None:
    documents.put("A", GOOD, TYPO)

    told = documents.answer()

    assert told.body["Status"] == "SUCCESS"
    assert told.done == Checked(good=1, faults=("channels[1] (typo): type is not known",))
    assert documents.tools.sent() == []


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ("confidential", "the document: is not JSON"),
        (json.dumps({"channels": [TYPO]}), "channels[0] (typo): type is not known"),
        (
            json.dumps({"channels": [GOOD | {"name": "email"}]}),
            "channels[0] (email): name is already used by another channel",
        ),
    ],
)
def test_a_document_in_which_nothing_is_good_is_refused_by_place_and_not_by_value(
    documents: Documents, held: str, why: str
) -> None:
    documents.tools.secrets["A"] = held

    told = documents.answer()

    assert told.body["Status"] == "FAILED"
    assert told.body["Reason"] == f"ChannelsSecretArn: no channel of the document is valid: {why}"
    assert "confidential" not in str(told.body)


def test_an_update_to_a_broken_document_fails_and_the_rollback_does_not(documents: Documents) -> None:
    documents.put("A", GOOD)
    documents.put("B", TYPO)
    first = documents.answer().body["PhysicalResourceId"]

    told = documents.answer("Update", "B", PhysicalResourceId=first)
    documents.put("A", TYPO)
    back = documents.answer("Update", "A", PhysicalResourceId=told.body["PhysicalResourceId"])

    assert (told.body["Status"], told.body["PhysicalResourceId"]) == ("FAILED", first)
    assert (back.body["Status"], back.body["PhysicalResourceId"]) == ("SUCCESS", first)


def test_a_rollback_from_a_good_document_to_one_that_broke_meanwhile_works(documents: Documents) -> None:
    documents.put("A", GOOD)
    documents.put("B", GOOD)
    first = documents.answer().body["PhysicalResourceId"]
    second = documents.answer("Update", "B", PhysicalResourceId=first).body["PhysicalResourceId"]
    documents.put("A", TYPO)

    assert second != first
    assert documents.answer("Update", "A", PhysicalResourceId=second).body["Status"] == "SUCCESS"


def test_the_id_stays_short_however_often_the_document_changes(documents: Documents) -> None:
    known: dict[str, Any] = {}
    for number in range(40):
        documents.put(f"arn-{number}", GOOD)
        told = documents.answer("Update" if known else "Create", f"arn-{number}", **known)
        known = {"PhysicalResourceId": told.body["PhysicalResourceId"]}

    assert len(known["PhysicalResourceId"]) <= 100


@pytest.mark.parametrize("properties", [{"SecretArn": "A"}, {}])
def test_nothing_holds_up_the_deletion_of_the_stack(documents: Documents, properties: dict[str, str]) -> None:
    documents.denials = 99

    told = documents.answer("Delete", ResourceProperties=properties)

    assert (told.body["Status"], told.body["PhysicalResourceId"]) == ("SUCCESS", "ChannelDocument")
    assert documents.waited == []


def test_a_permission_that_does_not_hold_yet_is_waited_for(documents: Documents) -> None:
    documents.put("A", GOOD)
    documents.denials = 2

    assert documents.answer().body["Status"] == "SUCCESS"
    assert documents.waited == [1, 3]


def test_a_secret_that_may_not_be_read_is_told_in_aws_words(documents: Documents) -> None:
    documents.denials = 99

    told = documents.answer()

    assert told.body["Status"] == "FAILED"
    assert told.body["Reason"].startswith("secretsmanager:GetSecretValue: AccessDeniedException")
    assert sum(documents.waited) <= 10
