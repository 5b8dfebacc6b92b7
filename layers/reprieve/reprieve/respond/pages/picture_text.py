"""Every sentence of the picture of a case, and of the table beside it."""

from datetime import datetime
from typing import Final

from reprieve.cases.case import Case
from reprieve.cases.timeline import Bucket
from reprieve.cases.usage import Uses
from reprieve.respond.pages import case_text
from reprieve.respond.pages.picture import Life
from reprieve.respond.pages.times import away, brief, moment, short

_ROOMY: Final = 640

LIFE: Final = "From scheduling to deletion"
LIFE_OVER: Final = "From scheduling to the end"
PICTURE: Final = "This deletion, from its scheduling to the day the key is deleted"
SCHEDULED_MARK: Final = "scheduled"
FIRST_MARK: Final = "first refusal"
NOW: Final = "now"
DELETION_MARK: Final = "deletion"
CANCELLED_MARK: Final = "cancelled"
DELETED_MARK: Final = "deleted"
CLOSED_MARK: Final = "closed"
LEGEND: Final = {
    "use": "call that KMS refused",
    "note": "message sent",
    "dec": "decision on this page",
}
AS_TABLE: Final = "As a table"
FROM: Final = "From"
TO: Final = "To"
REFUSED: Final = "Refused calls"


def caption(life: Life, case: Case | None, uses: Uses, peak: Bucket | None) -> tuple[str, ...]:
    """Return what the picture shows, in sentences."""
    sentences = (
        _scheduled(life, case),
        _uses(life, uses, peak),
        f"{_messages(len(life.notices))}; {_decisions(len(life.decisions))}.",
        _end(life),
    )
    return tuple(filter(None, sentences))


def _scheduled(life: Life, case: Case | None) -> str:
    if case and case.scheduled_by and life.is_scheduling:
        return f"Scheduled on {short(life.start)} by {{who}}."
    return "It is not known who scheduled the deletion, and when."


def _uses(life: Life, uses: Uses, peak: Bucket | None) -> str:
    if uses.last_at is None:
        return case_text.NO_USES
    last = f"{moment(uses.last_at, life.now)} ({away(uses.last_at, life.now)})"
    if uses.count == 1:
        return f"KMS has refused 1 call, at {last}."
    most = f"; the busiest time was {_bucket(peak, life.now)}, with {peak.count}" if peak else ""
    since = " since" if life.is_scheduling else ""
    return f"KMS has refused {case_text.calls(uses.count)}{since}, the last at {last}{most}."


def _bucket(bucket: Bucket, now: datetime) -> str:
    start = short(bucket.start)
    if bucket.end > now:
        return f"since {start}"
    end = short(bucket.end) if bucket.end.date() != bucket.start.date() else f"{bucket.end:%H:%M} UTC"
    return f"{start.removesuffix(' UTC')} to {end}"


def _messages(number: int) -> str:
    return "1 message was sent" if number == 1 else f"{number or 'No'} messages were sent"


def _decisions(number: int) -> str:
    if not number:
        return "nobody has decided"
    return "1 decision was taken" if number == 1 else f"{number} decisions were taken"


def _end(life: Life) -> str:
    if life.is_over:
        on = f" on {short(life.end)}" if life.end else ""
        return f"{end_mark(life).capitalize()}{on}."
    if life.end is None:
        return "The date of the deletion is not known."
    return f"Deletion on {short(life.end)}, {away(life.end, life.now)}."


def most(uses: Uses, peak: Bucket | None) -> str:
    """Return what the highest bar says."""
    if peak is None or uses.count == 1:
        return "1 call refused" if uses.count == 1 else ""
    hours = max(1, round((peak.end - peak.start).total_seconds() / 3600))
    return f"most: {peak.count} calls in {hours} h"


def left_short(life: Life) -> str:
    """Return `2 days 10 h left`."""
    if life.end is None or life.is_over:
        return ""
    return f"{brief(life.end - life.now)} left"


def end_mark(life: Life) -> str:
    """Return what the end of the picture is called."""
    if not life.is_over:
        return DELETION_MARK
    if life.is_cancellation:
        return CANCELLED_MARK
    return DELETED_MARK if life.is_deletion else CLOSED_MARK


def day(at: datetime, width: int) -> str:
    """Return `22 Nov`, with the time where there is room."""
    return f"{at:%-d %b}" if width < _ROOMY else f"{at:%-d %b %H:%M}"


def now_mark(at: datetime, width: int) -> str:
    """Return the present below its mark."""
    return f"{at:%H:%M}" if width < _ROOMY else f"{at:%-d %b %H:%M}"
