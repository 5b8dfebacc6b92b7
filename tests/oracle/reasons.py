"""Why people are told: each notice has something new in it that fits its reason, or should not be there.

Source: `docs/architecture.md`, the table of reasons, and `docs/decisions/0021-limits-of-notices.md`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from tests.oracle.claims import UNSTORED, was_decided_before
from tests.oracle.documented import FOLDED_FROM, NOTICES_A_DAY
from tests.oracle.heard import By, Claim, Heard
from tests.oracle.kms import DAY, Deletion
from tests.oracle.troubles import EVERYWHERE
from tests.oracle.world import HOUR, MINUTE, World

NEW_CALLERS_AN_HOUR: Final = 5
NEAR: Final = 2 * MINUTE
"""How far from a deletion's own record another one may be that is taken for it until that one is there."""

SLOW_READING: Final = 10 * MINUTE
"""How long ago a slow reading may have begun: who scheduled a deletion may be read after its first use."""

MANY: Final = 20
"""With so many uses, the first notice may go out before all records are read."""

_CAN_WAIT: Final = frozenset({"new-caller", "still-in-use", "management-call", "deletion-scheduled"})


def of_notice(
    before: Sequence[Heard], heard: Heard, ignored: frozenset[str], *, was_behind: bool
) -> Iterator[str]:
    """Yield what is wrong with the reason of a notice, after those of the same key that were heard before.

    Of a key that was rescued while nothing could be stored, people hear that it was, for they may have heard
    of its use: `was_behind` is whether the log group was read late.
    """
    if not _is_told_whole(heard):
        return
    earlier = [
        other for other in before if UNSTORED not in other.text and other.decided_at <= heard.decided_at
    ]
    is_known = any(UNSTORED in other.text for other in before)
    same = [other for other in earlier if other.case == heard.case]
    is_end_of_unstored = (is_known or was_behind) and heard.reason == "deletion-cancelled"
    if not is_end_of_unstored and not _is_new(same, earlier, heard, ignored):
        yield f"people heard {heard}, and nothing of the kind is new in it"
    if (
        len(_lately(same, heard, HOUR, {"new-caller"})) >= NEW_CALLERS_AN_HOUR
        and heard.reason == "new-caller"
    ):
        yield f"people heard {heard} for the sixth time in an hour"
    if heard.reason in _CAN_WAIT and len(_lately(earlier, heard, DAY)) >= NOTICES_A_DAY:
        yield f"people heard {heard}, which can wait, after {NOTICES_A_DAY} notices in a day"


def _is_new(same: Sequence[Heard], earlier: Sequence[Heard], heard: Heard, ignored: frozenset[str]) -> bool:
    """Return whether a notice has in it what its reason promises.

    A cancellation may have been told of a case without a date, which goes on as another.
    """
    uses, users = woken(heard, ignored), _users(heard, ignored)
    known_uses = [woken(other, ignored) for other in same]
    managers = {each.name for each in heard.managers if not _is_of(each, ignored)}
    rules: dict[str, Callable[[], object]] = {
        "key-in-use": lambda: uses > 0 and not any(known_uses),
        "new-caller": lambda: users - {each for other in same for each in _users(other, ignored)},
        "still-in-use": lambda: uses > max(known_uses, default=0),
        "management-call": lambda: managers - {each.name for other in same for each in other.managers},
        "deletion-scheduled": lambda: (
            not [other for other in same if other.decided_at < heard.decided_at]
            and not uses
            and heard.scheduled_by
        ),
        "deletion-soon": lambda: uses or any(other.is_decision for other in same),
        "correction": lambda: (
            heard.claim is Claim.OVER or any(other.claim is not Claim.PENDING for other in earlier)
        ),
        "key-deleted": lambda: same and (heard.date is None or heard.at >= heard.date),
        "case-continued": lambda: same and heard.date is None,
        "deletion-cancelled": lambda: same,
    }
    return heard.reason not in rules or bool(rules[heard.reason]())


class Call(NamedTuple):
    """That a principal used a key, or tried to manage it, while it was pending for one deletion."""

    deletion: tuple[str, int]
    principal: str
    is_use: bool


def of_run(
    world: World, deletion: Deletion, about: Sequence[Heard], began: float, unheard: Collection[Call]
) -> Iterator[str]:
    """Yield what people should have heard of a key at once, and did not, after a run without trouble.

    Args:
        world: The world.
        deletion: A deletion of the key.
        about: What was heard of the key.
        began: When the run began.
        unheard: Calls that could be read when it began, and are in no notice.
    """
    if world.troubles.since(deletion.key, began - MINUTE) or _is_folded(world, deletion.key):
        return
    is_kept = any(heard.reason == "deletion-kept" and heard.date == deletion.date for heard in about)
    is_blind = world.kms.keys[deletion.key].is_blind
    if deletion.is_active(world.now) and not is_kept and not is_taken_for_another(world, deletion, began):
        of_this = (call for call in unheard if call.deletion == deletion.name)
        for call in sorted(call for call in of_this if call.is_use or not is_blind):
            what = "uses" if call.is_use else "tried to manage"
            yield f"{call.principal} {what} {deletion}, and people have not heard of it at once"
    elif deletion.end_readable < began and not is_blind:
        same = [heard for heard in about if heard.date is not None and heard.date == deletion.date]
        if same and same[-1].claim is Claim.PENDING and not _is_known_to_be_over(deletion, about):
            yield f"CloudTrail says who cancelled {deletion}, and people don't know"


