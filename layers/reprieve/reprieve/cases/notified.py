"""What people have been notified of: who and what is new in a notice, and what they know after it."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from reprieve.cases.case import NOTICES_REMEMBERED, Case, Notified
from reprieve.cases.usage import Uses, caller_hash
from reprieve.clock import is_recent
from reprieve.untrusted import one_line

HASHES_REMEMBERED: Final = 1000
NEW_LISTED: Final = 20
"""So many names are bounded in size whatever they are: a notice's law of sizes needs no step for them."""

_HOUR: Final = timedelta(hours=1)


def new_callers(uses: Uses, known: Collection[str]) -> tuple[str, ...]:
    """Return the names of callers whose hash is not known: the one refused last first."""
    listed = (part.name for part in uses.by_last_refusal if caller_hash(part.caller.place) not in known)
    others = (other.name for other in uses.others if other.id not in known)
    return (*listed, *others)[:NEW_LISTED]


def new_resources(uses: Uses, known: Collection[str]) -> tuple[str, ...]:
    """Return the resources whose hash is not known: first those of the caller refused last."""
    names = (str(resource) for part in uses.by_last_refusal for resource in part.resources)
    new = dict.fromkeys(name for name in names if caller_hash(name) not in known)
    return tuple(one_line(name) for name in new)[:NEW_LISTED]


def notified_of(case: Case, now: datetime, uses: int, *, is_new_caller: bool) -> Notified:
    """Return what people know once they have had a notice of a case: everything that it shows.

    Args:
        case: The case.
        now: The present.
        uses: How many uses the notice reports.
        is_new_caller: Whether it is a notice of a new caller, of which there are few an hour.
    """
    before, counts = case.notified, case.counts
    new_callers_at = [at for at in before.new_callers_at if is_recent(at, now, _HOUR)]
    return Notified(
        notices=before.notices + 1,
        last_at=now,
        in_use=before.in_use or bool(uses),
        uses=max(uses, before.uses),
        callers=_known(before.callers, _callers(counts.uses)),
        resources=_known(before.resources, _resources(counts.uses)),
        new_callers_at=(*new_callers_at, now) if is_new_caller else tuple(new_callers_at),
        management_callers=_known(before.management_callers, _callers(counts.management_calls)),
        hours_left=_hours_left(case, now),
        scheduled=before.scheduled or case.scheduled_by is not None,
        cancelled=case.closure is not None,
        lately=(*before.lately, now)[-NOTICES_REMEMBERED:],
    )


def _known(before: tuple[str, ...], now: Iterator[str]) -> tuple[str, ...]:
    """Return the latest of what people have heard of, also what is left out of the case by now."""
    return tuple(dict.fromkeys((*before, *now)))[-HASHES_REMEMBERED:]


def _callers(uses: Uses) -> Iterator[str]:
    yield from (caller_hash(part.caller.place) for part in uses.by_caller)
    yield from (other.id for other in uses.others)


def _resources(uses: Uses) -> Iterator[str]:
    return (caller_hash(str(resource)) for part in uses.by_caller for resource in part.resources)


def _hours_left(case: Case, now: datetime) -> int | None:
    """Return how many hours are left, which a notice says: it is due again only when fewer are left."""
    return None if case.deletion_date is None else max(0, ceil((case.deletion_date - now) / _HOUR))
