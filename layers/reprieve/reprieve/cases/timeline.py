"""Uses over time, in bounded memory: how many there were in each stretch of whole hours.

A stretch is 1, 2, 4, 8 … hours long: the shortest with which `BUCKETS` of them reach from the first use to
the last. They lie end to end from the year 1 on, so that two short ones are one long one, whatever timeline
they come from. A sum is therefore the same in whatever order, and in whatever parts, it is made.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from reprieve.dataclass import dataclass

BUCKETS: Final = 96
_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some hours, and how many uses there were in them."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """How many uses there were in each stretch.

    Attributes:
        hours: How many hours are in a stretch.
        start: When the first one begins; None where there is none.
        counts: The uses in each stretch.
    """

    hours: int = 1
    start: datetime | None = None
    counts: tuple[int, ...] = ()

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> "Timeline":
        """Return the timeline of so many uses in so many hours, which `hour` numbers."""
        return _laid(1, dict(counts), BUCKETS)

    def __add__(self, other: "Timeline") -> "Timeline":
        """Return the uses of both."""
        if self.start is None or other.start is None:
            return other if self.start is None else self
        hours, sums = max(self.hours, other.hours), dict[int, int]()
        for each in (self, other):
            for place, count in each._widened(hours).items():
                sums[place] = sums.get(place, 0) + count
        return _laid(hours, sums, BUCKETS)

    @property
    def total(self) -> int:
        """How many uses there are in it."""
        return sum(self.counts)

    def reaching(self, *moments: datetime) -> "Timeline":
        """Return it with stretches, perhaps empty ones, up to those moments."""
        return self + Timeline.of({hour(moment): 0 for moment in moments})

    def within(self, stretches: int) -> "Timeline":
        """Return it with so many stretches at the most, each as long as that takes."""
        return _laid(self.hours, self._widened(self.hours), stretches)

    def stretches(self) -> Iterator[Bucket]:
        """Return its stretches, in order."""
        if self.start is None:
            return
        length = timedelta(hours=self.hours)
        for place, count in enumerate(self.counts):
            start = self.start + place * length
            yield Bucket(start, start + length, count)

    def _widened(self, hours: int) -> dict[int, int]:
        """Return the counts by the numbers of stretches of so many hours."""
        if self.start is None:
            return {}
        sums: dict[int, int] = {}
        first = hour(self.start)
        for place, count in enumerate(self.counts):
            number = (first + place * self.hours) // hours
            sums[number] = sums.get(number, 0) + count
        return sums


def hour(moment: datetime) -> int:
    """Return the number of the hour that a moment in UTC is in; a storm asks for it with every request."""
    return moment.toordinal() * _HOURS + moment.hour


def _laid(hours: int, counts: dict[int, int], stretches: int) -> Timeline:
    """Return the timeline of counts by the numbers of stretches, which are made longer until they are few."""
    if not counts:
        return Timeline()
    first, last = min(counts), max(counts)
    while last - first >= stretches:
        hours, first, last = hours * 2, first // 2, last // 2
        halved: dict[int, int] = {}
        for place, count in counts.items():
            halved[place // 2] = halved.get(place // 2, 0) + count
        counts = halved
    day, of_day = divmod(first * hours, _HOURS)
    return Timeline(
        hours=hours,
        start=datetime.fromordinal(day).replace(tzinfo=UTC) + timedelta(hours=of_day),
        counts=tuple(counts.get(place, 0) for place in range(first, last + 1)),
    )
