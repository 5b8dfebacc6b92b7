"""Does what CloudFormation can't: keep the email subscriptions, and look at the document of channels.

CloudFormation can make a subscription per resource, but no resources out of a list of unknown length, and it
does not look into a secret. It waits for an answer whatever happens, so there always is one.

What SNS does not allow, this can't do either: a subscription that nobody has confirmed yet can't be deleted.
It lapses by itself after 48 hours, and until then the person may still confirm it
(https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html).
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from reprieve.dataclass import dataclass
from reprieve.environment import read_addresses
from reprieve.errors import DeniedError, NotUnderstoodError, ReprieveError
from reprieve.messages.channels.configured import BY_PARAMETER, DOCUMENT
from reprieve.messages.channels.document import read_document
from reprieve.ports import Subscriptions, Tools

Event = Mapping[str, Any]

CHANNEL_DOCUMENT: Final = "Custom::ChannelDocument"

_LONGEST_REASON = 500  # CloudFormation refuses an answer of more than 4096 bytes
_UNTIL_ALLOWED: Final = (1, 3, 6)
"""Seconds between looks at a secret: a permission that was granted just now takes a while to hold."""

_MARKS_KEPT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How many subscriptions were added and removed, and how many unwanted ones are left to lapse."""

    added: int = 0
    removed: int = 0
    left_to_lapse: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many channels of the document are good, and what is wrong with the others."""

    good: int = 0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What CloudFormation is told: `body`, in its own words. `done` or `error` is for the log."""

    body: Mapping[str, str]
    done: Changes | Checked | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What it is done with; `wait` waits so many seconds."""

    subscriptions: Subscriptions
    tools: Tools
    wait: Callable[[float], None]


def answer(event: Event, means: Means) -> Answer:
    """Do what a custom resource's event asks for, and say how it went; never raises."""
    try:
        done = _apply(event, means)
        return Answer(body=_body(event, "SUCCESS", _physical_id(event)), done=done)
    except Exception as error:  # noqa: BLE001  # a request without an answer holds the stack until it times out
        return Answer(body=_body(event, "FAILED", _known_id(event), _reason(error)), error=error)


def _apply(event: Event, means: Means) -> Changes | Checked:
    """Do it. A deletion needs nothing: subscriptions go with their topic, a document is only read."""
    if event["RequestType"] == "Delete":
        return Checked() if is_document(event) else Changes()
    properties = event["ResourceProperties"]
    if is_document(event):
        arn = properties["SecretArn"]
        return Checked() if _mark(arn) in _marks(event) else check(arn, means)
    return equalize(properties["TopicArn"], read_addresses(properties["Addresses"]), means.subscriptions)


def is_document(event: Event) -> bool:
    """Return whether a custom resource is the document of channels."""
    kind: str = event["ResourceType"]
    return kind == CHANNEL_DOCUMENT


def check(arn: str, means: Means) -> Checked:
    """Look at the document of channels in a secret.

    Raises:
        NotUnderstoodError: no channel of it is good.
        AwsError: it could not be read.
    """
    document = read_document(_text(arn, means), means.tools, BY_PARAMETER)
    faults = tuple(map(str, document.faults))
    if not document.channels:
        raise NotUnderstoodError(DOCUMENT, f"no channel of the document is valid: {'; '.join(faults)}")
    return Checked(good=len(document.channels), faults=faults)


def _text(arn: str, means: Means) -> str:
    for seconds in _UNTIL_ALLOWED:
        try:
            return means.tools.document(arn)
        except DeniedError:
            means.wait(seconds)
    return means.tools.document(arn)


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


def _body(event: Event, status: str, physical_id: str, reason: str = "") -> dict[str, str]:
    return {
        "Status": status,
        "Reason": reason[:_LONGEST_REASON],
        "PhysicalResourceId": physical_id,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }


def _known_id(event: Event) -> str:
    """Return the id that CloudFormation knows: of another one it would delete the first."""
    known: str = event.get("PhysicalResourceId", event["LogicalResourceId"])
    return known


def _physical_id(event: Event) -> str:
    """Return the id; a document's also says which documents were accepted, so that a rollback to one works.

    A document may have become worse since then, and a rollback that fails leaves a stack that can't be used.
    """
    marks = _marks(event)
    if not is_document(event) or event["RequestType"] == "Delete":
        return _known_id(event)
    mark = _mark(event["ResourceProperties"]["SecretArn"])
    return "/".join(
        (event["LogicalResourceId"], *[each for each in marks if each != mark][1 - _MARKS_KEPT :], mark)
    )


def _marks(event: Event) -> tuple[str, ...]:
    return tuple(_known_id(event).split("/")[1:])


def _mark(arn: str) -> str:
    return sha256(arn.encode()).hexdigest()[:8]


def _reason(error: Exception) -> str:
    return f"{error}" if isinstance(error, ReprieveError) else f"{type(error).__name__}: {error}"
