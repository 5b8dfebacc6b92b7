"""Who scheduled the deletion: cloudtrail:LookupEvents in the key's account and Region.

It is asked where neither the case nor the log group says it: the trail may be younger than the scheduling.
A waiting period has 30 days at the most, and the history 90.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cloudtrail.key_use import Scheduling
from reprieve.cloudtrail.record import read_line
from reprieve.investigate.facts.fact import Scope, Sources, within_reach

FACT = "who scheduled the deletion, and when"
SCOPE = Scope.REGION
FIELDS = frozenset[str]()
applies = within_reach
LOOK_BACK: Final = timedelta(days=31)


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any]:
    """Ask CloudTrail for all schedulings in the Region; whose key's they are is told by their ARNs."""
    now = sources.clock()
    lines = sources.history.schedulings(key, now - LOOK_BACK)
    found = (read_line(line, now) for line in lines)
    return {"schedulings": tuple(record for record in found if isinstance(record, Scheduling))}


def known_of(cases: Iterable[Case]) -> frozenset[KeyArn]:
    """Return the keys whose open cases say it."""
    return frozenset(case.key.arn for case in cases if case.scheduled_by and not case.closure)
