"""Counting: who used a key, how often, how, from where.

A tally grows with the number of callers that it lists, never with the number of requests:
beyond `CALLERS_LISTED` callers, and for the lists of each caller, it keeps the first and counts the rest.
Adding up the tallies of single minutes in their order gives the same as counting it all at once;
only where a single minute has more callers or operations than are listed may one of them be counted
among the rest that was listed in another minute.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from reprieve.callers import Caller
from reprieve.records import KeyUse
from reprieve.resources import Resource
from reprieve.timeline import Timeline, hour

CALLERS_LISTED: Final = 20
_OPERATIONS_LISTED: Final = 16
_ADDRESSES_LISTED: Final = 5
_AGENTS_LISTED: Final = 3
RESOURCES_LISTED: Final = 8
_EVENTS_LISTED: Final = 5
OTHER_OPERATIONS: Final = "other operations"

REQUESTS_REMEMBERED: Final = 50_000

_Item = TypeVar("_Item", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerUses:
    """What one caller did: `operations` maps a name to a number of requests; the lists hold the first few."""

    caller: Caller
    count: int
    first_at: datetime
    last_at: datetime
    operations: Mapping[str, int]
    source_ips: tuple[str, ...] = ()
    user_agents: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    event_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What all callers did.

    `count` is the number of requests; `unlisted` says how many of them were made by callers beyond
    those in `by_caller`, which are in the order in which they were first seen.
    """

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    by_caller: tuple[CallerUses, ...] = ()
    unlisted: int = 0


@dataclass(slots=True)
class _Row:
    """One caller's line of a tally, while it grows."""

    caller: Caller
    first_at: datetime
    last_at: datetime
    count: int = 0
    operations: dict[str, int] = field(default_factory=dict)
    source_ips: dict[str, None] = field(default_factory=dict)
    user_agents: dict[str, None] = field(default_factory=dict)
    resources: dict[Resource, None] = field(default_factory=dict)
    event_ids: dict[str, None] = field(default_factory=dict)

    def absorb(self, part: CallerUses) -> None:
        self.count += part.count
        self.first_at = min(self.first_at, part.first_at)
        self.last_at = max(self.last_at, part.last_at)
        for operation, number in part.operations.items():
            listed = operation in self.operations or len(self.operations) < _OPERATIONS_LISTED
            name = operation if listed else OTHER_OPERATIONS
            self.operations[name] = self.operations.get(name, 0) + number
        _keep_first(self.source_ips, part.source_ips, _ADDRESSES_LISTED)
        _keep_first(self.user_agents, part.user_agents, _AGENTS_LISTED)
        _keep_first(self.resources, part.resources, RESOURCES_LISTED)
        _keep_first(self.event_ids, part.event_ids, _EVENTS_LISTED)

    def absorb_one(self, use: KeyUse) -> None:
        """Do the same as for `one(use)`, which a storm leaves no time to make."""
        self.count += 1
        if use.at < self.first_at:
            self.first_at = use.at
        elif use.at > self.last_at:
            self.last_at = use.at
        listed = use.operation in self.operations or len(self.operations) < _OPERATIONS_LISTED
        name = use.operation if listed else OTHER_OPERATIONS
        self.operations[name] = self.operations.get(name, 0) + 1
        if use.source_ip and len(self.source_ips) < _ADDRESSES_LISTED:
            self.source_ips[use.source_ip] = None
        if use.user_agent and len(self.user_agents) < _AGENTS_LISTED:
            self.user_agents[use.user_agent] = None
        if use.event_id and len(self.event_ids) < _EVENTS_LISTED:
            self.event_ids[use.event_id] = None
        _keep_first(self.resources, use.resources, RESOURCES_LISTED)

    def take_back(self, part: CallerUses) -> None:
        self.count -= part.count
        for operation, number in part.operations.items():
            name = operation if operation in self.operations else OTHER_OPERATIONS
            left = self.operations.get(name, number) - number
            if left:
                self.operations[name] = left
            else:
                self.operations.pop(name, None)

    def freeze(self) -> CallerUses:
        return CallerUses(
            caller=self.caller,
            count=self.count,
            first_at=self.first_at,
            last_at=self.last_at,
            operations=dict(self.operations),
            source_ips=tuple(self.source_ips),
            user_agents=tuple(self.user_agents),
            resources=tuple(self.resources),
            event_ids=tuple(self.event_ids),
        )


