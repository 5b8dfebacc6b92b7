"""What is said about a decision, and of a key that there is nothing left to decide about."""

from dataclasses import replace
from datetime import datetime
from typing import Final, Literal, assert_type

from reprieve.cases.audit_entry import Aftermath
from reprieve.cases.case import Case, Closure
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key, KeyState
from reprieve.cases.result import Result
from reprieve.clock import for_people
from reprieve.console import rescue_commands
from reprieve.errors import AwsError
from reprieve.messages.key_details import regions
from reprieve.respond.pages.outcome import Outcome, Tone, failure, proof
from reprieve.respond.pages.times import when

NOT_ON_RECORD: Final = "What came of it is not on record."
_EVERY_CHANNEL: Final = "Every channel is being notified."
_UNTOLD: Final = "The other channels could not be notified. Tell your colleagues yourself."
_STAYS_BROKEN: Final = "Programs that need the key fail until it is enabled."
_BY_COMMAND: Final = "The command below enables it."
HERE: Final = "Enable it here"
"""What the page says, and a message about it says otherwise."""

_BROKEN_TILL_HERE: Final = f"{_STAYS_BROKEN} {HERE} or with the command below."
_SCHEDULE_AGAIN: Final = "Schedule the deletion again in KMS. The full waiting period starts again."


def rescued(key: Key, at: datetime) -> Outcome:
    """The key works again."""
    return Outcome(
        name=Result.RESCUED,
        title="The key works again",
        said=("The deletion is cancelled, and the key is enabled.",),
        next=f"Programs can use the key at once. {_EVERY_CHANNEL}",
        undo=_SCHEDULE_AGAIN,
        tone=Tone.GOOD,
        key=key,
        proven=proof(key, at),
        offer_again=True,
    )


def cancelled(key: Key, at: datetime) -> Outcome:
    """The deletion is cancelled and, as it was chosen, the key is not enabled."""
    return Outcome(
        name=Result.CANCELLED,
        title="The deletion is cancelled; the key stays disabled",
        said=("KMS will not delete the key. It is disabled, as you chose.",),
        next=f"{_STAYS_BROKEN} {_BY_COMMAND} {_EVERY_CHANNEL}",
        undo=_SCHEDULE_AGAIN,
        tone=Tone.GOOD,
        key=key,
        proven=proof(key, at),
        commands=rescue_commands(key.arn)[1:],
        offer_again=True,
    )


def kept(key: Key, case: Case | None, at: datetime) -> Outcome:
    """Nothing stops the deletion, and the case is quiet."""
    deletion = case.deletion_date if case else key.deletion_date
    then = f" on {for_people(deletion)}" if deletion else ""
    date = f" on {deletion:%-d %b}" if deletion else ""
    return Outcome(
        name=Result.KEPT,
        title=f"Nothing stops the deletion{date}",
        said=(f"KMS deletes the key{then}. What it encrypted becomes unreadable, for good.",),
        next="Messages about this key stop. One more comes a day before the deletion, with the number of"
        f" calls refused until then, if there is a day left. {_EVERY_CHANNEL}",
        undo="Open the page again and rescue the key. You can do so until KMS has deleted it.",
        tone=Tone.PLAIN,
        key=key,
        proven=proof(key, at),
        offer_again=True,
    )


def not_enabled(key: Key, problem: AwsError, at: datetime) -> Outcome:
    """The deletion is cancelled, and enabling the key failed."""
    return Outcome(
        name=Result.NOT_ENABLED,
        title="The deletion is cancelled, but the key is not enabled yet",
        said=(f"The key is safe: KMS will not delete it. Enabling it failed: {failure(problem)}.",),
        next=_BROKEN_TILL_HERE,
        undo=_SCHEDULE_AGAIN,
        key=key,
        proven=proof(key, at),
        commands=rescue_commands(key.arn)[1:],
        offer_enable=True,
    )


def already(
    key: Key,
    decision: Decision | None,
    closure: Closure | None,
    at: datetime,
    aftermath: Aftermath = Aftermath.LEFT,
) -> Outcome:
    """There is nothing to cancel any more: who saw to it, and whether the key was disabled since.

    A button enables the key only where it is `aftermath` of this page (docs/decisions/0018).
    `decision` is the latest one that may have brought the key back, `closure` how the case ended.
    """
    by = _cancelled_by(decision, at) if decision else _cancelled_elsewhere(closure, at)
    is_disabled = key.state == KeyState.DISABLED
    if is_disabled and aftermath is Aftermath.WORKED:
        return _disabled_afterwards(key, by, at)
    can_enable = is_disabled and aftermath is Aftermath.UNFINISHED
    state = " The key works." if key.state == KeyState.ENABLED else ""
    return Outcome(
        name=Result.ALREADY,
        title="The deletion is already cancelled",
        said=(by, f"There is nothing left to decide here.{state}"),
        next=_next_of(is_disabled=is_disabled, can_enable=can_enable),
        undo=_SCHEDULE_AGAIN,
        tone=Tone.GOOD,
        key=key,
        proven=proof(key, at),
        commands=rescue_commands(key.arn)[1:] if is_disabled else (),
        offer_enable=can_enable,
    )