def _is_known_to_be_over(deletion: Deletion, about: Sequence[Heard]) -> bool:
    """Return whether people heard of its end without a date, as of one whose case could not be stored."""
    return any(
        heard.claim is Claim.CANCELLED and heard.date is None and heard.ended_at >= deletion.begun
        for heard in about
    )


def is_taken_for_another(world: World, deletion: Deletion, began: float) -> bool:
    """Return whether KMS gives it no date, as to one before it, and its own record could not be read yet."""
    before = world.kms.deletions[deletion.key][: deletion.number]
    is_alike = deletion.date is None and any(other.date is None for other in before)
    return is_alike and deletion.readable >= began


def is_heard_of(call: Call, deletion: Deletion, about: Sequence[Heard]) -> bool:
    """Return whether people have heard of a call since its deletion was scheduled."""
    since = (heard for heard in about if heard.at >= deletion.begun)
    return any(_names(heard, call.principal, is_use=call.is_use) for heard in since)


def _names(heard: Heard, principal: str, *, is_use: bool) -> bool:
    """Return whether people hear from a notice that a principal used the key, or tried to manage it."""
    named = heard.users if is_use else heard.managers
    return any(_tail(each) == principal for each in named) or (heard.is_folded and principal in heard.text)


def _is_folded(world: World, key: str) -> bool:
    """Return whether there are so many notices that some may wait."""
    lately = [heard for heard in world.heard if not heard.is_decision]
    of_key = [heard for heard in lately if heard.key == key]
    return (
        sum(world.now - heard.at < DAY for heard in of_key) >= NOTICES_A_DAY
        or sum(world.now - heard.at < HOUR for heard in lately) >= FOLDED_FROM
        or sum(world.now - heard.at < HOUR + MINUTE and heard.reason == "new-caller" for heard in of_key)
        >= NEW_CALLERS_AN_HOUR
    )


def of_date(heard: Heard) -> Iterator[str]:
    """Yield what is wrong with the deletion date that a notice shows: it is that of KMS, if there is one."""
    date = heard.scheduled_again or heard.date
    is_off = heard.claim is Claim.CANCELLED and heard.scheduled_again is None
    if heard.shown and (is_off or (date and heard.shown != date)):
        yield f"people heard {heard}, and not until when there is time"


def of_names(world: World, deletion: Deletion | None, heard: Heard, began: float) -> Iterator[str]:
    """Yield what is wrong with whom a notice names for the scheduling, and for the cancellation."""
    if deletion is None or heard.key in world.forged or not _is_told_whole(heard):
        return
    off = abs(heard.scheduled_at - deletion.begun)
    is_read = deletion.readable < began and not was_decided_before(world, heard, began)
    if heard.date and heard.scheduled_by and off > (1.0 if is_read else NEAR):
        yield f"people heard {heard}, and somebody else scheduled it"
    was_well = not world.troubles.since(EVERYWHERE, began - SLOW_READING)
    is_new = heard.decided_at >= began + world.furthest_skew and was_well
    is_scheduled = heard.date and deletion.readable < began and not deletion.waits_for_replicas
    is_first_of_many = heard.reason == "key-in-use" and heard.uses >= MANY
    if (
        is_scheduled
        and is_new
        and heard.claim is Claim.PENDING
        and not (heard.scheduled_by or is_first_of_many)
    ):
        yield f"people heard {heard}, and not who scheduled it"
    if heard.claim is Claim.CANCELLED and deletion.end_readable < began and is_new and not heard.ended_by:
        yield f"people heard {heard}, and not who cancelled it"
    is_end_read = any(each.end_readable <= heard.at for each in world.kms.deletions[heard.key])
    if heard.claim is Claim.CANCELLED and heard.ended_by and not is_end_read:
        yield f"people heard {heard}, and who cancelled it, of which there is no record yet"


def woken(heard: Heard, ignored: frozenset[str]) -> int:
    """Return how many uses a notice tells of, without those by callers that wake nobody."""
    return heard.uses - sum(each.times for each in heard.users if _is_of(each, ignored))


def _users(heard: Heard, ignored: frozenset[str]) -> set[str]:
    """Return the callers and the resources that a notice tells of."""
    users = [each for each in heard.users if not _is_of(each, ignored)]
    return {each.name for each in users} | {resource for each in users for resource in each.resources}


def _is_of(each: By, ignored: frozenset[str]) -> bool:
    return _tail(each) in ignored


def _tail(each: By) -> str:
    """Return the name of a caller without its kind."""
    return each.name.rpartition(" ")[2]


def _is_told_whole(heard: Heard) -> bool:
    return not (heard.is_folded or heard.is_decision or UNSTORED in heard.text)


def _lately(
    before: Sequence[Heard], heard: Heard, within: float, reasons: set[str] | None = None
) -> list[Heard]:
    return [
        other
        for other in before
        if not other.is_decision
        and 0 <= heard.decided_at - other.decided_at < within
        and (reasons is None or other.reason in reasons)
    ]
