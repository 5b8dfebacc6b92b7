"""Uses over time as a drawing: numbers for an SVG that the template draws, and a table that says the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.timeline import Bucket, Timeline
from reprieve.cases.usage import Uses

HEIGHT: Final = 40
_LEAST: Final = timedelta(hours=23)
_ROWS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing, as wide as there are stretches and `HEIGHT` high.

    Attributes:
        stretches: What it shows, the present at the end.
        bars: The path of the bars, which are thick strokes.
        first: Where the first use is.
        last: Where the last use is.
        now: Where the present is.
        peak: The first stretch with the most uses.
        rows: The table's rows: longer stretches, those without a use left out.
    """

    stretches: tuple[Bucket, ...]
    bars: str
    first: float
    last: float
    now: float
    peak: Bucket
    rows: tuple[Bucket, ...]


def chart(timeline: Timeline, uses: Uses, since: datetime | None, now: datetime) -> Chart | None:
    """Return the drawing of the uses up to `now`; None where there is nothing to be drawn.

    It begins `since` the deletion was scheduled, and not later than a day ago.
    """
    if not timeline.total or uses.first_at is None or uses.last_at is None:
        return None
    drawn = timeline.reaching(min(since or now, now - _LEAST), now)
    stretches = tuple(drawn.stretches())
    peak = max(stretches, key=lambda stretch: stretch.count)
    length = timedelta(hours=drawn.hours)

    def place(moment: datetime) -> float:
        return round((moment - stretches[0].start) / length, 2)

    return Chart(
        stretches=stretches,
        bars="".join(_bar(number, stretch.count / peak.count) for number, stretch in enumerate(stretches)),
        first=place(uses.first_at),
        last=place(uses.last_at),
        now=place(now),
        peak=peak,
        rows=tuple(row for row in drawn.within(_ROWS).stretches() if row.count),
    )


def _bar(number: int, part: float) -> str:
    """Return the path of one bar; the least that is not nothing can be seen."""
    if not part:
        return ""
    height = max(2, round(part * HEIGHT))
    return f"M{number}.5 {HEIGHT}v-{height}"
