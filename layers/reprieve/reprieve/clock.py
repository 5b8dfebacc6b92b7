"""Time: always aware, always UTC, and passed in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

MINUTE = timedelta(minutes=1)
CLOCKS_APART = timedelta(minutes=15)
"""How far a clock may be ahead of another: AWS refuses requests that are signed further in the future, most
of its services after 5 minutes; source: IAM user guide, "Why requests are signed"."""

_YEARS = range(1970, 9000)  # so that a day more or less never leaves what datetime can hold
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def from_millis(millis: int) -> datetime:
    """Return the moment that CloudWatch Logs gives as milliseconds since 1970."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def to_millis(moment: datetime) -> int:
    """Return `moment` as CloudWatch Logs takes it."""
    return round(moment.timestamp() * 1000)


def to_minute(moment: datetime) -> datetime:
    """Return the start of the minute that `moment` is in."""
    return moment.replace(second=0, microsecond=0)


def rfc3339(moment: datetime) -> str:
    """Return `2026-11-22T14:02:31Z`: machines' form; fractions of a second are dropped."""
    return f"{moment.astimezone(UTC).isoformat(timespec='seconds').removesuffix('+00:00')}Z"


def parse(text: str) -> datetime:
    """Read an RFC 3339 time, or a time with an offset as CloudWatch writes it (`+0000`).

    Raises:
        ValueError: it is not a time that anything here can have, or it does not say which zone it is in.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    try:
        found = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error
    if found.year not in _YEARS:
        raise ValueError(f"{text!r} is out of range")
    return found


def is_recent(moment: datetime, now: datetime, within: timedelta) -> bool:
    """Return whether a moment was less than `within` ago; what only a clock far ahead can name, was not."""
    return -CLOCKS_APART <= now - moment < within


def for_people(moment: datetime) -> str:
    """Return `2026-11-22 14:02 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def day(moment: datetime) -> str:
    """Return `2026-11-22`, the day in UTC."""
    return rfc3339(moment)[:10]


def left(now: datetime, then: datetime, units: int = 2) -> str:
    """Return how long it is until `then` in its largest units, as `6 days 4 hours`; rounded down."""
    seconds = int((then - now).total_seconds())
    if seconds < _UNITS[-1][0]:
        return "less than a minute" if seconds > 0 else "no time"
    parts = []
    for size, name in _UNITS:
        number, seconds = divmod(seconds, size)
        parts.append((number, name))
    first = next(place for place, (number, _) in enumerate(parts) if number)
    return " ".join(_counted(*part) for part in parts[first : first + units] if part[0])


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
