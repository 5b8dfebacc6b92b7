"""What is said of a problem of the stack."""

import pytest

from reprieve.cases.problem import Kind
from reprieve.messages.problem_phrases import sentence, title
from tests.examples import problem

SAID = {
    Kind.FUNCTION_FAILS: (
        "deliver",
        "kms-reprieve: the function deliver fails",
        "The function deliver of kms-reprieve fails.",
    ),
    Kind.FUNCTION_STUCK: (
        "investigate",
        "kms-reprieve: the function investigate is stuck",
        "The function investigate of kms-reprieve does not run, or does not finish its work.",
    ),
    Kind.DEAD_LETTERS: (
        "audit",
        "kms-reprieve: the function audit has dead letters",
        "The function audit of kms-reprieve gave up on a message, which is in the dead-letter queue.",
    ),
    Kind.ALARM: (
        "by-hand",
        "kms-reprieve: the alarm by-hand is in ALARM",
        "The alarm by-hand of kms-reprieve is in ALARM.",
    ),
    Kind.CHANNEL_FAILS: (
        "slack",
        "kms-reprieve: the channel slack accepts no notices",
        "The channel slack has accepted no notice since 2026-11-22 13:50 UTC.",
    ),
    Kind.CHANNEL_BROKEN: (
        "channels[2] (security)",
        "kms-reprieve: channels[2] (security) is not understood",
        "channels[2] (security) in the document of channels is not understood, and notifies nobody.",
    ),
    Kind.ADDRESS_UNCONFIRMED: (
        "person@example.com",
        "kms-reprieve: person@example.com has not confirmed the subscription",
        "person@example.com has not confirmed the subscription to the notices, and gets none.",
    ),
    Kind.ADDRESS_REMOVED: (
        "{}",
        "kms-reprieve: {} is no longer subscribed",
        "{} is no longer subscribed to the notices, and gets none.",
    ),
}


@pytest.mark.parametrize("kind", Kind)
def test_what_is_wrong_is_said_in_the_subject_and_in_the_first_sentence(kind: Kind) -> None:
    subject, line, words = SAID[kind]
    told = problem(kind=kind, subject=subject)

    assert (title(told), sentence(told)) == (line, words)
