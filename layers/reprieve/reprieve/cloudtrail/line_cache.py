"""Lines that differ only in what is unique to each request: their kind is read once.

In a storm the same few programs make the same few requests again and again, each for another object.
CloudTrail writes a record without blanks, and in it once each `eventTime`, `requestID`, `eventID` and,
where two accounts log a request, `sharedEventID`. A line without the values of these, and without the
encryption context, is its kind: lines of one kind have one structure, and all else in them is the same.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reprieve.clock import parse
from reprieve.cloudtrail import resources
from reprieve.cloudtrail.callers.evidence import PAIRS
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.record import ParsedRecord, believable, read_line
from reprieve.cloudtrail.resource import Resource
from reprieve.dataclass import dataclass
from reprieve.untrusted import look

KINDS_REMEMBERED: Final = 1000
_KIND_LIMIT: Final = 4096
"""Characters of a kind that is remembered: two or three times what CloudTrail writes of a request."""
_CONTEXTS_REMEMBERED: Final = 500  # of as many characters each
_TIME: Final = '"eventTime":"'
_REQUEST: Final = '"requestID":"'
_EVENT: Final = '"eventID":"'
_SHARED: Final = '"sharedEventID":"'
_OWN: Final = (_TIME, _REQUEST, _EVENT, _SHARED)
_PARAMETERS: Final = '"requestParameters":'
_CONTEXT: Final = '"encryptionContext":{'
_OWN_LIMIT: Final = 128  # a time and three UUIDs


class _Parts(NamedTuple):
    """A line, taken apart into its kind and what is its own; `pairs` are those of its encryption context."""

    kind: tuple[str, ...]
    time: str
    event_id: str
    shared_id: str
    pairs: str


@dataclass(slots=True)
class LineReader:
    """Reads lines as `read_line` does, and remembers what the latest kinds mean: a few megabytes at most."""

    _known: OrderedDict[tuple[str, ...], KeyUse] = field(default_factory=OrderedDict)

    def read(self, line: str, delivered_at: datetime) -> ParsedRecord:
        """Return what one line of the log group means; see `read_line`."""
        parts = _taken_apart(line)
        if parts is None:
            return read_line(line, delivered_at)
        known = self._known.get(parts.kind)
        if known is None:
            return self._learned(line, parts, delivered_at)
        self._known.move_to_end(parts.kind)
        return _another(known, parts, delivered_at)

    def _learned(self, line: str, parts: _Parts, delivered_at: datetime) -> ParsedRecord:
        """Read a line whole, and remember its kind if the short way leads to the very same."""
        meant = read_line(line, delivered_at)
        if (
            isinstance(meant, KeyUse)
            and sum(map(len, parts.kind)) <= _KIND_LIMIT
            and all(_is_told_once(name, parts) for name in (*_OWN, _PARAMETERS, _CONTEXT))
            and _is_where_it_belongs(_context(parts.pairs), line)
            and meant == _another(meant, parts, delivered_at)
        ):
            self._known[parts.kind] = meant
            if len(self._known) > KINDS_REMEMBERED:
                self._known.popitem(last=False)
        return meant


def _taken_apart(line: str) -> _Parts | None:
    """Return the parts of a line; None if it has not CloudTrail's form, or anything odd in a value."""
    head, _, rest = line.partition(_TIME)
    time, _, rest = rest.partition('"')
    front, pairs, rest = _without_context(rest)
    body, _, rest = rest.partition(_REQUEST)
    request_id, _, rest = rest.partition('"')
    seam, _, rest = rest.partition(_EVENT)
    event_id, _, rest = rest.partition('"')
    tail, _, rest = rest.partition(_SHARED)
    shared_id, _, end = rest.partition('"')
    own = f"{time}{request_id}{event_id}{shared_id}"
    if not event_id or len(own) > _OWN_LIMIT or "\\" in own or not own.isprintable():
        return None
    return _Parts((head, front, body, seam, tail, end), time, event_id, shared_id, pairs)


def _without_context(text: str) -> tuple[str, str, str]:
    """Return what stands before the pairs of an encryption context, these, and what stands behind them.

    They stay where they are if there are none, if they say something of the caller, or if they are too long
    to be remembered.
    """
    before, mark, rest = text.partition(_CONTEXT)
    pairs, _, after = rest.partition("}")
    is_short = len(pairs) <= _KIND_LIMIT
    return (f"{before}{mark}", pairs, after) if is_short and _context(pairs) else ("", "", text)


@lru_cache(maxsize=_CONTEXTS_REMEMBERED)
def _context(pairs: str) -> Mapping[str, Any] | None:
    """Return an encryption context that says nothing of the caller; None for any other text.

    Where a bracket in a text, or one of an object inside, was taken for the end, this is no JSON.
    """
    try:
        context: Mapping[str, Any] = json.loads(f"{{{pairs}}}")
    except (ValueError, RecursionError):
        return None
    return context if context and PAIRS.isdisjoint(context) else None


@lru_cache(maxsize=_CONTEXTS_REMEMBERED)
def _resources(pairs: str, region: str) -> tuple[Resource, ...]:
    return resources.of_context(_context(pairs) or {}, region)


def _is_told_once(name: str, parts: _Parts) -> bool:
    """Return whether a name stands in no second place, where it would mean another."""
    return sum(part.count(name) for part in parts.kind) <= (name not in _OWN)


def _is_where_it_belongs(context: Mapping[str, Any] | None, line: str) -> bool:
    return not context or look(json.loads(line), "requestParameters", "encryptionContext") == context


def _another(known: KeyUse, parts: _Parts, delivered_at: datetime) -> KeyUse:
    """Return what a line of a known kind means."""
    return KeyUse(
        key=known.key,
        event_id=parts.event_id,
        request=parts.shared_id or parts.event_id,
        at=believable(_moment(parts.time) or delivered_at, delivered_at),
        delivered_at=delivered_at,
        operation=known.operation,
        is_use=known.is_use,
        caller=known.caller,
        source_ip=known.source_ip,
        user_agent=known.user_agent,
        resources=_resources(parts.pairs, known.key.region) if parts.pairs else known.resources,
    )


@lru_cache
def _moment(time: str) -> datetime | None:
    try:
        return parse(time)
    except ValueError:
        return None
