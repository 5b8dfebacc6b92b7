"""What happened to a case, in words: decisions, messages, and who opened the page."""

from collections.abc import Iterator, Mapping
from typing import Final

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.decision import Decision
from reprieve.cases.notice import Reason
from reprieve.cases.result import Result
from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.respond.pages.rescue_outcomes import NOT_ON_RECORD, chosen

HISTORY: Final = "Decisions and events"
NO_DECISION: Final = "No decision yet"
SCHEDULED: Final = "{who} scheduled the deletion"
RESULTS: Final[Mapping[str, str]] = {
    Result.STARTED: NOT_ON_RECORD,
    Result.RESCUED: "Done: the key was enabled.",
    Result.CANCELLED: "Done: the deletion was cancelled, and the key stayed disabled.",
    Result.KEPT: "Recorded: the deletion goes on, messages stop.",
    Result.NOT_ENABLED: "The deletion was cancelled; enabling the key failed.",
    Result.ALREADY: "There was nothing left to do.",
    Result.DISABLED_AFTERWARDS: "There was nothing left to cancel; the key had been disabled.",
    Result.DENIED: "AWS denied it.",
    Result.BUSY: "KMS was busy; nothing was changed.",
    Result.UNREACHABLE: "KMS did not answer; nothing was changed.",
    Result.UNSURE: "KMS' answer was lost; it is not known whether it worked.",
    Result.NOT_DONE: "KMS did not do it.",
    Result.UNPROVEN: "KMS accepted it and had not confirmed it.",
    Result.GONE: "KMS had no such key.",
    Result.WAITS_FOR_REPLICAS: "The key was waiting for its replicas; nothing was changed.",
    Result.SCHEDULED_AGAIN: "The key had been scheduled again; nothing was changed.",
    Result.DECIDED_MEANWHILE: "Another decision came first; this one changed nothing.",
    Result.NOT_RECORDED: "It could not be recorded, and was not carried out.",
}
_NOTICES: Final[Mapping[str, str]] = {
    Reason.KEY_IN_USE: "calls are refused",
    Reason.NEW_CALLER: "a new caller, or a new resource",
    Reason.STILL_IN_USE: "calls are still refused",
    Reason.MANAGEMENT_CALL: "a management call was refused",
    Reason.DELETION_SCHEDULED: "the deletion was scheduled",
    Reason.DELETION_SOON: "the deletion is near",
    Reason.DELETION_CANCELLED: "a cancellation of the deletion",
    Reason.DELETION_KEPT: "nothing stops the deletion",
    Reason.KEY_DELETED: "the deletion is over",
    Reason.CASE_CONTINUED: "the case continues with its date",
    Reason.CORRECTION: "an earlier message was wrong",
    Reason.DIGEST: "several messages in one",
    Reason.TEST: "a test",
    Reason.NO_EVENT_FOUND: "the alarm fired, and no record explains it",
}
_AUTH_METHODS: Final[Mapping[AuthMethod, str]] = {
    AuthMethod.LINK: "identified by the link only",
    AuthMethod.NETWORK: "identified by the link and the network only",
    AuthMethod.SIGN_IN: "signed in",
    AuthMethod.SLACK: "identified by Slack",
}


def folded(number: int) -> str:
    """Return how many messages and page views there are."""
    return "1 message or page view" if number == 1 else f"{number} messages and page views"


def left_out(number: int) -> str:
    """Return how much of the history is not shown."""
    return "1 earlier entry is not shown." if number == 1 else f"{number} earlier entries are not shown."


def happened(entry: Entry) -> tuple[str, ...]:
    """Return an event in the life of a case, the first line what it was."""
    match entry.event:
        case Event.DECISION if entry.decision:
            return tuple(_decided(entry, entry.decision))
        case Event.OPENED if entry.visitor:
            return (f"{entry.visitor.label} opened the page.", _origin(entry.visitor))
        case Event.SEEN if entry.visitor:
            return (f"{entry.visitor.label} has seen this test.", _origin(entry.visitor))
        case _:
            reason = entry.reason or ""
            return (f"Message sent: {_NOTICES.get(reason, reason)}.",)


def _decided(entry: Entry, decision: Decision) -> Iterator[str]:
    yield f"{decision.by.label} chose to {chosen(decision)}."
    if decision.why:
        yield f"Reason: {decision.why}"
    result = entry.outcome or Result.STARTED
    state = f" KMS said {decision.state}." if decision.state else ""
    yield f"{RESULTS.get(result, f'Result: {result}.')}{state}"
    yield _origin(decision.by)


def _origin(visitor: Visitor) -> str:
    came = f"{visitor.origin}, {_AUTH_METHODS[visitor.auth_method]}"
    link = f", with the link that was sent to {visitor.sent_to}" if visitor.person and visitor.sent_to else ""
    return f"From {came}{link}."
