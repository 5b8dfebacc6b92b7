"""Who used a key, how often, how, from where: as it is stored and told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.resource import Resource
from reprieve.dataclass import dataclass
from reprieve.untrusted import one_line

OTHERS_LISTED: Final = 400
OTHER_OPERATIONS: Final = "other operations"
_OTHER_NAME: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerUses:
    """What one caller did: `operations` maps a name to a number of requests; the lists hold the first few.

    `caller` is the first session that was seen of a role, and `sessions` names several of them.
    """

    caller: Caller
    count: int
    first_at: datetime
    last_at: datetime
    operations: Mapping[str, int]
    source_ips: tuple[str, ...] = ()
    user_agents: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    event_ids: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the caller is called in a few words: its role, where several sessions of it are counted."""
        return name_of(self.caller) if len(self.sessions) > 1 else one_line(self.caller.name, _OTHER_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCaller:
    """A caller beyond those in `by_caller`; `id` is a hash of what it is counted under."""

    id: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What all callers did.

    `count` is the number of requests; `unlisted` says how many of them were made by callers beyond
    those in `by_caller`, which are in the order in which they were first seen.
    `others` names the first `OTHERS_LISTED` of these.
    """

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    by_caller: tuple[CallerUses, ...] = ()
    unlisted: int = 0
    others: tuple[OtherCaller, ...] = ()

    @property
    def worst(self) -> tuple[str, int] | None:
        """Who was refused most often, and how often; None where several were, or nobody knows."""
        counts = [(part.name, part.count) for part in self.by_last_refusal]
        counts += [(other.name, other.count) for other in self.others]
        first, second = sorted([*counts, ("", 0), ("", 0)], key=lambda each: each[1], reverse=True)[:2]
        return first if first[1] > max(second[1], self.unnamed) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all callers, as far as they are kept: the one refused last first, then the others."""
        return (*(part.name for part in self.by_last_refusal), *(other.name for other in self.others))

    @property
    def by_last_refusal(self) -> tuple[CallerUses, ...]:
        """The callers of whom more is known: the one refused last first, then the one refused most."""
        return tuple(sorted(self.by_caller, key=lambda part: (part.last_at, part.count), reverse=True))

    @property
    def callers(self) -> int:
        """How many callers are known by name; there may be more, where `unnamed` is not 0."""
        return len(self.by_caller) + len(self.others)

    @property
    def unnamed(self) -> int:
        """How many requests were made by callers of whom not even the name is kept."""
        return self.unlisted - sum(other.count for other in self.others)


@lru_cache(maxsize=4096)
def caller_hash(place: str) -> str:
    """Return a short name of what a caller is counted under, which may be long: 48 bits of SHA-256."""
    return sha256(place.encode(errors="replace")).hexdigest()[:12]


def narrowed(uses: Uses, *, callers: int, operations: int = 4, others: int = OTHERS_LISTED) -> Uses:
    """Return the same numbers with less detail: fewer callers, operations and names of others."""
    listed = tuple(_few_operations(part, operations) for part in uses.by_caller[:callers])
    rest = uses.by_caller[callers:]
    named = (
        *uses.others,
        *(OtherCaller(id=caller_hash(p.caller.place), name=name_of(p.caller), count=p.count) for p in rest),
    )
    return replace(
        uses,
        by_caller=listed,
        unlisted=uses.unlisted + sum(part.count for part in rest),
        others=named[-others:],
    )


def _few_operations(part: CallerUses, number: int) -> CallerUses:
    named = list(part.operations.items())
    few, rest = dict(named[:number]), sum(count for _, count in named[number:])
    others = {OTHER_OPERATIONS: few.get(OTHER_OPERATIONS, 0) + rest} if rest else {}
    return replace(part, operations=few | others)


def name_of(caller: Caller) -> str:
    """Return what a caller is called where there is room for no more: its role, or its name."""
    return one_line(caller.behind or caller.name, _OTHER_NAME)
