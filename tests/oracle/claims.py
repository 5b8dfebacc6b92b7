"""What notices claim, held against what KMS did."""

from collections.abc import Iterator
from typing import Final

from tests.oracle.heard import Claim, Heard
from tests.oracle.kms import Deletion
from tests.oracle.world import World

UNSTORED: Final = "could not be stored"
"""What a notice says whose case is not in the table: nothing is known of those before it."""

_SECOND: Final = 1.0
"""Notices tell the time in whole seconds."""


def contradictions(world: World, about: tuple[Heard, ...]) -> Iterator[tuple[float, str]]:
    """Yield what was heard last of each deletion and is not so, and since when."""
    of = ((heard, deletion_of(world, heard)) for heard in about)
    last = {deletion.number: (heard, deletion) for heard, deletion in of if deletion}
    for heard, deletion in last.values():
        if heard.claim is Claim.CANCELLED and deletion.is_active(world.now):
            yield heard.at, f"people heard {heard}, and KMS has called it pending ever since"
        elif heard.claim is Claim.PENDING and not (_goes_on(heard, about) or _was_answered(heard, about)):
            ended = _over_since(world, heard, deletion)
            if ended is not None:
                yield max(ended, heard.at), f"people heard {heard}, and it was cancelled"


def _was_answered(heard: Heard, about: tuple[Heard, ...]) -> bool:
    """Return whether people heard of a key without its case, and then that the key's deletion is off."""
    return UNSTORED in heard.text and any(
        other.claim is Claim.CANCELLED and other.at > heard.at for other in about
    )


def _over_since(world: World, heard: Heard, deletion: Deletion) -> float | None:
    """Return since when it is not so that a key is pending for a deletion; None while it is.

    Of several deletions without a date, people can't tell one from another, and neither can KMS.
    """
    later = world.kms.deletions[heard.key][deletion.number + 1 :] if heard.date is None else ()
    ends = [each.ended for each in (deletion, *(each for each in later if each.date is None))]
    return None if None in ends else max(end for end in ends if end is not None)


def _goes_on(heard: Heard, about: tuple[Heard, ...]) -> bool:
    """Return whether people heard of a key without a date, and anything of the same key since."""
    return heard.date is None and about[-1] is not heard


def contradicted_by_records(world: World, about: tuple[Heard, ...]) -> Iterator[tuple[float, str]]:
    """Yield what was heard last of a key that can't be looked up, where CloudTrail says that it is not so."""
    if not about or about[-1].key in world.forged:
        return
    heard, deletion = about[-1], world.kms.latest(about[-1].key)
    is_used = deletion and any(
        use.key == heard.key and use.at >= deletion.ended for use in world.uses if deletion.ended
    )
    if deletion and deletion.ended and heard.claim is Claim.PENDING and not is_used:
        yield (
            max(deletion.end_readable, heard.at),
            f"people heard {heard}, and CloudTrail says that it was cancelled",
        )


def was_decided_before(world: World, heard: Heard, began: float) -> bool:
    """Return whether a notice was decided by an earlier run, and could not be sent then."""
    return heard.decided_at < began + world.furthest_skew - _SECOND


def deletion_of(world: World, heard: Heard) -> Deletion | None:
    """Return the deletion that a notice is about; without a date, the latest that had begun by then.

    A notice that says for when the key was scheduled again is about one before that; one that says when the
    deletion was cancelled is about one that had begun by that time, if any had.
    """
    begun = [each for each in world.kms.deletions[heard.key] if each.begun <= heard.at]
    if heard.scheduled_again is not None:
        later = next((each.number for each in begun if each.date == heard.scheduled_again), len(begun))
        begun = begun[:later]
    if heard.date is None:
        ended = [each for each in begun if each.begun <= heard.ended_at]
        begun = ended or begun
        return begun[-1] if begun else None
    return next((each for each in begun if each.date == heard.date), None)


def may_be_of(world: World, heard: Heard, deletion: Deletion) -> bool:
    """Return whether a notice may be about a deletion; without a date, it has to tell of a use under it.

    A deletion that waits for replicas has no date itself, and KMS says that it is this one.
    """
    if heard.date is not None:
        return heard.date == deletion.date
    if heard.claim is Claim.PENDING:
        is_this = deletion.waits_for_replicas and deletion.date is None
        return (heard.at if is_this else heard.last_use_at) >= deletion.begun
    about = deletion_of(world, heard)
    return about is not None and about.number == deletion.number
