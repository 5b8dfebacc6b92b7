"""What one key's records of one minute come to, each request counted once."""

from dataclasses import dataclass, field
from typing import Final

from reprieve.records import KeyUse
from reprieve.tallies import Tally, one
from reprieve.timeline import Timeline, hour
from reprieve.usage import CallerUses

REQUESTS_REMEMBERED: Final = 50_000

_Told = tuple[Tally, CallerUses] | None
"""Where a request was counted and as what, if another copy may still name its caller."""


@dataclass(slots=True)
class Counted:
    """Uses and management calls of one key in one minute, apart; `hours` says when the uses were."""

    uses: Tally = field(default_factory=Tally)
    management_calls: Tally = field(default_factory=Tally)
    hours: dict[int, int] = field(default_factory=dict)

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
    """Which requests were counted: the latest `REQUESTS_REMEMBERED` at most; the older half goes at once."""

    _seen: dict[str, _Told] = field(default_factory=dict)
    _seen_before: dict[str, _Told] = field(default_factory=dict)

    def count(self, use: KeyUse, place: Counted) -> None:
        """Count `use` in `place`, once however often it is told.

        Of two copies (delivered twice, or logged in the caller's and the owner's account)
        the one that names the caller is kept, where the first was counted.
        """
        for seen in (self._seen, self._seen_before):
            if use.request in seen:
                seen[use.request] = _better(seen[use.request], use)
                return
        tally = place.of(use)
        tally.add_one(use)
        place.at(use)
        if use.request:
            self._remember(use.request, None if use.caller.arn else (tally, one(use)))

    def _remember(self, request: str, told: _Told) -> None:
        if len(self._seen) >= REQUESTS_REMEMBERED // 2:
            self._seen, self._seen_before = {}, self._seen
        self._seen[request] = told


def _better(told: _Told, copy: KeyUse) -> _Told:
    """Count another copy in the place of the one that was counted, if only that one is nameless."""
    if told is None or not copy.caller.arn:
        return told
    tally, nameless = told
    tally.take_back(nameless)
    tally.add_one(copy)
    return None
