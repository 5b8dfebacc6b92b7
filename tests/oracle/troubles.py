"""What goes wrong in the world: calls that fail for a while, and an invocation that ends at a side effect."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

EVERYWHERE: Final = "*"


class Call(StrEnum):
    """The calls that the product makes, as far as they can fail by themselves."""

    LOOK_UP = "look-up"
    HISTORY = "event history"
    TABLE_READ = "table read"
    TABLE_WRITE = "table write"
    QUEUE = "queue"
    LOGS = "logs"


class How(StrEnum):
    """How a call fails. `SLOW` ones have no answer in time; `LOST` ones are done, and the answer is lost."""

    DENIED = "denied"
    THROTTLED = "throttled"
    FAULT = "500"
    SLOW = "slow"
    LOST = "answer lost"


class Trouble(NamedTuple):
    """One kind of call fails, everywhere or for one key, until a moment."""

    call: Call
    how: How
    until: float
    scope: str = EVERYWHERE


class Refusal(Exception):  # noqa: N818 - AWS' answer, which the driver turns into the product's error
    """AWS' answer to a call that failed."""

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(operation, code)
        self.operation, self.code = operation, code


class Ended(BaseException):
    """The process ends here: nothing in it may catch this."""


class Killed(Ended):
    """Lambda ends an invocation whose time is over."""


class Died(Ended):
    """The process dies by itself."""


CODES: Final = {
    How.DENIED: "AccessDeniedException",
    How.THROTTLED: "ThrottlingException",
    How.FAULT: "InternalServerError",
    How.SLOW: "ReadTimeoutError",
    How.LOST: "ReadTimeoutError",
}


@dataclass(slots=True)
class Fate:
    """What happens after, or before, the n-th side effect of invocations that are still to come."""

    countdown: int = 0
    is_after: bool = True
    action: Callable[[], None] | None = None
    has_struck: bool = False

    def copy(self) -> "Fate":
        return Fate(self.countdown, self.is_after, self.action, self.has_struck)

    def around(self, effect: Callable[[], None]) -> None:
        """Have a side effect, and let fate strike before or after it."""
        self.countdown -= 1
        if self.countdown or self.action is None:
            effect()
            return
        action, self.action, self.has_struck = self.action, None, True
        if self.is_after:
            effect()
        action()
        if not self.is_after:
            effect()


@dataclass(slots=True)
class Troubles:
    """All of it, and when something last went wrong, by scope."""

    open: list[Trouble] = field(default_factory=list)
    last: dict[str, float] = field(default_factory=dict)
    unstored: dict[str, float] = field(default_factory=dict)
    """When the table last refused a key's items."""

    def copy(self) -> "Troubles":
        return Troubles(list(self.open), dict(self.last), dict(self.unstored))

    def of(self, call: Call, scope: str, now: float) -> How | None:
        """Return how a call fails now, if it does, and note that it did."""
        for trouble in self.open:
            if trouble.call is call and trouble.until > now and trouble.scope in {EVERYWHERE, scope}:
                if call is Call.TABLE_WRITE:
                    self.unstored[scope] = now
                self.note(scope if call is Call.LOOK_UP else trouble.scope, now)
                return trouble.how
        return None

    def note(self, scope: str, now: float) -> None:
        """Remember that something went wrong."""
        self.last[scope] = now

    def since(self, scope: str, start: float) -> bool:
        """Return whether something went wrong with one scope since a moment."""
        return self.last.get(scope, -1.0) >= start

    def end(self) -> None:
        """Let everything work from now on."""
        self.open.clear()
