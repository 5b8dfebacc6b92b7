"""What a page says when it is not the case itself: every outcome in one place, each with what to do."""

import json
from dataclasses import dataclass, field, replace
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases import Case, Decision, Key
from reprieve.clock import for_people
from reprieve.console import rescue_commands

GOOD: Final = "good"
BAD: Final = "bad"
_TOLD: Final = " Every channel is being told that this is handled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is so now, and what to do.

    Attributes:
        status: The HTTP status.
        title: What is so, in a few words.
        said: The paragraphs beneath it.
        tone: `good` or `bad`, for the colour; the words say it too.
        key: The key; None where nothing about it may be shown.
        commands: What does the same in the AWS CLI.
        statement: A policy statement to add, as JSON.
        offer_enable: Whether a button may enable the key.
        retry_after: Seconds after which to try again.
    """

    status: int
    title: str
    said: tuple[str, ...]
    tone: str = BAD
    key: Key | None = None
    commands: tuple[str, ...] = field(default=())
    statement: str = ""
    offer_enable: bool = False
    retry_after: int | None = None


BAD_LINK: Final = Outcome(
    status=404,
    title="This link opens nothing",
    said=(
        "It may have expired, it may be incomplete, or the deletion that it was for may be off.",
        "Open the latest message again, and use the whole link in it. The message also says how to act"
        " without the link.",
    ),
)

NOT_CHECKED: Final = Outcome(
    status=503,
    title="The link could not be checked",
    said=("Nothing was changed. Try again in a minute; the message also says how to act without the link.",),
    retry_after=60,
)

BAD_FORM: Final = Outcome(
    status=400,
    title="The form did not say what to do",
    said=("Nothing was changed. Open the link again, and use the button on the page.",),
)

NO_REASON: Final = Outcome(
    status=400,
    title="The reason is missing",
    said=(
        "Nothing was changed. Open the link again, and say in a few words why the deletion is meant:"
        " your colleagues read it.",
    ),
)

TOO_LARGE: Final = Outcome(
    status=413,
    title="That was too much for a form",
    said=("Nothing was changed. Open the link again, and use the button on the page.",),
)


def rescued(key: Key, proven_at: str) -> Outcome:
    """Say that the key works again."""
    return Outcome(
        status=200,
        title="The key works again",
        tone=GOOD,
        key=key,
        said=(
            f"The deletion is cancelled. KMS says the key is {key.state}, at {proven_at}.",
            "What needs the key can use it at once." + _TOLD,
            "To undo this, schedule the deletion again in KMS.",
        ),
    )


def cancelled(key: Key, proven_at: str) -> Outcome:
    """Say that the deletion is off and, as it was chosen, the key is not enabled."""
    return Outcome(
        status=200,
        title="The deletion is cancelled",
        tone=GOOD,
        key=key,
        said=(
            f"KMS says the key is {key.state}, at {proven_at}.",
            "What needs the key stays broken until it is enabled.",
        ),
        commands=rescue_commands(key.arn)[1:],
    )


def kept(key: Key, case: Case | None) -> Outcome:
    """Say that the deletion goes on, and that the case is quiet."""
    date = f" on {for_people(case.deletion_date)}" if case and case.deletion_date else ""
    return Outcome(
        status=200,
        title="The deletion goes on",
        tone=GOOD,
        key=key,
        said=(
            f"KMS deletes the key{date}. Then what it encrypted can't be read by anybody, ever.",
            "You are told once more, a day before, how often the key was used until then." + _TOLD,
            "To undo this, open the link again and cancel the deletion.",
        ),
    )


def not_enabled(key: Key, why: str) -> Outcome:
    """Say that the deletion is off, and that enabling the key failed."""
    return Outcome(
        status=200,
        title="The deletion is cancelled, and the key is not enabled yet",
        key=key,
        said=(
            f"The key is safe: nothing deletes it any more. It is still {key.state}: {why}.",
            "What needs the key stays broken until it is enabled. Try that here, or with the command.",
        ),
        commands=rescue_commands(key.arn)[1:],
        offer_enable=True,
    )


def already(key: Key, decision: Decision | None) -> Outcome:
    """Say that there is nothing to cancel any more, and who saw to it, where that is known."""
    disabled = key.state == "Disabled"
    asked = bool(decision and decision.enable)
    return Outcome(
        status=200,
        title="The deletion is already off",
        tone=GOOD,
        key=key,
        said=(
            _who(decision),
            f"KMS says the key is {key.state}."
            + (" What needs it stays broken until it is enabled." if disabled else ""),
        ),
        commands=rescue_commands(key.arn)[1:] if disabled else (),
        offer_enable=disabled and asked,
    )


def gone(key: Key) -> Outcome:
    """Say that the key does not exist any more."""
    return Outcome(
        status=410,
        title="The key is gone",
        key=key,
        said=(
            "KMS knows no such key any more. A deleted key can't be brought back, and what it encrypted"
            " can't be read.",
            "If it was a replica of a multi-Region key, it can be made again from its primary.",
            "If AWS Support tells of another way, they need the ARN: " + str(key.arn),
        ),
    )


def denied(key: Key, action: str, changed: str) -> Outcome:
    """Say which permission is missing, and give the statement that grants it."""
    return Outcome(
        status=403,
        title="This stack may not do that",
        key=key,
        said=(
            f"{action} was denied. {changed}",
            "Somebody who may act on the key can do so with the commands beneath. For the next time, the"
            " key's policy needs to let the account's IAM policies decide, or this statement"
            " with the ARN of the role of the function that answers this page:",
        ),
        statement=_statement(key.arn),
        commands=rescue_commands(key.arn),
    )


def busy(key: Key) -> Outcome:
    """Say that KMS asks for fewer requests."""
    return Outcome(
        status=503,
        title="KMS is busy",
        key=key,
        said=("Nothing was changed: KMS asked for fewer requests. Try again in a few seconds.",),
        commands=rescue_commands(key.arn),
        retry_after=5,
    )


def unreachable(key: Key) -> Outcome:
    """Say that KMS gave no answer, before anything was asked of it."""
    return Outcome(
        status=503,
        title="KMS did not answer",
        key=key,
        said=("Nothing was changed. Try again in a minute, or use the commands beneath.",),
        commands=rescue_commands(key.arn),
        retry_after=60,
    )


def unsure(key: Key) -> Outcome:
    """Say that the call was made and its outcome can't be proven."""
    return Outcome(
        status=503,
        title="It is not known whether that worked",
        key=key,
        said=(
            "KMS was asked to cancel the deletion, and the answer got lost. What state the key is in"
            " could not be read either.",
            "Open the link again in a minute: the page reads the state anew. Asking twice does no harm.",
        ),
        commands=rescue_commands(key.arn),
        retry_after=60,
    )


