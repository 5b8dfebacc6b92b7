"""What a page says that is not the case itself: a title, what is known, what to do."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from reprieve.cases.key import Key
from reprieve.cases.result import Result
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError
from reprieve.respond.pages.times import clock


class Refusal(StrEnum):
    """Why a request reached no case, or no decision."""

    BAD_LINK = "bad-link"
    NOT_CHECKED = "not-checked"
    BAD_FORM = "bad-form"
    NO_REASON = "no-reason"
    TOO_LARGE = "too-large"
    FOREIGN_FORM = "foreign-form"
    NOT_FROM_HERE = "not-from-here"
    SIGN_IN_FIRST = "sign-in-first"
    SIGN_IN_AGAIN = "sign-in-again"
    NOT_SIGNED_IN = "not-signed-in"
    STILL_SIGNED_IN = "still-signed-in"
    EXPIRED = "expired"


class Tone(StrEnum):
    """The colour of a title; its words say the same."""

    GOOD = "good"
    BAD = "bad"
    PLAIN = "plain"


_OK: Final = 200
STATUS: Final[Mapping[Refusal | Result, int]] = {
    Refusal.BAD_LINK: 404,
    Refusal.NOT_CHECKED: 503,
    Refusal.BAD_FORM: 400,
    Refusal.NO_REASON: 400,
    Refusal.TOO_LARGE: 413,
    Refusal.FOREIGN_FORM: 403,
    Refusal.NOT_FROM_HERE: 403,
    Refusal.NOT_SIGNED_IN: 403,
    Result.DECIDED_MEANWHILE: 409,
    Result.WAITS_FOR_REPLICAS: 409,
    Result.SCHEDULED_AGAIN: 409,
    Result.GONE: 410,
    Result.DENIED: 403,
    Result.BUSY: 503,
    Result.UNREACHABLE: 503,
    Result.UNSURE: 503,
    Result.NOT_DONE: 503,
    Result.NOT_RECORDED: 503,
}
"""The HTTP status of what has another one than 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a request, and what to do.

    Attributes:
        name: What it is; the audit trail has a `Result` by this name.
        title: The state, in a few words.
        said: The paragraphs below it.
        is_unchanged: Whether nothing was changed, which is said before everything else.
        next: What happens next, or what to do.
        undo: How to undo it, where it can be.
        warning: What else a person must know.
        tone: The title's colour.
        key: The key; None where nothing about it may be shown.
        proven: What KMS said about the key, and when.
        commands: What does the same in the AWS CLI.
        statement: What to add to a policy, ready to be copied.
        offer_enable: Whether a button may enable the key.
        offer_again: Whether to offer to open the page again.
        retry_after: Seconds after which to try again.
        decisions: How many decisions there were; a form on the page says so again.
    """

    name: Refusal | Result
    title: str
    said: tuple[str, ...] = ()
    is_unchanged: bool = False
    next: str = ""
    undo: str = ""
    warning: str = ""
    tone: Tone = Tone.BAD
    key: Key | None = None
    proven: str = ""
    commands: tuple[str, ...] = ()
    statement: str = ""
    offer_enable: bool = False
    offer_again: bool = False
    retry_after: int | None = None
    decisions: int = 0

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS.get(self.name, _OK)


def proof(key: Key, at: datetime) -> str:
    """Return what KMS said about a key, and when; "" where it said nothing."""
    return f"KMS says: {key.state}, {clock(at)}" if key.state else ""


def failure(problem: AwsError) -> str:
    """Return which call failed, and how."""
    return f"{problem.operation} ended with {problem.code}"
