"""Log groups, and the log of this program."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a log group; of CloudTrail's, its delivery time and the record as JSON text."""

    timestamp: datetime
    message: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """A part of what was asked for; `token` leads to the next one, and is "" on the last.

    A page without lines may be followed by one with lines: a page ends when its time is up.
    """

    lines: Sequence[LogLine] = ()
    token: str = ""


class LogReader(Protocol):
    """The log group that CloudTrail delivers to."""

    def read(self, start: datetime, end: datetime, pattern: str, token: str = "") -> Iterator[LogPage]:
        """Yield the events from `start` up to, and without, `end` that match a filter pattern, in order.

        Args:
            start: The first moment.
            end: The first moment that is not wanted.
            pattern: The filter pattern.
            token: Where to go on, from a page of the same question; "" is the beginning.
        """
        ...


class LogWriter(Protocol):
    """A log group of the stack's own."""

    def write(self, lines: Sequence[LogLine]) -> None:
        """Write lines in the order of their times. If an error is raised, some may have been written."""
        ...


class Log(Protocol):
    """A structured log: a constant message, and keys."""

    def info(self, msg: object, **keys: object) -> None:
        """Note an outcome."""
        ...

    def warning(self, msg: object, **keys: object) -> None:
        """Log what someone may want to fix."""
        ...

    def error(self, msg: object, **keys: object) -> None:
        """Note a failure."""
        ...