def unproven(key: Key, at: str) -> Outcome:
    """Say that KMS took the calls and does not show it yet, or could not be read."""
    state = f"still {key.state}, at {at}" if key.state else "not to be had: it could not be read"
    return Outcome(
        status=200,
        title="KMS took the order, and it is not proven yet",
        key=key,
        said=(
            f"KMS accepted the cancellation. The state that it tells of the key is {state}.",
            "Open the link again in a minute: the page reads the state anew. Asking twice does no harm.",
        ),
        commands=rescue_commands(key.arn),
    )


def untold(outcome: Outcome) -> Outcome:
    """Say, beside the outcome, that the others could not be told."""
    warning = "The other channels could not be told. Please tell your colleagues yourself."
    said = tuple(line.replace(_TOLD, "").strip() for line in outcome.said)
    return replace(outcome, said=(*said, warning))


def not_recorded(key: Key) -> Outcome:
    """Say that nothing was done because it could not be put on record."""
    return Outcome(
        status=503,
        title="Nothing was changed",
        key=key,
        said=(
            "What is done here has to be put on record first, and the record could not be written."
            " Try again in a minute.",
            "If it is urgent, the commands beneath do the same, and CloudTrail records them.",
        ),
        commands=rescue_commands(key.arn),
        retry_after=60,
    )


def _who(decision: Decision | None) -> str:
    if decision is None:
        return "Somebody cancelled it by another way than this page; CloudTrail knows who."
    return (
        f"Somebody with the link from {decision.channel} cancelled it at {for_people(decision.at)},"
        f" from {decision.source_ip or 'an unknown address'}."
    )


def _statement(key: KeyArn) -> str:
    statement = {
        "Sid": "AllowRescue",
        "Effect": "Allow",
        "Principal": {"AWS": "the role's ARN"},
        "Action": ["kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey"],
        "Resource": "*",
    }
    return f"# in the policy of {key}\n{json.dumps(statement, indent=2)}"
