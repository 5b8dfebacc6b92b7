"""What is said when KMS did not do what a person chose, or when nobody knows whether it did."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from reprieve.cases.key import Key
from reprieve.cases.result import Result
from reprieve.console import rescue_commands
from reprieve.errors import AwsError, DeniedError
from reprieve.respond.access_denied import AccessDenied
from reprieve.respond.pages import denial_text
from reprieve.respond.pages.outcome import Outcome, failure, proof
from reprieve.respond.pages.times import clock

_ASK_AGAIN: Final = "Open the page again in a minute: it reads the state from KMS. Asking twice does no harm."


def denied(key: Key, error: DeniedError) -> Outcome:
    """A permission is missing: which, and who can grant it with what."""
    denial = AccessDenied.read(error, key.arn)
    return Outcome(
        name=Result.DENIED,
        title="This stack has no permission to do that",
        is_unchanged=True,
        said=(denial_text.said(denial),),
        next=f"A person who may manage the key can run the commands below now. {denial_text.remedy(denial)}",
        key=key,
        statement=denial_text.statement(denial),
        commands=rescue_commands(key.arn),
    )


def busy(key: Key) -> Outcome:
    """KMS asks for fewer requests."""
    outcome = _not_now(key, Result.BUSY, "KMS is busy", "Try again in a few seconds.")
    return replace(outcome, said=("KMS asked for fewer requests.",), is_unchanged=True, retry_after=5)


def unreachable(key: Key) -> Outcome:
    """KMS did not answer, before it was asked to do anything."""
    said = "Try again in a minute, or use the commands below."
    return replace(_not_now(key, Result.UNREACHABLE, "KMS did not answer", said), is_unchanged=True)


def unsure(key: Key) -> Outcome:
    """The call was made, and its outcome can't be proven."""
    lost = (
        "KMS was asked to cancel the deletion, and its answer was lost. The key's state could not be read"
        " either."
    )
    return replace(
        _not_now(key, Result.UNSURE, "It is not known whether that worked", _ASK_AGAIN), said=(lost,)
    )


def not_done(key: Key, problem: AwsError, at: datetime) -> Outcome:
    """KMS was asked and did not do it, as far as can be seen."""
    said = f"{failure(problem)}, and the key is still pending deletion."
    next_ = f"Use the commands below, or try again. {_ASK_AGAIN}"
    outcome = _not_now(key, Result.NOT_DONE, "KMS did not do that", next_)
    return replace(outcome, said=(said,), proven=proof(key, at))


def not_recorded(key: Key) -> Outcome:
    """Nothing was done because it could not be recorded."""
    said = "A decision has to be recorded before it is carried out, and the record could not be written."
    next_ = "Try again in a minute. If it is urgent, run the commands below: CloudTrail records them."
    outcome = _not_now(key, Result.NOT_RECORDED, "Your decision was not carried out", next_)
    return replace(outcome, said=(said,), is_unchanged=True)


def unproven(key: Key, at: datetime, problem: AwsError | None = None) -> Outcome:
    """KMS took the calls and does not show it yet, or could not be read."""
    failed = (f"Enabling it failed: {failure(problem)}.",) if problem else ()
    shown = (
        f"It still says that the key is {key.state}, at {clock(at)}."
        if key.state
        else "The key's state could not be read."
    )
    return Outcome(
        name=Result.UNPROVEN,
        title="KMS accepted the request but has not confirmed it",
        said=(shown, *failed),
        next=_ASK_AGAIN,
        key=key,
        commands=rescue_commands(key.arn),
        offer_again=True,
    )


def _not_now(key: Key, name: Result, title: str, then: str) -> Outcome:
    """Return what may do better in a while; the commands do the same without this page."""
    return Outcome(
        name=name,
        title=title,
        next=then,
        key=key,
        commands=rescue_commands(key.arn),
        retry_after=60,
        offer_again=True,
    )
