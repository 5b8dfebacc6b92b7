"""What notices claim, held against what KMS did."""

from collections.abc import Iterator

from tests.oracle.heard import Claim, Heard
from tests.oracle.kms import Deletion
from tests.oracle.world import MINUTE, World


def contradictions(world: World, about: tuple[Heard, ...]) -> Iterator[tuple[float, str]]:
    """Yield what was heard last of each deletion and is not so, and since when."""
    last = {heard.date: heard for heard in about}
    for heard in last.values():
        deletion = deletion_of(world, heard)
        if deletion is None:
            continue
        if heard.claim is Claim.CANCELLED and deletion.is_active(world.now):
            yield heard.at, f"people heard {heard}, and KMS has called it pending ever since"
        elif heard.claim is Claim.PENDING and deletion.ended is not None:
            since = max(deletion.ended, heard.at)
            if not any(other.at >= since and other is not heard for other in about):
                yield since, f"people heard {heard}, and it was cancelled"


def was_decided_before(world: World, heard: Heard, began: float) -> bool:
    """Return whether a notice was decided by an earlier run, and could not be sent then."""
    return heard.decided_at < began + world.skew - MINUTE


def deletion_of(world: World, heard: Heard) -> Deletion | None:
    """Return the deletion that a notice is about; without a date, the latest that had begun by then.

    A notice that says for when the key was scheduled again is about one before that.
    """
    begun = [each for each in world.kms.deletions[heard.key] if each.begun <= heard.at]
    if heard.scheduled_again is not None:
        later = next((each.number for each in begun if each.date == heard.scheduled_again), len(begun))
        begun = begun[:later]
    if heard.date is None:
        return begun[-1] if begun else None
    return next((each for each in begun if each.date == heard.date), None)


def may_be_of(world: World, heard: Heard, deletion: Deletion) -> bool:
    """Return whether a notice may be about a deletion; without a date, it has to tell of a use under it."""
    if heard.date is not None:
        return heard.date == deletion.date
    if heard.claim is Claim.PENDING:
        return heard.last_use_at >= deletion.begun
    about = deletion_of(world, heard)
    return about is not None and about.number == deletion.number
