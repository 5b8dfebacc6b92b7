"""The first words of a notice, by its reason: the subject, the sentence beneath it, and what was decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, assert_never

from reprieve.cases.case import Closure
from reprieve.cases.decision import Decision
from reprieve.cases.key import Key
from reprieve.cases.notice import DigestEntry, Notice, Reason
from reprieve.cases.usage import Uses
from reprieve.clock import for_people
from reprieve.messages.phrases import PENDING, requests, until
from reprieve.messages.problem_phrases import PRODUCT, sentence, title

VERBS: Final[Mapping[Reason, str]] = {
    Reason.KEY_IN_USE: "Still in use",
    Reason.NEW_CALLER: "Used by one more",
    Reason.STILL_IN_USE: "Still in use",
    Reason.MANAGEMENT_CALL: "Management call refused",
    Reason.DELETION_SCHEDULED: "To be deleted",
    Reason.DELETION_SOON: "Deleted soon, and in use",
    Reason.DELETION_CANCELLED: "Deletion cancelled",
    Reason.DELETION_KEPT: "Deletion is meant",
    Reason.CORRECTION: "Correction",
}
_UNUSED: Final = "and no use of it has been refused since"
_QUIET: Final = "You are not told of its uses any more, but for a reminder a day before."
ENDED: Final = frozenset({Reason.DELETION_CANCELLED})


def headline(notice: Notice) -> str:
    """Return the first sentence: the answer."""
    match notice.reason:
        case Reason.NO_EVENT_FOUND:
            return "The alarm rang, and no CloudTrail record that names a key explains it."
        case Reason.STACK_UNHEALTHY:
            return sentence(notice.problem) if notice.problem else f"{PRODUCT} is not well."
        case Reason.DIGEST:
            return "There are more notices than fit one by one. Each key below has one."
        case Reason.DELETION_CANCELLED:
            return _cancelled(notice.closure)
        case Reason.CORRECTION:
            return _corrected(notice.closure)
        case _:
            return _of_open_case(notice, notice.reason)


_OfOpenCase = Literal[
    Reason.KEY_IN_USE,
    Reason.NEW_CALLER,
    Reason.STILL_IN_USE,
    Reason.MANAGEMENT_CALL,
    Reason.DELETION_SCHEDULED,
    Reason.DELETION_SOON,
    Reason.DELETION_KEPT,
]


def _of_open_case(notice: Notice, reason: _OfOpenCase) -> str:  # noqa: PLR0911 - one sentence for each reason
    match reason:
        case Reason.DELETION_KEPT:
            return f"Somebody decided that the deletion of a KMS key is meant. {_QUIET}"
        case Reason.MANAGEMENT_CALL:
            return f"Somebody tried to manage a KMS key that is {PENDING}. It was not used."
        case Reason.NEW_CALLER:
            return f"One more caller, or a use for something else: {_lower(in_use(notice.key))}"
        case Reason.STILL_IN_USE:
            return (
                f"{in_use(notice.key)[:-1]}: {requests(notice.uses_since_last or 0)} since the last notice."
            )
        case Reason.DELETION_SCHEDULED:
            return f"A KMS key was scheduled for deletion, {_UNUSED}. Was this meant?"
        case Reason.DELETION_SOON:
            return f"A KMS key that is {PENDING} is deleted soon, {_since_told(notice)}."
        case Reason.KEY_IN_USE:
            return in_use(notice.key)
        case _:
            assert_never(reason)


def _cancelled(closure: Closure | None) -> str:
    """Return that a deletion was cancelled, and how much of that is known."""
    if closure and not closure.confirmed:
        return "CloudTrail says that the deletion of a KMS key was cancelled. KMS could not be asked."
    if closure and closure.scheduled_again:
        date = for_people(closure.scheduled_again)
        return f"The deletion of a KMS key was cancelled, and scheduled again for {date}."
    return "The deletion of a KMS key was cancelled."


def _corrected(closure: Closure | None) -> str:
    """Return what was said before, and is not so."""
    if closure:
        return "An earlier notice said that a KMS key is in use. KMS says that there is no such key."
    return "An earlier notice said that a deletion was cancelled. KMS says that the key is pending deletion."


def in_use(key: Key | None) -> str:
    """Return the sentence that the key is in use, or was while it waited."""
    if key and key.state and not key.is_pending:
        return f"A KMS key was used while it was {PENDING}. The deletion is off: KMS says {key.state} now."
    return f"A KMS key that is {PENDING} is still in use."


def subject(notice: Notice, limit: int) -> str:
    """Return one line that names the key, its account, the operation and the caller.

    Args:
        notice: The notice.
        limit: How many characters it may have; the names in it give way.
    """
    key = notice.key
    if notice.digest:
        number = len(notice.digest.entries) + notice.digest.more
        return f"{number} more notices about KMS keys that are pending deletion"[:limit]
    if notice.problem:
        return title(notice.problem)[:limit]
    if key is None:
        return "KMS key in use: the alarm rang, and no record explains it"[:limit]
    where = f" in {key.account}"
    if notice.reason in ENDED:
        state = f", key is {key.state}" if key.state else ""
        return _fit(limit, f"{VERBS[notice.reason]}: ", key.title, where, state)
    ends = f", deleted {until(notice.at, key.deletion_date, units=1)}" if key.deletion_date else ""
    return _fit(limit, f"{VERBS[notice.reason]}: ", key.title, f"{where}{ends}", _who(notice))


def decided(decision: Decision) -> tuple[str, ...]:
    """Return what a person decided on the page, from where, and what came of it."""
    by = decision.by
    who = f"{by.label} did so at {for_people(decision.at)}"
    origin = f"From {by.source_ip or 'an unknown address'}, {by.user_agent or 'an unnamed browser'}."
    reason = (f"The reason given: {decision.why}",) if decision.why else ()
    if decision.choice == "keep":
        return (f"{who}.", *reason, origin)
    how = "with the key to be enabled again" if decision.enable else "with the key to stay disabled"
    state = (
        f"KMS says the key is {decision.state} now."
        if decision.state
        else "KMS could not be asked what state the key is in."
    )
    return (f"{who}, {how}.", *reason, origin, state)


def ended(closure: Closure, key: Key) -> tuple[str, ...]:
    """Return who cancelled a deletion by another way than the page, and the state of the key."""
    if closure.scheduled_again or not closure.confirmed:
        return (f"{closure.by.label} did so at {for_people(closure.at)}.",) if closure.by else ()
    by = closure.by.label if closure.by else "Somebody whom no record names so far"
    at = "by" if closure.by is None else "at"
    return (
        f"{by} did so, by another way than this stack's page, {at} {for_people(closure.at)}.",
        f"KMS says the key is {key.state} now." if key.state else "KMS could not be asked for its state.",
    )


def concluded(notice: Notice) -> tuple[str, ...]:
    """Return what is to be said of a decision or of an end, whoever brought it about."""
    if notice.decision:
        return decided(notice.decision)
    if notice.closure and notice.key and notice.reason in ENDED:
        return ended(notice.closure, notice.key)
    return ()


def folded(entry: DigestEntry, now: datetime) -> str:
    """Return one line of a digest: why, which key, until when, who."""
    account = f" in {entry.key.account}, {entry.key.region}"
    ends = (
        f", deleted {for_people(entry.deletion_date)}, {until(now, entry.deletion_date, units=1)}"
        if entry.deletion_date
        else ", deletion date not known"
    )
    who = f", by {', '.join(entry.callers)}" if entry.callers else ""
    title = "" if entry.title == entry.key.key_id else f" ({entry.key.key_id})"
    return f"{VERBS[entry.reason]}: {entry.title}{title}{account}{ends}{who}"


def _since_told(notice: Notice) -> str:
    if notice.decision:
        return (
            f"as somebody decided; since then KMS refused {requests(notice.uses_since_last or 0)} to use it"
        )
    return "and it is in use"


def _who(notice: Notice) -> str:
    uses: Uses = notice.management_calls if notice.reason is Reason.MANAGEMENT_CALL else notice.uses
    parts = uses.by_caller
    return f" ({next(iter(parts[0].operations), '')} by {parts[0].caller.name})" if parts else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _fit(limit: int, *parts: str) -> str:
    """Join the parts; if that is too long, leave out or shorten from the end."""
    line = ""
    for part in parts:
        if len(line) + len(part) > limit:
            return f"{(line + part)[: limit - 1]}…"
        line += part
    return line
