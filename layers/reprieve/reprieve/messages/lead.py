"""The first words of a notice: the state of the key, which key it is, and what happened."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import Notice, Reason
from reprieve.cases.sample import KEY as SAMPLE
from reprieve.clock import for_people
from reprieve.messages import problem_phrases
from reprieve.messages.headline import is_gone, is_off, verb, who
from reprieve.messages.outcome import cancelled, concluded, deleted, is_kept
from reprieve.messages.phrases import moment, requests, shortened, until

_LINE: Final = 69
_NAME_LIMIT: Final = 40
_ACCOUNT_LIMIT: Final = 30
_TITLE_LIMIT: Final = 40
_LABEL_LIMIT: Final = 60
_LOST: Final = "Once it is deleted, what it encrypted can't be read."
_OPENINGS: Final = {
    Reason.NO_EVENT_FOUND: "An alarm says that a KMS key that is pending deletion may be in use.",
    Reason.DIGEST: "Each key below has a notice. They are in one message because there are too many to send"
    " one by one.",
    Reason.CASE_CONTINUED: "The deletion date is known now, so this case continues in a new message, which"
    " has the date.",
    Reason.TEST: "This is a test. No key is in danger, and there is nothing to decide.",
}
_QUIET: Final = "No more notices of its uses are sent, except one on the day before the deletion."
_NO_DATE: Final = "The deletion date is not known."
_NO_USE: Final = "This call does not use the key. KMS refused it because of the deletion."


def opening(notice: Notice) -> tuple[str, ...]:
    """Return the first lines: what is new, where that is what the notice is about, and the state."""
    match notice.reason:
        case reason if reason in _OPENINGS:
            return (_OPENINGS[reason],)
        case Reason.STACK_UNHEALTHY:
            return (_unhealthy(notice),)
        case Reason.DELETION_CANCELLED:
            return (cancelled(notice),)
        case Reason.KEY_DELETED:
            return (deleted(notice),)
        case _ if is_gone(notice):
            return ("Correction: KMS has no such key.",)
        case _:
            return tuple(filter(None, (_news(notice), state(notice))))


def late(notice: Notice) -> str:
    """Return that a notice is sent late: all that it says was so when it was decided."""
    return f"This message is late: it says what was known at {for_people(notice.at)}."


def _unhealthy(notice: Notice) -> str:
    product, problem = problem_phrases.PRODUCT, notice.problem
    return problem_phrases.sentence(problem) if problem else f"{product} does not work as it should."


def _news(notice: Notice) -> str:
    """Return who or what is new, or what was wrong; "" where the state is all the news."""
    match notice.reason:
        case Reason.CORRECTION:
            return "Correction: the deletion still stands."
        case Reason.NEW_CALLER if notice.new_callers or notice.new_resources:
            return _new(verb(notice), notice)
        case Reason.NEW_CALLER:
            return "A new caller, or a call for something new, is refused."
        case Reason.MANAGEMENT_CALL:
            return _new(verb(notice), notice)
        case _:
            return ""


def _new(what: str, notice: Notice) -> str:
    """Return one line of a mail that names who or what is new, and how many others there are."""
    name, others = who(notice)
    return f"{what}: {shortened(name, _LINE - len(what) - len(others))}{others}." if name else f"{what}."


def state(notice: Notice) -> str:
    """Return what works, and until when, in one sentence; it never says more than KMS did."""
    key, used = notice.key, bool(notice.uses.count)
    if key is None:
        return ""
    if key.state is None:
        return _unknown(key, notice.at, is_used=used)
    if is_off(key):
        calls = "Calls were refused. " if used else ""
        return f"{calls}The deletion is off: KMS says {key.state} now{_still(key)}."
    if is_kept(notice):
        return f"Nothing stops the deletion, due {_date(key, notice.at)}."
    return f"{'Broken' if used else 'Not usable'} now, and deleted for good {_date(key, notice.at)}."


def _unknown(key: Key, now: datetime, *, is_used: bool) -> str:
    first = "Calls refused: the key was pending deletion." if is_used else "Scheduled for deletion."
    due = f"If the deletion stands, it is due {_date(key, now)}." if key.deletion_date else _NO_DATE
    return f"{first} KMS could not be asked for its state now. {due}"


def _still(key: Key) -> str:
    return ", and calls still fail" if key.state == KeyState.DISABLED else ""


def _date(key: Key, now: datetime) -> str:
    """Return `in 6 days (2026-11-29 14:02 UTC)`, or what is known instead.

    Source: KMS developer guide, "Deleting multi-Region keys": a primary's waiting period begins when its
    last replica is deleted.
    """
    if key.deletion_date:
        return f"{until(now, key.deletion_date, units=1)} ({for_people(key.deletion_date)})"
    if key.state == KeyState.PENDING_REPLICA_DELETION:
        return "some time after its last replica"
    return "on a date that is not known"


def place(key: Key) -> str:
    """Return the key's name, its account and its Region."""
    sample = "Sample: " if key.arn == SAMPLE else ""
    account = (
        f"{key.account} ({shortened(key.account_name, _ACCOUNT_LIMIT)})" if key.account_name else key.account
    )
    return f"{sample}KMS key {shortened(key.title, _TITLE_LIMIT)} in {account}, {key.region}"


