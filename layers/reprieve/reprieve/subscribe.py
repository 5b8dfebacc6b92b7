"""Makes a topic's e-mail subscriptions equal to a list, when CloudFormation asks for it.

CloudFormation can make a subscription per resource, but no resources out of a list of unknown length.
It waits for an answer whatever happens, so there always is one.

What SNS does not allow, this can't do either: a subscription that nobody has confirmed yet can't be deleted.
It lapses by itself after 48 hours, and until then the person may still confirm it
(https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reprieve.dataclass import dataclass
from reprieve.environment import read_addresses
from reprieve.errors import ReprieveError
from reprieve.ports import Subscriptions

Event = Mapping[str, Any]

_LONGEST_REASON = 500  # CloudFormation refuses an answer of more than 4096 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How many subscriptions were added and removed, and how many unwanted ones are left to lapse."""

    added: int = 0
    removed: int = 0
    left_to_lapse: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What CloudFormation is told: `body`, in its own words. `changes` or `error` is for the log."""

    body: Mapping[str, str]
    changes: Changes | None = None
    error: Exception | None = None


def answer(event: Event, subscriptions: Subscriptions) -> Answer:
    """Do what a custom resource's event asks for, and say how it went; never raises."""
    try:
        return Answer(body=_body(event, "SUCCESS"), changes=_apply(event, subscriptions))
    except Exception as error:  # noqa: BLE001  # a request without an answer holds the stack until it times out
        return Answer(body=_body(event, "FAILED", reason=_reason(error)), error=error)


def _apply(event: Event, subscriptions: Subscriptions) -> Changes:
    if event["RequestType"] == "Delete":
        return Changes()  # the subscriptions go with their topic
    properties = event["ResourceProperties"]
    return equalize(properties["TopicArn"], read_addresses(properties["Addresses"]), subscriptions)


def equalize(topic_arn: str, addresses: Sequence[str], subscriptions: Subscriptions) -> Changes:
    """Subscribe the addresses that are missing, then delete the confirmed ones that are not listed."""
    present = tuple(subscriptions.of(topic_arn))
    known = {subscription.address.casefold() for subscription in present}
    listed = {address.casefold() for address in addresses}
    missing = [address for address in addresses if address.casefold() not in known]
    unwanted = [subscription.arn for subscription in present if subscription.address.casefold() not in listed]
    confirmed = [arn for arn in unwanted if arn is not None]

    for address in missing:
        subscriptions.add(topic_arn, address)
    for arn in confirmed:
        subscriptions.remove(arn)
    return Changes(added=len(missing), removed=len(confirmed), left_to_lapse=len(unwanted) - len(confirmed))


def _body(event: Event, status: str, reason: str = "") -> dict[str, str]:
    return {
        "Status": status,
        "Reason": reason[:_LONGEST_REASON],
        # The same for good: another id would be a replacement, and CloudFormation would delete the first.
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }


def _reason(error: Exception) -> str:
    return f"{error}" if isinstance(error, ReprieveError) else f"{type(error).__name__}: {error}"
