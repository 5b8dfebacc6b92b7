"""What a page says when it is not the case itself: every outcome in one place, its words in `english`."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from reprieve.cases.audit_entry import Aftermath
from reprieve.cases.case import Case, Closure
from reprieve.cases.decision import Decision
from reprieve.cases.key import Key, KeyState
from reprieve.console import rescue_commands
from reprieve.errors import AwsError, DeniedError, SignInError
from reprieve.respond.access_denied import AccessDenied
from reprieve.respond.pages import english
from reprieve.respond.pages.english import Telling

GOOD: Final = "good"
BAD: Final = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is so now, and what to do.

    Attributes:
        name: How the audit trail calls it.
        status: The HTTP status.
        words: What is said of it.
        tone: `good` or `bad`, for the colour; the words say it too.
        key: The key; None where nothing about it may be shown.
        proven: What KMS said of the key, and when.
        commands: What does the same in the AWS CLI.
        statement: What to add somewhere, ready to be copied.
        offer_enable: Whether a button may enable the key.
        offer_again: Whether to offer to open the page again.
        retry_after: Seconds after which to try again.
        decisions: How many decisions there were; a form on the page says so again.
    """

    name: str
    status: int
    words: Telling
    tone: str = BAD
    key: Key | None = None
    proven: str = ""
    commands: tuple[str, ...] = field(default=())
    statement: str = ""
    offer_enable: bool = False
    offer_again: bool = False
    retry_after: int | None = None
    decisions: int = 0


BAD_LINK: Final = Outcome(name="bad-link", status=404, words=english.BAD_LINK)
NOT_CHECKED: Final = Outcome(
    name="not-checked", status=503, words=english.NOT_CHECKED, retry_after=60, offer_again=True
)
BAD_FORM: Final = Outcome(name="bad-form", status=400, words=english.BAD_FORM, offer_again=True)
NO_REASON: Final = Outcome(name="no-reason", status=400, words=english.NO_REASON, offer_again=True)
TOO_LARGE: Final = Outcome(name="too-large", status=413, words=english.TOO_LARGE, offer_again=True)
FOREIGN_FORM: Final = Outcome(name="foreign-form", status=403, words=english.FOREIGN_FORM, offer_again=True)


def not_from_here(address: str) -> Outcome:
    """The page opens in certain networks alone."""
    return Outcome(name="not-from-here", status=403, words=english.not_from_here(address))


def sign_in_first(issuer: str) -> Outcome:
    """The page is shown to those alone who sign in."""
    return Outcome(name="sign-in-first", status=200, tone=GOOD, words=english.sign_in_first(issuer))


def still_signed_in() -> Outcome:
    """A sign-in that is over was to be ended once more, by somebody whose session it has begun."""
    return Outcome(name="not-signed-in", status=200, tone=GOOD, words=english.STILL_SIGNED_IN)


def sign_in_again(issuer: str) -> Outcome:
    """A decision came without a session, and was not taken."""
    return Outcome(name="sign-in-first", status=200, words=english.sign_in_again(issuer))


def not_signed_in(error: SignInError) -> Outcome:
    """Somebody could not sign in."""
    return Outcome(name="not-signed-in", status=403, words=english.not_signed_in(error))


def rescued(key: Key, at: datetime) -> Outcome:
    """The key works again."""
    return Outcome(
        name="rescued",
        status=200,
        words=english.RESCUED,
        tone=GOOD,
        key=key,
        proven=_proof(key, at),
    )


def cancelled(key: Key, at: datetime) -> Outcome:
    """The deletion is off and, as it was chosen, the key is not enabled."""
    return Outcome(
        name="cancelled",
        status=200,
        words=english.CANCELLED,
        tone=GOOD,
        key=key,
        proven=_proof(key, at),
        commands=rescue_commands(key.arn)[1:],
    )


def kept(key: Key, case: Case | None, at: datetime) -> Outcome:
    """The deletion goes on, and the case is quiet."""
    return Outcome(
        name="kept",
        status=200,
        words=english.kept(case.deletion_date if case else key.deletion_date),
        tone=GOOD,
        key=key,
        proven=_proof(key, at),
        offer_again=True,
    )


