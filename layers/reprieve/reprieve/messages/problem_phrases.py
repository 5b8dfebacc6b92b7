"""What every channel says of a problem of the stack, in words: plain text, as in `wording`."""

from typing import Final, assert_never

from reprieve.cases.problem import Kind, Problem
from reprieve.clock import for_people
from reprieve.untrusted import one_line

PRODUCT: Final = "kms-reprieve"
_NAME_LIMIT: Final = 48
_ERROR_LIMIT: Final = 300
_ADVICE_LIMIT: Final = 600


def title(problem: Problem) -> str:
    """Return the subject, which fits into that of a mail."""
    return f"{PRODUCT}: {_title(problem.kind, one_line(problem.subject, _NAME_LIMIT))}"


def sentence(problem: Problem) -> str:  # noqa: PLR0911 - one sentence for each kind
    """Return the first sentence: what is wrong, in full."""
    subject = one_line(problem.subject, _ERROR_LIMIT)
    match problem.kind:
        case Kind.FUNCTION_FAILS:
            return f"The function {subject} of {PRODUCT} fails."
        case Kind.FUNCTION_STUCK:
            return f"The function {subject} of {PRODUCT} does not run, or does not finish its work."
        case Kind.DEAD_LETTERS:
            return (
                f"The function {subject} of {PRODUCT} gave up on something: it is in the dead-letter queue."
            )
        case Kind.ALARM:
            return f"The alarm {subject} of {PRODUCT} is in ALARM."
        case Kind.CHANNEL_FAILS:
            return f"The channel {subject} has not taken a notice since {for_people(problem.since)}."
        case Kind.ADDRESS_UNCONFIRMED:
            return f"{subject} has not confirmed the subscription to the notices, and gets none."
        case Kind.ADDRESS_REMOVED:
            return f"{subject} is no longer subscribed to the notices, and gets none."
        case _:
            assert_never(problem.kind)


def facts(problem: Problem) -> tuple[tuple[str, str], ...]:
    """Return what is known, each with its label."""
    return (
        ("Since", for_people(problem.since)),
        ("Error", one_line(problem.error or "", _ERROR_LIMIT)),
    )


def advice(problem: Problem) -> str:
    """Return what to do."""
    return one_line(problem.advice, _ADVICE_LIMIT)


def _title(kind: Kind, subject: str) -> str:  # noqa: PLR0911 - as above
    match kind:
        case Kind.FUNCTION_FAILS:
            return f"the function {subject} fails"
        case Kind.FUNCTION_STUCK:
            return f"the function {subject} is stuck"
        case Kind.DEAD_LETTERS:
            return f"the function {subject} has dead letters"
        case Kind.ALARM:
            return f"the alarm {subject} rings"
        case Kind.CHANNEL_FAILS:
            return f"the channel {subject} takes no notices"
        case Kind.ADDRESS_UNCONFIRMED:
            return f"{subject} has not confirmed the subscription"
        case Kind.ADDRESS_REMOVED:
            return f"{subject} is no longer subscribed"
        case _:
            assert_never(kind)
