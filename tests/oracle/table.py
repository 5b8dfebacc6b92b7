"""DynamoDB as it is: a version condition on each item, all or none, 400 KB an item, and a time to live.

Source: DynamoDB developer guide, "Quotas", "Transactions", "Time to live".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

ITEM_BYTES: Final = 400 * 1024
TRANSACTION_BYTES: Final = 4 * 1024 * 1024
TRANSACTION_ITEMS: Final = 100
_ATTRIBUTES: Final = 64  # the names of the attributes, the version and the time to live, generously
_LATE: Final = 172_800.0  # "within a few days"


class TimeToLive(StrEnum):
    """When DynamoDB removes an item that has expired."""

    AT_ONCE = "at once"
    LATE = "late"
    NEVER = "never"


class Item(NamedTuple):
    """What is stored under a name."""

    body: Mapping[str, Any]
    version: int
    expires_at: float | None


class Write(NamedTuple):
    """One item to be written, in the place of the version that it holds; None is for whatever is there."""

    partition: str
    sort: str
    body: Mapping[str, Any]
    version: int | None
    expires_at: float | None


class ConditionError(Exception):
    """A condition did not hold: nothing was written."""


class TooLargeError(Exception):
    """An item, or the transaction, is too large: nothing was written, and never will be."""


@dataclass(slots=True)
class Table:
    """All items, by partition and sort key."""

    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    time_to_live: TimeToLive = TimeToLive.AT_ONCE
    largest: int = 0
    """The largest item that was ever written, in bytes."""

    def copy(self) -> "Table":
        items = {partition: dict(inside) for partition, inside in self.items.items()}
        return Table(items, self.time_to_live, self.largest)

    def get(self, partition: str, sort: str, now: float) -> Item | None:
        found = self.items.get(partition, {}).get(sort)
        return None if found is None or self._is_removed(found, now) else found

    def list(self, partition: str, prefix: str, now: float) -> Sequence[tuple[str, Item]]:
        inside = self.items.get(partition, {})
        return [
            (sort, inside[sort])
            for sort in sorted(inside)
            if sort.startswith(prefix) and not self._is_removed(inside[sort], now)
        ]

    def put(self, writes: Sequence[Write], gone: Sequence[tuple[str, str]], now: float) -> None:
        """Write and remove all or none.

        Raises:
            ConditionError: another version is there.
            TooLargeError: DynamoDB never takes it.
        """
        sizes = [_size(write) for write in writes]
        names = [*((write.partition, write.sort) for write in writes), *gone]
        if not names or len(set(names)) < len(names) or len(names) > TRANSACTION_ITEMS:
            raise TooLargeError
        if max(sizes, default=0) > ITEM_BYTES or sum(sizes) > TRANSACTION_BYTES:
            raise TooLargeError
        versions = [self._version(write, now) for write in writes]
        for write, version in zip(writes, versions, strict=True):
            if write.version not in {None, version}:
                raise ConditionError
        for write, version in zip(writes, versions, strict=True):
            inside = self.items.setdefault(write.partition, {})
            inside[write.sort] = Item(write.body, version + 1, write.expires_at)
        for partition, sort in gone:
            self.delete(partition, sort)
        self.largest = max(self.largest, *sizes, 0)

    def _version(self, write: Write, now: float) -> int:
        there = self.get(write.partition, write.sort, now)
        return there.version if there else 0

    def delete(self, partition: str, sort: str) -> None:
        self.items.get(partition, {}).pop(sort, None)

    def _is_removed(self, item: Item, now: float) -> bool:
        if item.expires_at is None or self.time_to_live is TimeToLive.NEVER:
            return False
        return now >= item.expires_at + (_LATE if self.time_to_live is TimeToLive.LATE else 0)


def _size(write: Write) -> int:
    """Return the bytes of an item; exactly only where they may come near to the limit."""
    names = len(write.partition.encode()) + len(write.sort.encode()) + _ATTRIBUTES
    at_most = len(json.dumps(write.body))
    if at_most + names <= ITEM_BYTES // 2:
        return at_most + names
    return len(json.dumps(write.body, ensure_ascii=False, separators=(",", ":")).encode()) + names
