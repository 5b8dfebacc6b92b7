"""The life of one deletion as a drawing: from its scheduling over now to the day the key is deleted.

The axis has two linear halves that meet at the present. The past, which is what has been seen, gets 30 to
75 % of the width, whatever part of the waiting period is over. A deletion that is over has only its past.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Final

from reprieve.cases.timeline import Bucket, Timeline
from reprieve.dataclass import dataclass

WIDTHS: Final = (320, 640)
"""For a phone and for a desk: neither is ever stretched."""

_MARGIN: Final = 8
_GROUND: Final = 96
_HIGHEST: Final = 60
_FULL_SCALE: Final = 8
"""Calls to which the scale reaches at least, so that a single one is a small mark."""
_LEAST_HEIGHT: Final = 4
_BAR: Final = (3.0, 14.0)
_LANE: Final = 110
_DIAMOND: Final = 4
_DIAMONDS: Final = 24
_CIRCLE: Final = 6
_DECISIONS: Final = 6
"""How many marks there can be: where more would have to stand, they are too near one another to be drawn."""
_PAST: Final = (0.30, 0.75)
_BARS: Final = 48
_ROWS: Final = 16
_TICKS: Final = 40
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What is drawn.

    Attributes:
        start: When the deletion was scheduled, or the first call refused.
        is_scheduling: Whether `start` is when it was scheduled.
        uses: The calls that KMS refused, over time.
        notices: When people were notified.
        decisions: When a decision was taken, and whether it was to rescue the key.
        now: The present.
        end: When the key is deleted, or its deletion was cancelled; None where that is not known.
        is_over: Whether the end has come: nothing is drawn after it.
        is_deletion: Whether the end is a deletion.
        is_cancellation: Whether the end is a cancellation; a case can end otherwise.
    """

    start: datetime
    is_scheduling: bool
    uses: Timeline
    notices: tuple[datetime, ...]
    decisions: tuple[tuple[datetime, bool], ...]
    now: datetime
    end: datetime | None
    is_over: bool
    is_deletion: bool
    is_cancellation: bool

    @property
    def seen(self) -> datetime:
        """Until when something can have happened."""
        return self.end if self.is_over and self.end else self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing of one width: paths and places for the template; whether a decision was a rescue."""

    width: int
    now: float
    bars: str
    ticks: str
    diamonds: str
    decisions: tuple[tuple[float, bool], ...]


def pictures(life: Life) -> tuple[Picture, ...]:
    """Return the drawing in both widths."""
    return tuple(_picture(life, width) for width in WIDTHS)


def peak(life: Life) -> Bucket | None:
    """Return the first bar with the most calls."""
    return max(_buckets(life), key=lambda bucket: bucket.count, default=None)


def rows(life: Life) -> tuple[Bucket, ...]:
    """Return the table's rows: longer buckets, those without a call left out."""
    return tuple(bucket for bucket in life.uses.within(_ROWS).stretches() if bucket.count)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a moment is on a drawing."""

    life: Life
    width: int

    @property
    def present(self) -> float:
        """Where the past ends."""
        life, room = self.life, self.width - 2 * _MARGIN
        if life.is_over or life.end is None or life.end <= life.now:
            return _MARGIN + room * (1 if life.is_over else _PAST[1])
        part = (life.now - life.start) / max(life.end - life.start, _MINUTE)
        return round(_MARGIN + room * min(max(part, _PAST[0]), _PAST[1]), 1)

    def place(self, moment: datetime) -> float:
        """Return where a moment is; one out of range is at the edge."""
        start, seen, end = self.life.start, self.life.seen, self.life.end
        if moment <= seen or end is None or end <= seen:
            part = (moment - start) / max(seen - start, _MINUTE)
            return round(_MARGIN + (self.present - _MARGIN) * min(max(part, 0), 1), 1)
        part = min((moment - seen) / (end - seen), 1)
        return round(self.present + (self.width - _MARGIN - self.present) * part, 1)


def _picture(life: Life, width: int) -> Picture:
    axis = _Axis(life, width)
    return Picture(
        width=width,
        now=axis.present,
        bars="".join(_bars(life, axis)),
        ticks="".join(f"M{axis.place(day):g} {_GROUND}v4" for day in _days(life)),
        diamonds="".join(
            map(_diamond, _apart(map(axis.place, life.notices), _apart_by(width, _DIAMOND, _DIAMONDS)))
        ),
        decisions=tuple(_decisions(life, axis)),
    )


def _buckets(life: Life) -> Sequence[Bucket]:
    return [bucket for bucket in life.uses.within(_BARS).stretches() if bucket.count]


def _bars(life: Life, axis: _Axis) -> Iterator[str]:
    """Yield the bars: linear with a floor, and never over the present."""
    buckets = _buckets(life)
    most = max([_FULL_SCALE, *(bucket.count for bucket in buckets)])
    for bucket in buckets:
        start, end = axis.place(bucket.start), axis.place(min(bucket.end, life.seen))
        width = min(max(end - start - 1, _BAR[0]), _BAR[1])
        left = max(_MARGIN, min(start + 0.5, axis.present - width - 1))
        height = max(_LEAST_HEIGHT, round(_HIGHEST * bucket.count / most))
        yield f"M{left:.1f} {_GROUND}h{width:.1f}v-{height}h-{width:.1f}z"


def _days(life: Life) -> Iterator[datetime]:
    """Yield the midnights between start and end; where they are many, every second, third … one."""
    end = life.end if life.end and not life.is_over else life.seen
    first = datetime(life.start.year, life.start.month, life.start.day, tzinfo=UTC) + _DAY
    number = max(0, (end - first) // _DAY + 1)
    step = number // _TICKS + 1
    return (first + place * _DAY for place in range(0, number, step))


def _decisions(life: Life, axis: _Axis) -> Iterator[tuple[float, bool]]:
    """Yield the latest decisions that do not touch one another, in order."""
    is_rescue = {axis.place(at): is_rescue for at, is_rescue in life.decisions}
    backwards = _apart((-place for place in is_rescue), _apart_by(axis.width, _CIRCLE, _DECISIONS))
    return ((-place, is_rescue[-place]) for place in reversed(tuple(backwards)))


def _diamond(place: float) -> str:
    d = _DIAMOND
    return f"M{place:g} {_LANE - d}l{d} {d}l-{d} {d}l-{d}-{d}z"


def _apart_by(width: int, radius: int, most: int) -> float:
    """Return how far marks of that size stand apart, so that there are no more than `most`."""
    return max(2 * radius, (width - 2 * _MARGIN) / (most - 1))


def _apart(places: Iterable[float], distance: float) -> Iterator[float]:
    """Yield the places from the least on, without those that are too near the one before."""
    free = -inf
    for place in sorted(places):
        if place >= free:
            yield place
            free = place + distance
