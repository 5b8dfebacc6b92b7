"""Which lines of the package each history reaches."""

import sys
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any

Line = tuple[str, int]
"""A file, and a line of it."""


def lines_of(files: Collection[str], do: Callable[[], object]) -> frozenset[Line]:
    """Do something, and return which lines of some files were reached."""
    found: set[Line] = set()

    def inside(frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        if event == "line":
            found.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    def called(frame: FrameType, _event: str, _: Any) -> Callable[..., Any] | None:
        return inside if frame.f_code.co_filename in files else None

    sys.settrace(called)
    try:
        do()
    finally:
        sys.settrace(None)
    return frozenset(found)