def _next_of(*, is_disabled: bool, can_enable: bool) -> str:
    if not is_disabled:
        return "KMS will not delete the key. This link decides nothing any more."
    return _BROKEN_TILL_HERE if can_enable else f"{_STAYS_BROKEN} {_BY_COMMAND}"


def _disabled_afterwards(key: Key, by: str, at: datetime) -> Outcome:
    """The key worked again, and was disabled since: that is not this page's to undo."""
    return Outcome(
        name=Result.DISABLED_AFTERWARDS,
        title="The deletion is cancelled, and the key was disabled later",
        said=(by, "KMS enabled the key after that. CloudTrail shows who disabled it since."),
        next="If that was intentional, leave it. This page does not undo it. If it was a mistake, enable the"
        " key with the command below. Programs that need the key fail until then.",
        undo=_SCHEDULE_AGAIN,
        key=key,
        proven=proof(key, at),
        commands=rescue_commands(key.arn)[1:],
    )


def decided_meanwhile(key: Key, decision: Decision, at: datetime) -> Outcome:
    """Another decision was taken while this person was reading; it may have been their own second click."""
    reason = (f'The reason given: "{decision.why}".',) if decision.why else ()
    return Outcome(
        name=Result.DECIDED_MEANWHILE,
        title="This was decided while you were reading",
        said=(
            f"{decision.by.label} chose to {chosen(decision)}, on {when(decision.at, at)}.",
            *reason,
            "Your own choice changed nothing.",
        ),
        next="Open the page again. It shows the case as it is now, and what is left to decide.",
        key=key,
        proven=proof(key, at),
        offer_again=True,
    )


def waits_for_replicas(key: Key, at: datetime) -> Outcome:
    """The key waits for its replicas, with a deletion that has no date."""
    family = f" ({regions(key)})" if key.relatives else ""
    return Outcome(
        name=Result.WAITS_FOR_REPLICAS,
        title="This multi-Region key waits for its replicas",
        is_unchanged=True,
        said=(
            "It is the primary key. KMS deletes it some days after it has deleted the last of its"
            f" replicas{family}. This link was for another deletion.",
        ),
        next="Open the latest message, or use the commands below: they stop this deletion too.",
        key=key,
        proven=proof(key, at),
        commands=rescue_commands(key.arn),
    )


def scheduled_again(key: Key, at: datetime) -> Outcome:
    """The deletion which this link is for is over, and there is another one."""
    date = f" KMS deletes the key on {when(key.deletion_date, at)}." if key.deletion_date else ""
    return Outcome(
        name=Result.SCHEDULED_AGAIN,
        title="The key was scheduled for deletion again",
        is_unchanged=True,
        said=(f"This link was for an earlier deletion, which was cancelled.{date}",),
        next="Open the latest message: its link is for this deletion. The commands below stop it too.",
        key=key,
        proven=proof(key, at),
        commands=rescue_commands(key.arn),
    )


def gone(key: Key, *, is_due: bool) -> Outcome:
    """KMS has no such key: it is deleted, or, before its date, never was."""
    if not is_due:
        return Outcome(
            name=Result.GONE,
            title="KMS has no such key",
            said=(
                "Its deletion date has not passed, and KMS deletes no key before. It may never have existed.",
            ),
            next=f"Look in CloudTrail for ScheduleKeyDeletion of {key.arn}. If you find it, ask AWS Support.",
            key=key,
        )
    return Outcome(
        name=Result.GONE,
        title="The key is deleted",
        said=("KMS has no such key. A deleted key can't be restored, and what it encrypted can't be read.",),
        next="If it was a replica of a multi-Region key, replicate it again from its primary key. Otherwise"
        f" look for backups under another key. AWS Support needs the ARN: {key.arn}",
        key=key,
    )


def untold(outcome: Outcome) -> Outcome:
    """The same outcome, of which the other channels could not be notified."""
    tone = Tone.PLAIN if outcome.tone is Tone.GOOD else outcome.tone
    after = outcome.next.replace(_EVERY_CHANNEL, "").strip()
    return replace(outcome, next=after, warning=_UNTOLD, tone=tone)


def chosen(decision: Decision) -> str:
    """Return what a person chose, after `chose to`."""
    match decision.choice:
        case Choice.CANCEL:
            return "rescue the key" if decision.enable else "only cancel the deletion"
        case Choice.ENABLE:
            return "enable the key"
        case rest:
            assert_type(rest, Literal[Choice.KEEP])
            return "let the key be deleted"


def _cancelled_by(decision: Decision, now: datetime) -> str:
    """Return who cancelled a deletion on the page, from where and when."""
    did, then = "cancelled the deletion", ""
    if decision.state is None:
        did, then = f"chose to {chosen(decision)}", f" {NOT_ON_RECORD}"
    elif decision.choice is Choice.ENABLE:
        did = "enabled the key after the cancellation"
    elif decision.state == KeyState.ENABLED:
        did = "cancelled the deletion and enabled the key"
    return f"{decision.by.label} {did}, on {when(decision.at, now)}, from {decision.by.origin}.{then}"


def _cancelled_elsewhere(closure: Closure | None, now: datetime) -> str:
    """Return who cancelled a deletion outside this page, where that is known."""
    if closure is None or closure.by is None:
        return "The deletion was cancelled outside this page. CloudTrail shows who did it."
    return f"{closure.by.label} cancelled the deletion outside this page, on {when(closure.at, now)}."
