"""Which call meets which fault, what was called, and how long all of it would have taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock, get_ident
from typing import Final


class Fault(StrEnum):
    """What can go wrong between a client and a service."""

    THROTTLED = "throttled"
    BROKEN = "500"
    DENIED = "denied"
    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    CUT = "cut short"
    LOST = "lost"
    SLOW = "slow"


class Span(StrEnum):
    """How long a fault lasts."""

    ONCE = "once"
    LASTING = "lasting"


AFTER_DOING: Final = frozenset({Fault.CUT, Fault.LOST, Fault.SLOW})
"""The faults with which the service has done what it was asked for."""

NEARLY: Final = 0.9
"""The part of a read timeout that a slow answer takes."""


@dataclass(kw_only=True)
class Weather:
    """The fault of this moment.

    Attributes:
        call: The call that meets it, such as `kms:DescribeKey`.
        fault: What it meets; None for nothing.
        span: The first attempt alone, or all attempts of all calls.
        skip: How many calls are let through first.
        about: What the request has to hold to meet it.
        also: A call that always meets another fault.
        called: Every call that was made.
        spent: Seconds that each thread would have waited.
    """

    call: str = ""
    fault: Fault | None = None
    span: Span = Span.LASTING
    skip: int = 0
    about: bytes = b""
    also: tuple[str, Fault] | None = None
    called: list[str] = field(default_factory=list)
    struck: int = 0
    spent: dict[int, float] = field(default_factory=dict)
    _calls: int = 0
    _outside: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def strikes(self, call: str, body: bytes, attempt: int = 1) -> Fault | None:
        """Note one attempt of a call; return the fault that it meets."""
        with self._lock:
            self.called.append(call)
            if self.also and call == self.also[0]:
                return self.also[1]
            if self.fault is None or call != self.call or self.about not in body:
                return None
            self._calls += attempt == 1
            number = self._calls - 1
            meets = number >= self.skip
            if self.span is Span.ONCE:
                meets = number == self.skip and attempt == 1
            self.struck += meets
            return self.fault if meets else None

    def wait(self, seconds: float) -> None:
        """Let a thread wait, without waiting."""
        with self._lock:
            self.spent[get_ident()] = self.spent.get(get_ident(), 0.0) + seconds

    def meets(self, fault: Fault, timeout: float) -> None:
        """Let this thread wait for as long as a fault makes one attempt last."""
        if fault is Fault.TIMEOUT:
            self.wait(timeout)
        elif fault is Fault.SLOW:
            self.wait(timeout * NEARLY)

    def outside_waits(self, timeout: float, fault: Fault) -> None:
        """As `meets`, for the thread of the function, which is not the one that serves it."""
        self._outside += timeout if fault is Fault.TIMEOUT else timeout * NEARLY

    @property
    def seconds(self) -> float:
        """How long it would have taken at most: this thread's waits, then the longest of another's."""
        others = [spent for thread, spent in self.spent.items() if thread != get_ident()]
        return self.spent.get(get_ident(), 0.0) + max(others, default=0.0) + self._outside


@dataclass
class Sky:
    """Holds the weather, for a server and clients that outlive it."""

    weather: Weather = field(default_factory=Weather)

    @contextmanager
    def under(self, weather: Weather) -> Iterator[Weather]:
        """Let a fault loose for a while."""
        before, self.weather = self.weather, weather
        try:
            yield weather
        finally:
            self.weather = before


SKY: Final = Sky()
