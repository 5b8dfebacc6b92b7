"""What a person decides on the case's page."""

from datetime import datetime
from enum import StrEnum

from reprieve.cases.visitor import Visitor
from reprieve.dataclass import dataclass


class Choice(StrEnum):
    """What a form can ask for."""

    CANCEL = "cancel"
    ENABLE = "enable"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person chose on the case's page, and what came of it.

    Attributes:
        choice: What they chose.
        at: When.
        by: Who they are, as far as that is known.
        enable: Whether the key was to be enabled as well.
        state: The key's state as KMS told it afterwards; None where KMS could not be asked.
        why: The reason that the person gave.
        refused: How many calls the case had counted by then; None where no case was on record.
    """

    choice: Choice
    at: datetime
    by: Visitor
    enable: bool
    state: str | None = None
    why: str | None = None
    refused: int | None = None
