"""The life of one deletion in one line of text, for terminals and plain mail: `▁▃─█─●│┄┄┄┄┄✕`.

The past, with its refused calls as blocks, meets the future at `│`; `✕` is the deletion, `●` a decision.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.timeline import Timeline

BLOCKS: Final = "▁▂▃▄▅▆▇█"
QUIET: Final = "─"
FUTURE: Final = "┄"
NOW: Final = "│"
DECISION: Final = "●"
DELETION: Final = "✕"

_PAST: Final = (0.30, 0.75)
_FULL_SCALE: Final = 8
"""Calls to which the scale reaches at least, so that a single one is a low block."""


def timeline_line(  # noqa: PLR0913 - each of them is another thing that is drawn
    uses: Timeline,
    *,
    start: datetime,
    now: datetime,
    end: datetime | None,
    decisions: Iterable[datetime] = (),
    width: int = 60,
) -> str:
    """Return the line.

    Args:
        uses: The calls that KMS refused.
        start: When the deletion was scheduled, or the first call refused.
        now: The present; the end of a case that is over.
        end: When the key is deleted; None for a case that is over, or where that is not known.
        decisions: When a decision was taken.
        width: How many characters the line has.
    """
    has_future = end is not None and end > now
    past = _past(start, now, end, width - 2) if has_future else width - 1
    cells = _cells(uses, start, now, past)
    for at in decisions:
        cells[_cell(at, start, now, past)] = DECISION
    future = FUTURE * (width - 2 - past) + DELETION if has_future else ""
    return "".join(cells) + NOW + future


def _past(start: datetime, now: datetime, end: datetime | None, width: int) -> int:
    """Return how many characters the past has: 30 to 75 % of them, so that both halves can be read."""
    part = (now - start) / (end - start) if end and end > start else _PAST[1]
    return max(1, round(width * min(max(part, _PAST[0]), _PAST[1])))


def _cells(uses: Timeline, start: datetime, now: datetime, number: int) -> list[str]:
    counts = [0] * number
    for bucket in uses.stretches():
        counts[_cell(bucket.start, start, now, number)] += bucket.count
    most = max([_FULL_SCALE, *counts])
    return [BLOCKS[max(0, round(count / most * len(BLOCKS)) - 1)] if count else QUIET for count in counts]


def _cell(at: datetime, start: datetime, now: datetime, number: int) -> int:
    part = (at - start) / max(now - start, timedelta(minutes=1))
    return min(max(int(part * number), 0), number - 1)
