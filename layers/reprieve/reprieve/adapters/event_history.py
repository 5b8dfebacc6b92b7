"""CloudTrail's event history, at the pace that AWS allows."""

import time
from collections.abc import Callable, Iterator
from dataclasses import field
from datetime import datetime
from threading import Lock
from typing import Final

from reprieve.adapters.accounts import Accounts
from reprieve.adapters.aws import call
from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass

BETWEEN: Final = 0.5  # seconds; CloudTrail API reference, LookupEvents: two requests a second in a Region
PAGES: Final = 4  # of 50 events; scheduling a deletion is rare
_PAGE: Final = 50
_BY_NAME: Final = {"AttributeKey": "EventName", "AttributeValue": "ScheduleKeyDeletion"}


@dataclass(frozen=True, slots=True)
class Pace:
    """Lets callers pass one at a time, at intervals, separately for each account and Region."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _next: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, account: str, region: str) -> None:
        """Return when the next request may be made."""
        with self._lock:
            now = self.now()
            turn = max(now, self._next.get((account, region), now))
            self._next[account, region] = turn + BETWEEN
        if turn > now:
            self.sleep(turn - now)


@dataclass(frozen=True, slots=True)
class CloudTrailHistory:
    """The `EventHistory` of AWS: cloudtrail:LookupEvents."""

    accounts: Accounts
    pace: Pace = field(default_factory=Pace)

    def schedulings(self, key: KeyArn, since: datetime) -> Iterator[str]:
        """Ask for the event by its name: one attribute is all that LookupEvents takes.

        The history may name a key by its id, its ARN or an alias, so that asking by the key could miss it.
        """
        client = self.accounts.client("cloudtrail", key)
        more: dict[str, str] = {}
        for _ in range(PAGES):
            self.pace.wait(key.account, key.region)
            with call("cloudtrail:LookupEvents"):
                page = client.lookup_events(
                    LookupAttributes=[_BY_NAME], StartTime=since, MaxResults=_PAGE, **more
                )
            yield from (event["CloudTrailEvent"] for event in page["Events"])
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}
