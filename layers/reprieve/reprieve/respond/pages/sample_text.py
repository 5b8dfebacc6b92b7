"""Every sentence of the page of a test notice."""

from datetime import datetime
from typing import Final

from reprieve.cases.visitor import Visitor
from reprieve.respond.pages import case_text
from reprieve.respond.pages.times import clock, short

KICKER: Final = "Test notice"
TITLE: Final = "This is a test"
CALM: Final = "Nothing is broken."
LEAD: Final = "No key is in danger, and this page can't change any key."
ASK: Final = "Did the notice reach you?"
BUTTON: Final = "I have seen this"
CHOICES_HEADING: Final = "On a real page you choose here"
CHOICES: Final = (
    (case_text.RESCUE, case_text.RESCUE_DOES),
    (case_text.CANCEL, f"{case_text.CANCEL_WHEN}."),
    (case_text.KEEP, f"{case_text.KEEP_WHEN}."),
)
SAMPLE: Final = "Sample."
SAMPLE_SAYS: Final = "A real page shows this about your key. Only the entries of this test below are real."


def kicker(words: str) -> str:
    """Return the first line of a real page, as that of a sample."""
    return f"{SAMPLE.removesuffix('.')}: {words}"


def recorded(visitor: Visitor, now: datetime) -> str:
    """Return that the button was pressed, by which channel's reader and when."""
    return f"Recorded: the test notice by {visitor.channel} was seen, {clock(now)}. You can close this page."


def records(channel: str) -> str:
    """Return what the button does."""
    return f"Records that the test notice by {channel} reached you, with your IP address. Nothing else."


def acting(visitor: Visitor, expires: datetime) -> str:
    """Return who reads, and until when the link is good."""
    who = f"You are signed in as {visitor.person.label}. " if visitor.person else ""
    return f"{who}This link works until {short(expires)}."
