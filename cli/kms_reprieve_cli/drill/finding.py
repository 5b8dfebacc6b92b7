"""What a step finds: whether something is as it should be, what is only told, and how long something took."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a finding says."""

    OK = "ok"
    MISS = "miss"
    NOTE = "note"
    SKIPPED = "skipped"
    """The step was not done: you said no, or AWS or the emulator did not let it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report.

    Attributes:
        verdict: Whether it is as it should be.
        what: In a sentence.
        seconds: How long it took, where that is what was measured.
        record: A CloudTrail record, where that is what was seen.
    """

    verdict: Verdict
    what: str
    seconds: float | None = None
    record: Mapping[str, Any] | None = None


class StoppedError(Exception):
    """A step can't go on; its text says why."""


def expect(is_met: object, what: str) -> Finding:
    """Return whether something is as it should be."""
    return Finding(verdict=Verdict.OK if is_met else Verdict.MISS, what=what)


def note(what: str) -> Finding:
    """Return what is only told."""
    return Finding(verdict=Verdict.NOTE, what=what)


def not_shown(what: str) -> Finding:
    """Return that something could not be shown, and why."""
    return Finding(verdict=Verdict.SKIPPED, what=what)


def took(what: str, seconds: float) -> Finding:
    """Return how long something took."""
    return Finding(verdict=Verdict.NOTE, what=what, seconds=round(max(0.0, seconds), 1))
