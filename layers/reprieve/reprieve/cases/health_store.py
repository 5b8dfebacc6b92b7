"""What the table holds about the stack's own health, and where.

| partition  | sort             | what                                                                |
| ---------- | ---------------- | ------------------------------------------------------------------- |
| `channels` | a channel's name | a channel that takes nothing, and since when; deliver writes it     |
|            | …/a recipient    | the same of one recipient                                           |
| `health`   | `address#…`      | an email address of the notice topic, and how it was last seen     |
| `health`   | `told#ID`        | a notice of today about the stack, for channels that have not had it |
| `health`   | `run`            | when the function health last came to the end of a look             |
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from reprieve.cases.notice import Notice
from reprieve.cases.serialization import from_json, to_json
from reprieve.dataclass import dataclass
from reprieve.errors import ConflictError
from reprieve.ports import Document, Table

_CHANNELS: Final = "channels"
_HEALTH: Final = "health"
_ADDRESS: Final = "address#"
_TOLD: Final = "told#"
_RUN: Final = "run"
_KEPT: Final = timedelta(days=30)
_RENEWED: Final = timedelta(days=15)
_TRIED_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A channel that has accepted nothing since `since`.

    Attributes:
        error: What came of the latest try.
        is_final: Whether the channel said that it will never take it.
    """

    channel: str
    since: datetime
    error: str
    is_final: bool = False


class Subscribed(StrEnum):
    """How an address was last seen."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An email address that is to get the notices.

    Attributes:
        address: It.
        seen: How it was last seen.
        since: Since when it has been seen like that.
        asked_again: Whether it was lost once, and subscribed again.
        version: How often this has been written.
        expires_at: When it may be dropped.
    """

    address: str
    seen: Subscribed
    since: datetime
    asked_again: bool = False
    version: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HealthStore:
    """The table, as far as it is about the stack itself."""

    table: Table

    def failed(self, channel: str, error: str, now: datetime, *, is_final: bool = False) -> None:
        """Note that a channel did not take something, or never will.

        Raises:
            ConflictError: another invocation has noted it at the same moment.
        """
        found = self.table.get(_CHANNELS, channel)
        since = from_json(Failing, found.body).since if found else now
        failing = Failing(channel=channel, since=since, error=error, is_final=is_final)
        self._put(_CHANNELS, channel, to_json(failing), found.version if found else 0, now + _KEPT)

    def worked(self, channel: str) -> None:
        """Note that a channel took something."""
        if found := self.table.get(_CHANNELS, channel):
            self.table.delete(found)

    def failing(self) -> tuple[Failing, ...]:
        """Return the channels that did not take what they were sent last."""
        return tuple(from_json(Failing, found.body) for found in self.table.list(_CHANNELS))

    def addresses(self) -> dict[str, Address]:
        """Return the addresses that are known, by their names without regard to case."""
        found = {each.sort.removeprefix(_ADDRESS): each for each in self.table.list(_HEALTH, _ADDRESS)}
        return {
            name: replace(from_json(Address, each.body), version=each.version, expires_at=each.expires_at)
            for name, each in found.items()
        }

    def keep(self, address: Address, now: datetime) -> None:
        """Store how an address was seen.

        Raises:
            ConflictError: another invocation has done so since it was read.
        """
        body = to_json(replace(address, version=0, expires_at=None))
        self._put(_HEALTH, _ADDRESS + address.address.casefold(), body, address.version, now + _KEPT)

    def forget(self, names: Iterable[str]) -> None:
        """Drop addresses."""
        for name in names:
            self.table.delete(Document(partition=_HEALTH, sort=_ADDRESS + name))

    def remember(self, notice: Notice) -> None:
        """Store a notice about the stack, unless it is stored already."""
        with suppress(ConflictError):
            self._put(_HEALTH, _TOLD + notice.id, to_json(notice), 0, notice.at + 2 * _TRIED_FOR)

    def recent(self, now: datetime) -> tuple[Notice, ...]:
        """Return the notices about the stack that are not older than a day."""
        found = (from_json(Notice, each.body) for each in self.table.list(_HEALTH, _TOLD))
        return tuple(notice for notice in found if now - notice.at < _TRIED_FOR)

    def run_ended(self, now: datetime) -> None:
        """Note that the function health came to the end of a look."""
        found = self.table.get(_HEALTH, _RUN)
        with suppress(ConflictError):
            self._put(_HEALTH, _RUN, to_json(_Run(at=now)), found.version if found else 0)

    def last_run(self) -> datetime | None:
        """Return when the function health last came to the end of a look; None if it never has."""
        found = self.table.get(_HEALTH, _RUN)
        return from_json(_Run, found.body).at if found else None

    def _put(
        self,
        partition: str,
        sort: str,
        body: dict[str, Any],
        version: int,
        expires_at: datetime | None = None,
    ) -> None:
        self.table.put(
            Document(partition=partition, sort=sort, body=body, version=version, expires_at=expires_at)
        )


def noted_as(channel: str, recipient: str) -> str:
    """Return what a channel, or one of its recipients, is noted as."""
    return f"{channel}/{recipient}" if recipient else channel


def channel_of(noted: str) -> str:
    """Return the name of the channel that is noted so."""
    return noted.partition("/")[0]


def is_to_be_renewed(address: Address, now: datetime) -> bool:
    """Return whether what is stored of an address would expire before long."""
    return address.expires_at is None or address.expires_at - now < _RENEWED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    at: datetime
