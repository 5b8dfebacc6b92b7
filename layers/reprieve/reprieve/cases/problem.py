"""Problems: what is wrong with the stack itself, so that people may not hear of a key in use."""

from datetime import datetime
from enum import StrEnum

from reprieve.dataclass import dataclass


class Kind(StrEnum):
    """What is wrong."""

    FUNCTION_FAILS = "function-fails"
    FUNCTION_STUCK = "function-stuck"
    DEAD_LETTERS = "dead-letters"
    ALARM = "alarm"
    CHANNEL_FAILS = "channel-fails"
    CHANNEL_BROKEN = "channel-broken"
    ADDRESS_UNCONFIRMED = "address-unconfirmed"
    ADDRESS_REMOVED = "address-removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        kind: What is wrong.
        subject: The function, channel, address, alarm or place in the document that it is about; for dead
            letters, the function.
        since: From when on, as far as that is known.
        advice: What to do, and what else is known.
        error: What the other side said last, without addresses of it.
    """

    kind: Kind
    subject: str
    since: datetime
    advice: str
    error: str | None = None

    @property
    def cause(self) -> str:
        """The same for the same thing that is wrong, whenever it is noticed."""
        return f"{self.kind}/{self.subject}"
