"""Counting: who used a key, how often, how, from where.

A tally grows with the number of callers that it lists, never with the number of requests.
The sessions of one role are one caller. Beyond `CALLERS_LISTED` callers it keeps names and numbers,
and beyond `OTHERS_LISTED` names only a number; for the lists of each caller it keeps the first.
Adding up the tallies of single minutes in their order gives the same as counting it all at once;
only where a single minute has more callers or operations than are listed may one of them be counted
among the others that was listed in another minute.
"""

from collections.abc import Hashable, Iterable
from dataclasses import field
from datetime import datetime
from typing import Final, TypeVar

from reprieve.cases.usage import (
    OTHER_OPERATIONS,
    OTHERS_LISTED,
    CallerUses,
    OtherCaller,
    Uses,
    caller_hash,
    name_of,
)
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource
from reprieve.dataclass import dataclass

CALLERS_LISTED: Final = 20
_OPERATIONS_LISTED: Final = 16
_ADDRESSES_LISTED: Final = 5
_AGENTS_LISTED: Final = 3
RESOURCES_LISTED: Final = 8
_EVENTS_LISTED: Final = 5
SESSIONS_LISTED: Final = 12

_Item = TypeVar("_Item", bound=Hashable)


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
    sessions: dict[str, None] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """How many kilobytes it is, about."""
        how = len(self.operations) + len(self.source_ips) + len(self.user_agents)
        return 2 + len(self.resources) + (how + len(self.event_ids) + len(self.sessions)) // 8

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
        _keep_first(self.sessions, part.sessions, SESSIONS_LISTED)

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
        if use.caller.principal and len(self.sessions) < SESSIONS_LISTED:
            self.sessions[_session(use.caller)] = None
        _keep_first(self.resources, use.resources, RESOURCES_LISTED)

    def absorb_other(self, number: int) -> None:
        """Take in requests of which only the number is kept."""
        self.count += number
        self.operations[OTHER_OPERATIONS] = self.operations.get(OTHER_OPERATIONS, 0) + number

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
            sessions=tuple(self.sessions),
        )


@dataclass(slots=True)
class _Others:
    """Those for whom there is no row: `count` is the number of all their requests."""

    first_at: datetime
    last_at: datetime
    count: int = 0
    names: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def seen(self, first_at: datetime, last_at: datetime) -> None:
        self.first_at = min(self.first_at, first_at)
        self.last_at = max(self.last_at, last_at)

    def take(self, of: str, name: str, number: int) -> None:
        self.count += number
        if of in self.names or len(self.names) < OTHERS_LISTED:
            self.names.setdefault(of, name)
            self.counts[of] = self.counts.get(of, 0) + number

    def give_back(self, of: str, number: int) -> None:
        self.count -= number
        self.counts[of] = self.counts.get(of, 0) - number

    def freeze(self) -> tuple[OtherCaller, ...]:
        named = ((of, name, self.counts[of]) for of, name in self.names.items())
        return tuple(OtherCaller(id=of, name=name, count=count) for of, name, count in named if count > 0)


@dataclass(slots=True)
class Tally:
    """A growing count of requests by caller."""

    _rows: dict[str, _Row] = field(default_factory=dict)
    _others: _Others | None = None

    def add(self, part: CallerUses) -> None:
        """Add what one caller did."""
        row = self._row(part.caller, part.first_at, part.last_at)
        if row:
            row.absorb(part)
        else:
            self._take(part.caller, part.first_at, part.last_at, part.count)

    def add_one(self, use: KeyUse) -> int:
        """Add a single request, and return how many kilobytes more are kept for it, about."""
        before = self._kept_for(use.caller)
        row = self._row(use.caller, use.at, use.at)
        if row:
            row.absorb_one(use)
        else:
            self._take(use.caller, use.at, use.at, 1)
        return self._kept_for(use.caller) - before

    def count_one(self, use: KeyUse) -> None:
        """Add a single request, and keep no more than its number for it."""
        if row := self._rows.get(use.caller.place):
            row.absorb_other(1)
            row.last_at = max(row.last_at, use.at)
        else:
            self._rest(use.at, use.at).count += 1

    def add_all(self, uses: Uses) -> None:
        """Add everything that another tally counted."""
        for part in uses.by_caller:
            self.add(part)
        if not uses.unlisted or uses.first_at is None or uses.last_at is None:
            return
        rows = {caller_hash(place): row for place, row in self._rows.items()}
        rest = self._rest(uses.first_at, uses.last_at)
        for other in uses.others:
            if other.id in rows:
                rows[other.id].absorb_other(other.count)
            else:
                rest.take(other.id, other.name, other.count)
        rest.count += uses.unnamed

    def take_back(self, part: CallerUses) -> None:
        """Undo an `add` whose caller is better told by another copy of the same record."""
        row = self._rows.get(part.caller.place)
        if row and row.count <= part.count:
            del self._rows[part.caller.place]
        elif row:
            row.take_back(part)
        else:
            self._rest(part.first_at, part.last_at).give_back(caller_hash(part.caller.place), part.count)

    @property
    def kept(self) -> int:
        """How many kilobytes are kept, about."""
        return self._names + sum(row.kept for row in self._rows.values())

    def uses(self) -> Uses:
        """Return the count as it stands."""
        rest = self._others if self._others and self._others.count else None
        rows = [row for row in (*self._rows.values(), rest) if row and row.count]
        if not rows:
            return Uses()
        return Uses(
            count=sum(row.count for row in rows),
            first_at=min(row.first_at for row in rows),
            last_at=max(row.last_at for row in rows),
            by_caller=tuple(row.freeze() for row in self._rows.values()),
            unlisted=rest.count if rest else 0,
            others=rest.freeze() if rest else (),
        )

    @property
    def _names(self) -> int:
        return len(self._others.names) if self._others else 0

    def _kept_for(self, caller: Caller) -> int:
        row = self._rows.get(caller.place)
        return self._names + (row.kept if row else 0)

    def _row(self, caller: Caller, first_at: datetime, last_at: datetime) -> _Row | None:
        row = self._rows.get(caller.place)
        if row is None and len(self._rows) < CALLERS_LISTED:
            row = self._rows[caller.place] = _Row(caller, first_at, last_at)
        return row

    def _take(self, caller: Caller, first_at: datetime, last_at: datetime, number: int) -> None:
        self._rest(first_at, last_at).take(caller_hash(caller.place), name_of(caller), number)

    def _rest(self, first_at: datetime, last_at: datetime) -> _Others:
        if self._others is None:
            self._others = _Others(first_at, last_at)
        self._others.seen(first_at, last_at)
        return self._others


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
        sessions=(_session(use.caller),) if use.caller.principal else (),
    )


def total(parts: Iterable[Uses]) -> Uses:
    """Return the sum of counts, in their order."""
    counted = [part for part in parts if part.count]
    if len(counted) == 1:
        return counted[0]
    tally = Tally()
    for part in counted:
        tally.add_all(part)
    return tally.uses()


def _session(caller: Caller) -> str:
    """Return what tells a session of a role from the others: its name, or whose it is where that is known."""
    return caller.name if caller.session is None or caller.behind else caller.session


def _keep_first(kept: dict[_Item, None], more: Iterable[_Item], limit: int) -> None:
    for item in more:
        if len(kept) >= limit:
            return
        kept.setdefault(item)
