"""The judge: what `promise` asks for, from the world's truth and from what people heard, and from nothing else.

| | promise | judged |
| --- | --- | --- |
| P1 | told | after each run that nothing went wrong in, and of what could be read when it began |
| P2 | true | of each notice when it is heard, and of what was heard last after every run |
| P3 | counted | when the world has come to rest |
| P4 | apart | as P1, where all that went wrong is another key's |
| P5 | moving | after each run |
| P6 | calm | of each notice when it is heard |
| P7 | named | when the world has come to rest |
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.oracle.heard import Claim, Heard
from tests.oracle.kms import DAY, Deletion
from tests.oracle.troubles import EVERYWHERE
from tests.oracle.world import MINUTE, World

PATIENCE: Final = 30 * MINUTE
LATENESS: Final = 15 * MINUTE
UP_TO_DATE: Final = LATENESS + 2 * MINUTE
A_DAY: Final = 12
AN_HOUR: Final = 30
NOTICE_BYTES: Final = 200_000
ITEM_BYTES: Final = 300_000
_DECIDED_BEFORE: Final = MINUTE

_Name = tuple[str, int]


class Violation(NamedTuple):
    """A promise that was not kept."""

    promise: str
    what: str
    at: float


class Ran(NamedTuple):
    """A run that came to its end, as the judge has to know it."""

    began: float
    is_done: bool
    was_killed: bool
    bookmark_before: float | None
    bookmark: float | None


@dataclass(slots=True)
class Judge:
    """Looks at one world, run by run.

    Attributes:
        ignored: The principals that wake nobody, by the stack's settings.
        violations: Every promise that was not kept, in order.
    """

    ignored: frozenset[str] = frozenset()
    violations: list[Violation] = field(default_factory=list)
    _heard: int = 0
    _runs: float = 0.0
    _firm: set[int] = field(default_factory=set)
    _named: set[tuple[str, str]] = field(default_factory=set)
    _owed: set[tuple[_Name, str]] = field(default_factory=set)
    _slack: dict[str, float] = field(default_factory=dict)

    def copy(self) -> "Judge":
        return Judge(
            self.ignored,
            list(self.violations),
            self._heard,
            self._runs,
            set(self._firm),
            set(self._named),
            set(self._owed),
            dict(self._slack),
        )

    def after_run(self, world: World, ran: Ran) -> None:
        """Judge what must hold after a run."""
        self._listen(world, ran.began)
        self._judge_moving(world, ran)
        if not world.troubles.since(EVERYWHERE, ran.began):
            self._judge_told(world, ran)
        self._judge_true(world)

    def after_decision(self, world: World) -> None:
        """Take in what the page sent."""
        self._listen(world, world.now)

    def at_rest(self, world: World, counts: Mapping[str, Sequence[int]], bookmark: float | None) -> None:
        """Judge what must hold in the end, when everything has worked for a while."""
        for arn in world.kms.keys:
            self._judge_counts(world, arn, counts[arn])
        for name, principal in sorted(self.unnamed(world)):
            self._violated(world, "P7 named", f"{principal} used {_short(name)}, and no notice names it")
        if bookmark is None or world.now - bookmark > UP_TO_DATE:
            self._violated(world, "P5 moving", f"at rest, and the bookmark is at {_clock(bookmark)}")
        if world.table.largest > ITEM_BYTES:
            self._violated(world, "sizes", f"an item of {world.table.largest} bytes")

    def unnamed(self, world: World) -> set[tuple[_Name, str]]:
        """Return who used a key that is still pending deletion, and was in no notice so far."""
        return {
            (name, principal)
            for name, principal in self._owed
            if (name[0], principal) not in self._named
            and world.kms.deletions[name[0]][name[1]].is_active(world.now)
            and not self._is_kept(world, world.kms.deletions[name[0]][name[1]])
        }

    # Each notice, when it is heard.

    def _listen(self, world: World, began: float) -> None:
        for heard in world.heard[self._heard :]:
            self._judge_calm(world, heard)
            self._judge_notice(world, heard, began)
        fresh, self._heard = world.heard[self._heard :], len(world.heard)
        if not fresh:
            return
        callers = {(use.key, use.principal) for use in world.uses}
        for heard in fresh:
            self._named |= {
                each for each in callers - self._named if each[0] in heard.text and each[1] in heard.text
            }

    def _judge_notice(self, world: World, heard: Heard, began: float) -> None:
        if heard.size > NOTICE_BYTES:
            self._violated(world, "sizes", f"a notice of {heard.size} bytes")
        if heard.key not in world.kms.keys:
            if heard.key:
                self._violated(world, "P6 calm", f"people heard {heard}, and KMS has no such key")
            return
        about = self._deletion_of(world, heard)
        if heard.claim is Claim.CANCELLED:
            self._judge_cancelled(world, heard, about)
        elif heard.claim is Claim.PENDING:
            self._judge_pending(world, heard, about, began)

    def _judge_cancelled(self, world: World, heard: Heard, about: Deletion | None) -> None:
        """`Cancelled` is said only of what KMS does not call pending, or as what CloudTrail says."""
        if about is None or not about.is_active(heard.at) or heard.decided_at < heard.at - PATIENCE:
            return
        is_blind = world.kms.keys[heard.key].is_blind or world.troubles.since(
            heard.key, heard.at - 2 * MINUTE
        )
        if not (is_blind and heard.is_unconfirmed):
            self._violated(world, "P2 true", f"people heard {heard}, and KMS calls the key pending for it")

    def _judge_pending(self, world: World, heard: Heard, about: Deletion | None, began: float) -> None:
        """What KMS says is not pending wakes nobody."""
        key = world.kms.keys[heard.key]
        if heard.date is not None and about is None:
            self._violated(world, "P2 true", f"people heard {heard}, and there was no such deletion")
        if key.is_blind or heard.is_decision or heard.decided_at < began - _DECIDED_BEFORE:
            return
        latest = world.kms.latest(heard.key)
        was_pending = latest is not None and (latest.ended is None or latest.ended >= began)
        if not was_pending and not world.troubles.since(heard.key, began):
            self._violated(world, "P6 calm", f"people heard {heard}, and the key is {key.state}")

    def _judge_calm(self, world: World, heard: Heard) -> None:
        if heard.is_decision:
            return
        lately = [other for other in world.heard if not other.is_decision and other.at <= heard.at]
        of_key = sum(other.key == heard.key and heard.at - other.at < DAY for other in lately)
        of_stack = sum(heard.at - other.at < 60 * MINUTE for other in lately)
        if heard.key and of_key > A_DAY:
            self._violated(world, "P6 calm", f"{of_key} notices of one key in a day")
        if of_stack > AN_HOUR:
            self._violated(world, "P6 calm", f"{of_stack} notices of one stack in an hour")

    # After each run.

    def _judge_moving(self, world: World, ran: Ran) -> None:
        if ran.was_killed:
            self._violated(world, "P5 moving", "a run was killed by its timeout")
        if not ran.is_done:
            return
        has_moved = ran.bookmark is not None and (
            ran.bookmark_before is None or ran.bookmark > ran.bookmark_before
        )
        is_there = ran.bookmark is not None and ran.began + world.skew - ran.bookmark <= UP_TO_DATE
        if not has_moved and not is_there:
            self._violated(
                world, "P5 moving", f"a run ended well, and the bookmark stays at {_clock(ran.bookmark)}"
            )

    def _judge_told(self, world: World, ran: Ran) -> None:
        """Whatever could be read when the run began is told of now."""
        readable: dict[_Name, float] = {}
        for use in world.uses:
            if use.is_use and use.readable < ran.began:
                name = (use.key, use.deletion)
                if use.principal not in self.ignored:
                    readable[name] = max(readable.get(name, 0.0), use.readable)
                if world.kms.deletions[use.key][use.deletion].is_active(world.now):
                    self._firm.add(use.number)
                    if use.principal not in self.ignored:
                        self._owed.add((name, use.principal))
        for (arn, number), latest in readable.items():
            deletion = world.kms.deletions[arn][number]
            if not deletion.is_active(world.now) or self._is_kept(world, deletion):
                continue
            if not self._is_told(world, deletion, latest, ran):
                self._judge_untold(world, deletion, ran)

    def _judge_untold(self, world: World, deletion: Deletion, ran: Ran) -> None:
        """People don't know of a use: one run more is allowed while another key is in trouble."""
        arn = deletion.key
        others = [
            scope for scope in world.troubles.last if scope != arn and world.troubles.since(scope, ran.began)
        ]
        if world.troubles.since(arn, ran.began) and not self._is_blind_only(world, arn):
            return
        if others and self._slack.get(arn, 0.0) < ran.began - PATIENCE:
            self._slack[arn] = ran.began
            return
        promise = "P4 apart" if others else "P1 told"
        ended = "ended well" if ran.is_done else "failed"
        self._violated(
            world, promise, f"a run {ended}, and people don't know that {_short(deletion.name)} is in use"
        )

    def _is_blind_only(self, world: World, arn: str) -> bool:
        """Whether nothing is wrong with a key but that it can't be looked up: `_is_told` allows for that."""
        return all(
            trouble.call.value != "table write" for trouble in world.troubles.open if trouble.scope == arn
        )

    def _is_told(self, world: World, deletion: Deletion, readable: float, ran: Ran) -> bool:
        """Return whether people know that a key is in use, and for which deletion, where that can be known."""
        arn = deletion.key
        is_blind = world.kms.keys[arn].is_blind or world.troubles.since(arn, ran.began)
        about = [heard for heard in world.heard if heard.key == arn or (not heard.case and arn in heard.text)]
        if not is_blind:
            about = [heard for heard in about if self._is_of(heard, deletion)]
        told = max((place for place, heard in enumerate(about) if heard.tells_of_use), default=-1)
        over = max(
            (place for place, heard in enumerate(about) if heard.claim is not Claim.PENDING), default=-1
        )
        if told > over:
            return True
        known = any(heard.tells_of_use and heard.at >= deletion.begun for heard in about[: over + 1])
        return known and readable <= about[over].at

    def _is_of(self, heard: Heard, deletion: Deletion) -> bool:
        if heard.date is not None:
            return heard.date == deletion.date
        return heard.claim is not Claim.PENDING or heard.last_use_at >= deletion.begun

    def _judge_true(self, world: World) -> None:
        """Nothing that people heard last is contradicted by KMS for long."""
        for arn in world.kms.keys:
            about = [heard for heard in world.heard if heard.key == arn]
            if not about or world.kms.keys[arn].is_blind:
                continue
            wrong_before = max(world.troubles.last.get(EVERYWHERE, 0.0), world.troubles.last.get(arn, 0.0))
            for since, what in self._contradictions(world, about):
                if world.now - max(since, wrong_before) > PATIENCE:
                    self._violated(world, "P2 true", what)

    def _contradictions(self, world: World, about: list[Heard]) -> Iterator[tuple[float, str]]:
        last = {heard.date: heard for heard in about}
        for heard in last.values():
            deletion = self._deletion_of(world, heard)
            if deletion is None:
                continue
            if heard.claim is Claim.CANCELLED and deletion.is_active(world.now):
                yield heard.at, f"people heard {heard}, and KMS has called it pending ever since"
            elif heard.claim is Claim.PENDING and deletion.ended is not None:
                ended = deletion.ended
                if not any(other.at >= max(ended, heard.at) and other is not heard for other in about):
                    yield max(heard.at, ended), f"people heard {heard}, and it was cancelled"

    # When the world has come to rest.

    def _judge_counts(self, world: World, arn: str, counts: Sequence[int]) -> None:
        """The cases of a key have counted every genuine record once; a record of what is over may be left out."""
        if not counts:
            return
        uses = [use for use in world.uses if use.key == arn and use.is_use]
        at_least = sum(use.number in self._firm for use in uses)
        at_most = sum(use.readable < world.now for use in uses) + world.forged.get(arn, 0)
        if not at_least <= sum(counts) <= at_most:
            between = f"{at_least}" if at_least == at_most else f"{at_least} to {at_most}"
            self._violated(
                world, "P3 counted", f"{sum(counts)} uses are counted of {between} for {_short((arn, 0))}"
            )

    def _is_kept(self, world: World, deletion: Deletion) -> bool:
        return any(
            heard.reason == "deletion-kept" and heard.key == deletion.key and heard.date == deletion.date
            for heard in world.heard
        )

    def _deletion_of(self, world: World, heard: Heard) -> Deletion | None:
        """Return the deletion that a notice is about; without a date, the latest that had begun by then."""
        begun = [each for each in world.kms.deletions[heard.key] if each.begun <= heard.at]
        if heard.date is None:
            return begun[-1] if begun else None
        return next((each for each in begun if each.date == heard.date), None)

    def _violated(self, world: World, promise: str, what: str) -> None:
        self.violations.append(Violation(promise, what, world.now))


def _short(name: _Name) -> str:
    return f"{name[0][-6:]}, deletion {name[1] + 1}"


def _clock(at: float | None) -> str:
    return "nowhere" if at is None else f"{at:.0f}"
