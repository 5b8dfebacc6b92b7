"""What happened to a case, in order: the audit trail, which its page shows too."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import KeyState
from reprieve.cases.result import MAY_HAVE_ACTED
from reprieve.cases.visitor import Visitor
from reprieve.dataclass import dataclass


class Event(StrEnum):
    """What can happen, in the order in which it does within one second."""

    OPENED = "opened"
    DECISION = "decision"
    NOTICE = "notice"
    SEEN = "seen"
    """Someone said on the page of a test notice that it has reached them."""


_ORDER: Final = tuple(Event)


class Aftermath(StrEnum):
    """What the record says about a key whose deletion was cancelled."""

    LEFT = "left"
    """Nothing more: it was cancelled elsewhere, or to stay disabled, or long ago."""
    UNFINISHED = "unfinished"
    """A cancellation on the page was to enable it as well, and has not, as far as the record tells."""
    WORKED = "worked"
    """It was enabled after that: if it is disabled now, someone else did so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event in the life of a case.

    Attributes:
        id: Its own ID; for a notice, the ID of the notice.
        at: When.
        case_id: The case.
        event: What happened.
        reason: Why people were notified, for a notice.
        visitor: Who opened the page, if they signed in; or who has seen a test notice.
        decision: What was decided, by whom; its `state` is the key's afterwards.
        state_before: The key's state that the person saw.
        outcome: What came of a decision: a `Result`, or one that a later version knows.
        request_ids: AWS' ids of the requests that were made.
        enabled: True where KMS took EnableKey, whatever it showed afterwards.
    """

    id: str
    at: datetime
    case_id: str
    event: Event
    reason: str | None = None
    visitor: Visitor | None = None
    decision: Decision | None = None
    state_before: str | None = None
    outcome: str | None = None
    request_ids: tuple[str, ...] = ()
    enabled: bool | None = None

    @property
    def rescue(self) -> Decision | None:
        """The decision to cancel or to enable, if it may have been carried out."""
        if self.decision is None or self.decision.choice is Choice.KEEP:
            return None
        return self.decision if self.outcome in MAY_HAVE_ACTED else None

    @property
    def has_worked(self) -> bool:
        """Whether it shows that the key was enabled: KMS took the call, or said so."""
        after = self.decision.state if self.decision else None
        return bool(self.enabled) or KeyState.ENABLED in {self.state_before, after}

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands among others."""
        return self.at, _ORDER.index(self.event)
