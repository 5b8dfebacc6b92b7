"""What is said to a person who has to sign in, who could not, or whose link has expired."""

from datetime import datetime

from reprieve.cases.key import Key
from reprieve.errors import (
    LostSignInError,
    NotApproverError,
    ProviderError,
    SignInError,
    UnverifiedEmailError,
)
from reprieve.respond.pages.link_outcomes import WITHOUT_LINK
from reprieve.respond.pages.outcome import Outcome, Refusal, Tone, proof


def sign_in_first(issuer: str) -> Outcome:
    """The page is shown only to those who sign in."""
    return Outcome(
        name=Refusal.SIGN_IN_FIRST,
        title="Sign in to see this key",
        is_unchanged=True,
        said=(f"Sign in with {issuer}. Your name is recorded.",),
        tone=Tone.PLAIN,
    )


def sign_in_again(issuer: str) -> Outcome:
    """A decision came without a session, and was not taken."""
    return Outcome(
        name=Refusal.SIGN_IN_AGAIN,
        title="Sign in, then choose again",
        is_unchanged=True,
        said=(f"You are no longer signed in, so your choice was not carried out. Sign in with {issuer}.",),
        next="Sign in. The page opens again. Make your choice there.",
    )


def still_signed_in() -> Outcome:
    """The end of a sign-in was asked for twice; the session of the first time holds."""
    return Outcome(
        name=Refusal.STILL_SIGNED_IN,
        title="You are already signed in",
        is_unchanged=True,
        next="Open the link in the message again. It leads to the key.",
        tone=Tone.GOOD,
    )


def expired(key: Key, at: datetime) -> Outcome:
    """A link is too old to decide with; who signs in may still see what happened."""
    return Outcome(
        name=Refusal.EXPIRED,
        title="This link has expired",
        is_unchanged=True,
        said=("You see what is on record. This link decides nothing any more.",),
        next=f"To decide, open the latest message about this key. {WITHOUT_LINK}",
        tone=Tone.PLAIN,
        key=key,
        proven=proof(key, at),
    )


def not_signed_in(error: SignInError) -> Outcome:
    """A person could not sign in: why, and what to do."""
    return Outcome(
        name=Refusal.NOT_SIGNED_IN,
        title="You are not signed in"
        if not isinstance(error, NotApproverError)
        else "You are not an approver",
        is_unchanged=True,
        next=f"{_advice(error)} {WITHOUT_LINK}",
    )


def _advice(error: SignInError) -> str:
    match error:
        case LostSignInError():
            return (
                "The sign-in took longer than ten minutes, began in another browser, or this browser keeps"
                " no cookies. Open the link again and sign in from there."
            )
        case UnverifiedEmailError():
            return (
                "Your provider has not verified your email address. Ask the people who run your sign-in to"
                " verify it, or to add you to a group of approvers."
            )
        case NotApproverError():
            return (
                "You are signed in but are not an approver. Ask an approver to decide, or the people who run"
                " this stack to add you."
            )
        case ProviderError():
            return "The sign-in service gave no usable answer. Open the link again in a minute."
        case _:
            return "The sign-in service refused you. Open the link again and sign in from there."
