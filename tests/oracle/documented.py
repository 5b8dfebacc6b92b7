"""What the documents say beyond the promise: when a deletion is told, and when people are reminded.

Source: `docs/architecture.md`, the table of reasons; the numbers are those of a stack with default settings.
"""

from collections.abc import Iterator
from typing import Final

from tests.oracle.claims import UNSTORED
from tests.oracle.heard import Claim, Heard
from tests.oracle.kms import DAY, Deletion
from tests.oracle.troubles import EVERYWHERE
from tests.oracle.world import HOUR, MINUTE, World

REPEAT: Final = 24 * HOUR
HOURS_BEFORE: Final = (72, 24)
HOURS_BEFORE_A_KEPT_ONE: Final = (24,)
FORGED: Final = 20
"""So many invented records of one key's scheduling may hide the true one."""

FOLDED_FROM: Final = 24
"""With so many notices of the stack in an hour, others wait for a digest."""

NOTICES_A_DAY: Final = 8
"""With so many notices of a key in a day, those that can wait do."""

_SECOND: Final = 1.0

_QUIET: Final = frozenset(
    {
        "deletion-soon",
        "deletion-cancelled",
        "deletion-kept",
        "key-deleted",
        "case-continued",
        "correction",
    }
)
"""What people may still hear of a deletion that somebody decided to keep."""


def of_notice(before: tuple[Heard, ...], heard: Heard) -> Iterator[str]:
    """Yield what is wrong with a notice, after those of the same key that were heard before."""
    same = [
        other
        for other in before
        if other.case == heard.case and not other.is_folded and UNSTORED not in other.text
    ]
    if same and heard.reason == "still-in-use" and heard.decided_at - same[-1].decided_at < REPEAT:
        yield f"people heard {heard} within a day of another notice"
    soon = sum(other.reason == "deletion-soon" for other in (*same, heard))
    if heard.reason == "deletion-soon" and heard.date and soon > len(HOURS_BEFORE):
        yield f"people heard {heard} for the {soon}th time"
    if heard.reason == "deletion-soon" and heard.date and heard.date - heard.at > HOURS_BEFORE[0] * HOUR:
        yield f"people heard {heard} more than {HOURS_BEFORE[0]} hours before the date"
    kept = [other for other in same if other.reason == "deletion-kept"]
    if kept and heard.decided_at > kept[-1].decided_at and heard.reason not in _QUIET:
        yield f"people heard {heard} of a deletion that somebody decided to keep"


def of_run(
    world: World, deletion: Deletion, about: tuple[Heard, ...], used: float | None, began: float
) -> Iterator[str]:
    """Yield what people should have heard of a deletion that is still to come, after a run without trouble.

    Args:
        world: The world.
        deletion: The deletion.
        about: What was heard of it.
        used: When the latest use could be read that somebody is to be woken for; None if there is none.
        began: When the run began.
    """
    key = world.kms.keys[deletion.key]
    if key.is_blind or world.troubles.since(deletion.key, began - MINUTE):
        return
    told = [heard for heard in about if heard.claim is Claim.PENDING]
    if (
        deletion.readable < began
        and not told
        and not deletion.waits_for_replicas
        and not _was_hidden(world, deletion)
        and not _is_buried(world, key.arn)
    ):
        yield f"people don't know that {deletion} was scheduled"
    if not told or deletion.date is None:
        return
    last, is_kept = told[-1], any(heard.reason == "deletion-kept" for heard in told)
    is_known = any(heard.date == deletion.date for heard in told)
    if used and used > last.at + MINUTE and began - last.at > REPEAT + _SECOND and not is_kept:
        ago = (began - last.at) / HOUR
        yield f"{deletion} is still in use, and people last heard of it {ago:.0f} hours ago"
    for hours in HOURS_BEFORE_A_KEPT_ONE if is_kept else HOURS_BEFORE if used else ():
        since = deletion.date - hours * HOUR
        if is_known and began > since + _SECOND and last.at < since - MINUTE:
            yield f"{deletion} is less than {hours} hours away, and people have not heard of it since"


def _was_hidden(world: World, deletion: Deletion) -> bool:
    """Return whether KMS or the event history could not be asked when the record of a scheduling was read.

    The record alone has no date, and the event history is not asked again and again.
    """
    last = max(world.troubles.last.get(scope, 0.0) for scope in (EVERYWHERE, deletion.key))
    return last >= deletion.readable


def _is_buried(world: World, arn: str) -> bool:
    """Return whether the notice that a key was scheduled may come later, in a digest, or not at all."""
    lately = sum(world.now - heard.at < HOUR for heard in world.heard)
    of_key = sum(
        heard.key == arn and not heard.is_decision and world.now - heard.at < DAY for heard in world.heard
    )
    is_limited = lately >= FOLDED_FROM or of_key >= NOTICES_A_DAY
    return is_limited or world.forged.get(arn, 0) >= FORGED
