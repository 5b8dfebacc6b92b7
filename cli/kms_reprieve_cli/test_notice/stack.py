"""What the command asks of a deployed stack: it starts a test notice, and reads what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reprieve.cases.health_store import Failing
from reprieve.cases.sample_store import SampleRecord
from reprieve.ports import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A test notice that was sent: its id, when, and to which channels."""

    notice: str
    at: datetime
    channels: tuple[str, ...]


class NotifyingStack(Protocol):
    """A stack that can send test notices. Each call may raise an `AwsError`."""

    def start(self, notice: str) -> Started:
        """Send a test notice with this id; once, however often it is called.

        Raises:
            NotUnderstoodError: the stack is of another product, or of a version without test notices.
        """
        ...

    def record(self, notice: str) -> SampleRecord:
        """Return what is on record of a test notice."""
        ...

    def failing(self) -> Sequence[Failing]:
        """Return the channels that did not take what they were sent last."""
        ...

    def subscriptions(self) -> Sequence[Subscription]:
        """Return the email addresses that the stack's topic knows, confirmed or not."""
        ...
