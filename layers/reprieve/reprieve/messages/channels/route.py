"""Which notices a channel gets."""

from typing import Final

from reprieve.cases.notice import Notice, Reason
from reprieve.dataclass import dataclass
from reprieve.messages.channels.entry import Entry

TO_ALL: Final = frozenset({Reason.STACK_UNHEALTHY, Reason.DIGEST, Reason.TEST})
"""What every channel gets, whatever its route: a problem of the stack, a test, and what stands for many."""

ENDING: Final = frozenset({Reason.DELETION_CANCELLED, Reason.DELETION_KEPT, Reason.CORRECTION})
"""What a list of reasons never holds back: a channel that heard of a case hears how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a channel's `only` asks of a notice; an empty part asks nothing."""

    reasons: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()

    def takes(self, notice: Notice) -> bool:
        """Return whether a notice goes to the channel."""
        if notice.reason in TO_ALL:
            return True
        key = notice.key
        return self._takes_reason(notice.reason) and all(
            not wanted or (key is not None and found in wanted)
            for wanted, found in (
                (self.accounts, key and key.account),
                (self.regions, key and key.region),
                (self.owners, key and key.owner),
            )
        )

    def _takes_reason(self, reason: Reason) -> bool:
        return not self.reasons or reason in self.reasons or reason in ENDING


EVERYTHING: Final = Route()


def read_route(entry: Entry) -> Route:
    """Return the route of a channel's entry; everything, where it has no `only`.

    Raises:
        EntryError: it is not understood.
    """
    if not entry.has("only"):
        return EVERYTHING
    only = entry.inner("only")
    parts = {
        name: frozenset(only.texts(name, tuple(Reason) if name == "reasons" else None))
        for name in ("reasons", "accounts", "regions", "owners")
        if only.has(name)
    }
    only.finish()
    if not parts:
        raise entry.wrong("only", "names nothing")
    return Route(**parts)
