"""What one key's records of one minute add up to, each request counted once."""

from dataclasses import field, replace
from typing import Final

from reprieve.cases.tallies import Tally, one
from reprieve.cases.timeline import Timeline, hour
from reprieve.cases.usage import CallerUses
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.dataclass import dataclass

REQUESTS_REMEMBERED: Final = 50_000
KEPT_AT_MOST: Final = 200_000
"""How many kilobytes of callers and what they did all minutes keep together, about.

Beyond, only numbers grow: anyone who writes into the log group can name any number of callers.
"""

_Request = int
"""A hash of what the copies of one request have in common; and of a caller, if another was named before.

Python's hash has 60 bits and a secret of the process: nobody can invent two requests that share one, and two
of 50,000 do so by chance in one run of a billion. The values themselves would take four times the memory.
"""

_Told = tuple[Tally, CallerUses] | str
"""Where a request was counted and as what, if another copy may still name its caller; else its caller."""


@dataclass(slots=True)
class Counted:
    """Uses and management calls of one key in one minute, apart; `hours` says when the uses were."""

    uses: Tally = field(default_factory=Tally)
    management_calls: Tally = field(default_factory=Tally)
    hours: dict[int, int] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """How many kilobytes it keeps, about."""
        return self.uses.kept + self.management_calls.kept

    @property
    def timeline(self) -> Timeline:
        """When the uses were, which is before the minute that they were delivered in."""
        return Timeline.of(self.hours)

    def at(self, use: KeyUse) -> None:
        """Count when a request was made, if it is a use."""
        if use.is_use:
            place = hour(use.at)
            self.hours[place] = self.hours.get(place, 0) + 1

    def of(self, use: KeyUse) -> Tally:
        """Return the tally that a request belongs to."""
        return self.uses if use.is_use else self.management_calls


@dataclass(slots=True)
class Requests:
    """Which requests were counted: the latest `REQUESTS_REMEMBERED` at most; the older half goes at once.

    `kept` is how many kilobytes they take, about, in all minutes that are still held.
    """

    kept: int = 0
    _seen: dict[_Request, _Told] = field(default_factory=dict)
    _seen_before: dict[_Request, _Told] = field(default_factory=dict)

    def count(self, use: KeyUse, place: Counted) -> None:
        """Count `use` in `place`, once however often it is told.

        Of two copies (delivered twice, or logged in the caller's and the owner's account)
        the one that names the caller is kept, where the first was counted.
        Records that share an identifier but report different requests are not copies: someone invented one.
        """
        request = hash((use.request, use.key, use.operation, use.at))
        if not use.request or not self._is_copy(request, use):
            self._add(request, use, place)

    def _is_copy(self, request: _Request, use: KeyUse) -> bool:
        """Return whether a request was counted before; if only this copy names the caller, take it over."""
        seen = self._seen if request in self._seen else self._seen_before
        told = seen.get(request)
        if told is None:
            return False
        if not use.caller.arn or told == use.caller.place:
            return True
        if isinstance(told, str):
            named = hash((request, use.caller.place))
            return named in self._seen or named in self._seen_before
        tally, nameless = told
        tally.take_back(nameless)
        self._take(use, tally)
        seen[request] = use.caller.place
        return True

    def _add(self, request: _Request, use: KeyUse, place: Counted) -> None:
        tally = place.of(use)
        self._take(use, tally)
        place.at(use)
        if not use.request:
            return
        if request in self._seen or request in self._seen_before:
            request = hash((request, use.caller.place))
        self._remember(request, use.caller.place if use.caller.arn else (tally, _nameless(use)))

    def _take(self, use: KeyUse, tally: Tally) -> None:
        if self.kept < KEPT_AT_MOST:
            self.kept += tally.add_one(use)
        else:
            tally.count_one(use)

    def _remember(self, request: _Request, told: _Told) -> None:
        if len(self._seen) >= REQUESTS_REMEMBERED // 2:
            self._seen, self._seen_before = {}, self._seen
        self._seen[request] = told


def _nameless(use: KeyUse) -> CallerUses:
    """Return what it takes to undo the count of a request whose caller another copy may name."""
    return one(replace(use, resources=(), user_agent="", source_ip="", event_id=""))