def sentences(notice: Notice) -> tuple[str, ...]:
    """Return what happened, the most important first: a medium may put the last ones further down."""
    return tuple(filter(None, _sentences(notice)))


def _sentences(notice: Notice) -> Iterator[str]:
    match notice.reason:
        case Reason.NO_EVENT_FOUND:
            yield "No CloudTrail record found so far names the key."
        case Reason.DELETION_CANCELLED:
            yield from concluded(notice)
        case Reason.CASE_CONTINUED:
            return
        case Reason.KEY_DELETED:
            yield from (_last_refused(notice), _callers(notice), *concluded(notice))
        case Reason.TEST:
            yield from _tested(notice)
        case _ if is_gone(notice):
            yield "An earlier notice said that the key is in use. KMS says that there is no such key."
        case _ if notice.key:
            yield from (_last_refused(notice), *_urgent(notice), _callers(notice), _since(notice))
            yield from (_explained(notice), *concluded(notice)[1 if is_kept(notice) else 0 :])
            yield _LOST if notice.key.is_pending else ""
        case _:
            return


def _tested(notice: Notice) -> Iterator[str]:
    """Yield who sends a test notice, and what the rest of it is."""
    if notice.sender:
        where = f"account {notice.sender.account}, {notice.sender.region}"
        yield f"Someone ran kms-reprieve test-notice for the stack in {where}."
    yield "The rest is a sample of what a real notice shows. No such key, caller or account exists."


def _urgent(notice: Notice) -> Iterator[str]:
    """Yield what only a notice of this reason says, and what has to be read first."""
    match notice.reason:
        case Reason.STILL_IN_USE:
            yield f"Since the last notice: {requests(notice.uses_since_last or 0)}."
        case Reason.DELETION_SCHEDULED:
            yield from (_scheduled(notice), "Was this intended?")
        case Reason.CORRECTION:
            yield "An earlier notice said that it was cancelled."
        case Reason.DELETION_KEPT if is_kept(notice):
            yield concluded(notice)[0]
        case Reason.DELETION_SOON if is_kept(notice):
            yield from (concluded(notice)[0], _since_decided(notice))
        case _:
            return


def _explained(notice: Notice) -> str:
    """Return what only a notice of this reason says, and what has time."""
    match notice.reason:
        case Reason.MANAGEMENT_CALL:
            return _NO_USE
        case Reason.DELETION_KEPT:
            return _QUIET
        case _:
            return ""


def _last_refused(notice: Notice) -> str:
    at = notice.uses.last_at
    return f"Last refused at {moment(at, notice.at)}." if at else "No refused use is on record."


def _scheduled(notice: Notice) -> str:
    by = notice.case.scheduled_by if notice.case else None
    return (
        f"{shortened(by.caller.label, _LABEL_LIMIT)} scheduled the deletion at {for_people(by.at)}."
        if by
        else ""
    )


def _since_decided(notice: Notice) -> str:
    """Return how many calls were counted since the decision; since the last notice, if unknown."""
    before = notice.decision.refused if notice.decision else None
    number = notice.uses.count if notice.uses_since_last is None else notice.uses_since_last
    number = number if before is None else max(0, notice.uses.count - before)
    return f"Refused since then: {requests(number)}."


def _callers(notice: Notice) -> str:
    """Return how many callers are refused, and which of them most often, as far as that is known."""
    uses, is_pending = notice.uses, bool(notice.key and notice.key.is_pending)
    if not uses.count:
        return ""
    if uses.callers == 1 and not uses.unnamed:
        verb = "is" if is_pending else "was"
        return f"1 caller {verb} refused: {_named(uses.names[0])} ({requests(uses.count)})."
    number = f"At least {uses.callers}" if uses.unnamed else str(uses.callers)
    start = f"{number} callers {'are' if is_pending else 'were'} refused"
    if uses.worst:
        name, count = uses.worst
        return f"{start}, most often {_named(name)} ({count} of {requests(uses.count)})."
    return f"{start} ({requests(uses.count)}), the last one {_named(uses.names[0])}."


def _named(name: str) -> str:
    return shortened(name, _NAME_LIMIT)


def _since(notice: Notice) -> str:
    """Return since when every use is refused; a key whose state is not known may work by now."""
    if not (notice.key and notice.key.is_pending and notice.case):
        return ""
    by = notice.case.scheduled_by
    since = by.at if by else notice.uses.first_at
    if since is None or notice.reason is Reason.DELETION_SCHEDULED:
        return ""
    worked = notice.key.worked_after(since)
    earlier = "" if by or worked else " or earlier"
    return f"No use of this key has worked since {for_people(worked or since)}{earlier}."
