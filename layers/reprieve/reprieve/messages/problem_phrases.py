"""What every channel says about a problem of the stack, in words: plain text, as in `phrases`."""

from collections.abc import Mapping
from typing import Final

from reprieve.cases.problem import Kind, Problem
from reprieve.clock import for_people
from reprieve.dataclass import dataclass
from reprieve.messages.phrases import shortened
from reprieve.untrusted import one_line

PRODUCT: Final = "kms-reprieve"
_NAME_LIMIT: Final = 48
_ERROR_LIMIT: Final = 300
_ADVICE_LIMIT: Final = 600


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of one kind of problem: `{}` is its subject, `{since}` is when it began."""

    title: str
    sentence: str


_WORDS: Final[Mapping[Kind, _Words]] = {
    Kind.FUNCTION_FAILS: _Words("the function {} fails", f"The function {{}} of {PRODUCT} fails."),
    Kind.FUNCTION_STUCK: _Words(
        "the function {} is stuck",
        f"The function {{}} of {PRODUCT} does not run, or does not finish its work.",
    ),
    Kind.DEAD_LETTERS: _Words(
        "the function {} has dead letters",
        f"The function {{}} of {PRODUCT} gave up on a message, which is in the dead-letter queue.",
    ),
    Kind.ALARM: _Words("the alarm {} is in ALARM", f"The alarm {{}} of {PRODUCT} is in ALARM."),
    Kind.CHANNEL_FAILS: _Words(
        "the channel {} accepts no notices", "The channel {} has accepted no notice since {since}."
    ),
    Kind.CHANNEL_BROKEN: _Words(
        "{} is not understood", "{} in the document of channels is not understood, and notifies nobody."
    ),
    Kind.ADDRESS_UNCONFIRMED: _Words(
        "{} has not confirmed the subscription",
        "{} has not confirmed the subscription to the notices, and gets none.",
    ),
    Kind.ADDRESS_REMOVED: _Words(
        "{} is no longer subscribed", "{} is no longer subscribed to the notices, and gets none."
    ),
}


def title(problem: Problem) -> str:
    """Return the subject, which fits into that of a mail."""
    return f"{PRODUCT}: {_WORDS[problem.kind].title.format(shortened(problem.subject, _NAME_LIMIT))}"


def sentence(problem: Problem) -> str:
    """Return the first sentence: what is wrong, in full."""
    subject = one_line(problem.subject, _ERROR_LIMIT)
    return _WORDS[problem.kind].sentence.format(subject, since=for_people(problem.since))


def facts(problem: Problem) -> tuple[tuple[str, str], ...]:
    """Return what is known, each with its label."""
    return (
        ("Since", for_people(problem.since)),
        ("Error", one_line(problem.error or "", _ERROR_LIMIT)),
    )


def advice(problem: Problem) -> str:
    """Return what to do."""
    return one_line(problem.advice, _ADVICE_LIMIT)
