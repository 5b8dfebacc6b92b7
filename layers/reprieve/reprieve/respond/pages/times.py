"""Times as people read them on a page: in UTC, with how far away they are."""

from datetime import datetime, timedelta

from reprieve.clock import for_people, left

_MINUTE = timedelta(minutes=1)


def short(moment: datetime) -> str:
    """Return `29 Nov, 14:02 UTC`, for a moment whose year is clear."""
    return f"{moment:%-d %b, %H:%M} UTC"


def clock(moment: datetime) -> str:
    """Return a time of the day to the second: `14:02:31 UTC`."""
    return f"{moment:%H:%M:%S} UTC"


def when(moment: datetime, now: datetime) -> str:
    """Return a time with how far away it is."""
    return f"{for_people(moment)} ({away(moment, now)})"


def away(moment: datetime, now: datetime) -> str:
    """Return `3 hours ago` or `in 6 days`."""
    if abs(moment - now) < _MINUTE:
        return "just now"
    return f"in {left(now, moment)}" if moment > now else f"{ago(moment, now)} ago"


def brief(length: timedelta) -> str:
    """Return `3 min`, `10 h` or `2 days 10 h`: for where there is little room."""
    minutes = max(0, int(length / _MINUTE))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} {'day' if days == 1 else 'days'} {hours} h"
    return f"{hours} h" if hours else f"{minutes} min"


def recent(moment: datetime, now: datetime) -> str:
    """Return `3 min ago`."""
    return "Just now" if now - moment < _MINUTE else f"{brief(now - moment)} ago"


def ago(moment: datetime, now: datetime) -> str:
    """Return `3 hours`: how long ago something was, in its largest unit from two hours on."""
    return left(moment, now, units=1 if now - moment >= 120 * _MINUTE else 2)


def moment(then: datetime, now: datetime) -> str:
    """Return `14:52 UTC` for today, else with the day."""
    return f"{then:%H:%M} UTC" if then.date() == now.date() else short(then)
