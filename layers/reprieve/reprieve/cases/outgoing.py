"""Which notices go out by themselves, and in which order: never more of them than people can read."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.notice import ENDS_THREADS, Notice, Reason
from reprieve.dataclass import dataclass

SINGLES_AN_HOUR: Final = 24
DIGEST_EVERY: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)

_DECIDED: Final = frozenset({Reason.DELETION_CANCELLED, Reason.DELETION_KEPT})
_ALWAYS: Final = frozenset({Reason.DIGEST, Reason.NO_EVENT_FOUND, *ENDS_THREADS})
_URGENCY: Final = (
    Reason.CORRECTION,
    Reason.KEY_IN_USE,
    Reason.DELETION_SOON,
    Reason.DELETION_CANCELLED,
    Reason.NEW_CALLER,
    Reason.NO_EVENT_FOUND,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice on its way; `in_digest` is whether it is to go out folded with others."""

    notice: Notice
    in_digest: bool = False

    @property
    def is_unlimited(self) -> bool:
        """Whether it goes out however many there were: a person decided, or no digest could name its key."""
        is_decision = self.notice.decision is not None and self.notice.reason in _DECIDED
        return is_decision or self.notice.reason in _ALWAYS

    @property
    def urgency(self) -> tuple[int, bool, datetime]:
        """What sorts notices: the most urgent reason first, and what KMS confirmed before what it did not."""
        reason, key = self.notice.reason, self.notice.key
        place = _URGENCY.index(reason) if reason in _URGENCY else len(_URGENCY)
        return place, key is None or not key.is_pending, self.notice.at

    @property
    def about(self) -> str:
        """The key that it is about; if there is none, the notice itself."""
        return str(self.notice.key.arn) if self.notice.key else self.notice.id

    @property
    def decided(self) -> tuple[datetime, datetime]:
        """What sorts notices by their decision: of those of one moment, that of the earlier case first."""
        return self.notice.at, self.notice.case.opened_at if self.notice.case else self.notice.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """When notices went out lately: the single ones of the last hour by their ids, and the last digest.

    Times in the future, which a clock that was ahead wrote, are ignored.
    """

    singles: Mapping[str, datetime] = field(default_factory=dict)
    digest_at: datetime | None = None
    version: int = 0

    def with_singles(self, wanted: Sequence[str], now: datetime) -> "Sent":
        """Return it with those that are wanted, as far as they may go out; what is tried again may."""
        kept = {each: at for each, at in self.singles.items() if timedelta() <= now - at < HOUR}
        new = [each for each in wanted if each not in kept]
        return replace(self, singles=kept | dict.fromkeys(new[: max(0, SINGLES_AN_HOUR - len(kept))], now))

    def has_ample_room(self, wanted: Sequence[str], now: datetime) -> bool:
        """Return whether all of these may go out, even if another run sends as many at this moment."""
        lately = sum(timedelta() <= now - at < HOUR for at in self.singles.values())
        return lately + 2 * len(wanted) <= SINGLES_AN_HOUR

    def may_digest(self, now: datetime) -> bool:
        """Return whether it is time for a digest."""
        return self.digest_at is None or not timedelta() <= now - self.digest_at < DIGEST_EVERY


def ordered(outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """Return notices by their urgency; those of one key together, in the order of their decision."""
    places = dict[str, int]()
    for each in sorted(outgoing, key=lambda each: each.urgency):
        places.setdefault(each.about, len(places))
    return sorted(outgoing, key=lambda each: (places[each.about], each.decided))