@dataclass(slots=True)
class Tally:
    """A growing count of requests by caller."""

    _rows: dict[str, _Row] = field(default_factory=dict)
    _unlisted: _Row | None = None

    def add(self, part: CallerUses) -> None:
        """Add what one caller did."""
        self._row(part.caller, part.first_at, part.last_at).absorb(part)

    def add_one(self, use: KeyUse) -> None:
        """Add a single request."""
        self._row(use.caller, use.at, use.at).absorb_one(use)

    def add_all(self, uses: Uses) -> None:
        """Add everything that another tally counted."""
        for part in uses.by_caller:
            self.add(part)
        if uses.unlisted and uses.first_at and uses.last_at:
            self._rest(uses.first_at, uses.last_at).count += uses.unlisted

    def take_back(self, part: CallerUses) -> None:
        """Undo an `add` whose caller is better told by another copy of the same record."""
        row = self._rows.get(part.caller.id)
        if row and row.count <= part.count:
            del self._rows[part.caller.id]
        else:
            (row or self._rest(part.first_at, part.last_at)).take_back(part)

    def uses(self) -> Uses:
        """Return the count as it stands."""
        rows = [row for row in (*self._rows.values(), self._unlisted) if row and row.count]
        if not rows:
            return Uses()
        return Uses(
            count=sum(row.count for row in rows),
            first_at=min(row.first_at for row in rows),
            last_at=max(row.last_at for row in rows),
            by_caller=tuple(row.freeze() for row in self._rows.values()),
            unlisted=self._unlisted.count if self._unlisted else 0,
        )

    def _row(self, caller: Caller, first_at: datetime, last_at: datetime) -> _Row:
        row = self._rows.get(caller.id)
        if row is None and len(self._rows) < CALLERS_LISTED:
            row = self._rows[caller.id] = _Row(caller, first_at, last_at)
        return row or self._rest(first_at, last_at)

    def _rest(self, first_at: datetime, last_at: datetime) -> _Row:
        if self._unlisted is None:
            self._unlisted = _Row(Caller(kind="", id="", name=""), first_at, last_at)
        self._unlisted.first_at = min(self._unlisted.first_at, first_at)
        self._unlisted.last_at = max(self._unlisted.last_at, last_at)
        return self._unlisted


def one(use: KeyUse) -> CallerUses:
    """Return a single request as what its caller did."""
    return CallerUses(
        caller=use.caller,
        count=1,
        first_at=use.at,
        last_at=use.at,
        operations={use.operation: 1},
        source_ips=(use.source_ip,) if use.source_ip else (),
        user_agents=(use.user_agent,) if use.user_agent else (),
        resources=use.resources,
        event_ids=(use.event_id,) if use.event_id else (),
    )


def total(parts: Iterable[Uses]) -> Uses:
    """Return the sum of counts, in their order."""
    tally = Tally()
    for part in parts:
        tally.add_all(part)
    return tally.uses()


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


def merged(readings: Iterable[Mapping[datetime, Counted]]) -> Mapping[datetime, Counted]:
    """Return several keys' minutes as one key's."""
    sums: dict[datetime, Counted] = {}
    for minutes in readings:
        for minute, counted in minutes.items():
            place = sums.setdefault(minute, Counted())
            place.uses.add_all(counted.uses.uses())
            place.management_calls.add_all(counted.management_calls.uses())
            for hours, number in counted.hours.items():
                place.hours[hours] = place.hours.get(hours, 0) + number
    return sums


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


def _keep_first(kept: dict[_Item, None], more: Iterable[_Item], limit: int) -> None:
    for item in more:
        if len(kept) >= limit:
            return
        kept.setdefault(item)