def not_enabled(key: Key, problem: AwsError, at: datetime) -> Outcome:
    """The deletion is off, and enabling the key failed."""
    return Outcome(
        name="not-enabled",
        status=200,
        words=english.not_enabled(problem),
        key=key,
        proven=_proof(key, at),
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
    """There is nothing to cancel any more: who saw to it, and whether somebody has disabled the key since.

    A button enables the key only where it is `aftermath` of this page (docs/decisions/0018).
    `decision` is the latest one that may have brought the key back, `closure` how the case ended.
    """
    is_disabled = key.state == KeyState.DISABLED
    is_afterwards = is_disabled and aftermath is Aftermath.WORKED
    can_enable = is_disabled and aftermath is Aftermath.UNFINISHED
    by = english.cancelled_by(decision, at) if decision else english.cancelled_elsewhere(closure, at)
    words = english.already(by, is_disabled=is_disabled, can_enable=can_enable)
    return Outcome(
        name="disabled-afterwards" if is_afterwards else "already",
        status=200,
        words=english.disabled_afterwards(by) if is_afterwards else words,
        tone=BAD if is_afterwards else GOOD,
        key=key,
        proven=_proof(key, at),
        commands=rescue_commands(key.arn)[1:] if is_disabled else (),
        offer_enable=can_enable,
    )


def decided_meanwhile(key: Key, decision: Decision, at: datetime) -> Outcome:
    """Somebody decided while this person was reading."""
    return Outcome(
        name="decided-meanwhile",
        status=409,
        words=english.decided_meanwhile(decision, at),
        key=key,
        proven=_proof(key, at),
        offer_again=True,
    )


def waits_for_replicas(key: Key, at: datetime) -> Outcome:
    """The key waits for its replicas, with a deletion that has no date."""
    return Outcome(
        name="waits-for-replicas",
        status=409,
        words=english.waits_for_replicas(key),
        key=key,
        proven=_proof(key, at),
        commands=rescue_commands(key.arn),
    )


def scheduled_again(key: Key, at: datetime) -> Outcome:
    """The deletion which this link is for is over, and there is another one."""
    return Outcome(
        name="scheduled-again",
        status=409,
        words=english.scheduled_again(key, at),
        key=key,
        proven=_proof(key, at),
        commands=rescue_commands(key.arn),
    )


def gone(key: Key) -> Outcome:
    """The key does not exist any more."""
    return Outcome(name="gone", status=410, words=english.gone(key.arn), key=key)


def denied(key: Key, error: DeniedError) -> Outcome:
    """A permission is missing: which, and who can give it with what."""
    denial = AccessDenied.read(error, key.arn)
    return Outcome(
        name="denied",
        status=403,
        words=english.denied(denial),
        key=key,
        statement=_permission(denial),
        commands=rescue_commands(key.arn),
    )


def busy(key: Key) -> Outcome:
    """KMS asks for fewer requests."""
    return _not_now(key, name="busy", words=english.BUSY, retry_after=5)


def unreachable(key: Key) -> Outcome:
    """KMS gave no answer, before anything was asked of it."""
    return _not_now(key, name="unreachable", words=english.UNREACHABLE)


def unsure(key: Key) -> Outcome:
    """The call was made, and its outcome can't be proven."""
    return _not_now(key, name="unsure", words=english.UNSURE)


def not_done(key: Key, problem: AwsError, at: datetime) -> Outcome:
    """KMS was asked and did not do it, as far as can be seen."""
    return replace(_not_now(key, name="not-done", words=english.not_done(problem)), proven=_proof(key, at))


def unproven(key: Key, at: datetime, problem: AwsError | None = None) -> Outcome:
    """KMS took the calls and does not show it yet, or could not be read."""
    return Outcome(
        name="unproven",
        status=200,
        words=english.unproven(key.state, english.clock(at), problem),
        key=key,
        commands=rescue_commands(key.arn),
        offer_again=True,
    )


def untold(outcome: Outcome) -> Outcome:
    """The same outcome, of which the others could not be told."""
    after, warning = english.untold(outcome.words)
    words = replace(outcome.words, said=(*outcome.words.said, warning), next=after)
    return replace(outcome, words=words)


def not_recorded(key: Key) -> Outcome:
    """Nothing was done because it could not be put on record."""
    return _not_now(key, name="not-recorded", words=english.NOT_RECORDED)


def _not_now(key: Key, *, name: str, words: Telling, retry_after: int = 60) -> Outcome:
    """Return what may do better in a while; the commands do the same without this page."""
    return Outcome(
        name=name,
        status=503,
        words=words,
        key=key,
        commands=rescue_commands(key.arn),
        retry_after=retry_after,
        offer_again=True,
    )


def _proof(key: Key, at: datetime) -> str:
    return english.proven(key.state, english.clock(at)) if key.state else ""


def _permission(denial: AccessDenied) -> str:
    """Return what is to be added; "" where no addition helps."""
    role = denial.role or english.ROLE_UNKNOWN
    if denial.is_cross_account:
        return f"RespondRoleArn: {role}\nAllowRescue: yes"
    if denial.is_outright:
        return ""
    statement = {
        "Sid": "AllowRescue",
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": ["kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey"],
        "Resource": "*",
    }
    return json.dumps(statement, indent=2)
