"""The judge: what the product promises, from the world's truth and from what people heard, and nothing else.

| | promise | judged |
| --- | --- | --- |
| P1 | told | after each run that nothing went wrong in, of all that could be read when it began |
| P2 | true | of each notice when it is heard, and of what was heard last after every run |
| P3 | counted | when the world has come to rest |
| P4 | apart | as P1, where all that went wrong is another key's |
| P5 | moving | after each run, and at rest |
| P6 | calm | of each notice when it is heard |
| P7 | named | when the world has come to rest |

What is wrong with one key, as a look-up that fails, excuses what is said of this key for as long as it lasts.
What is wrong everywhere, as a run that died, excuses that run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from tests.oracle import documented, reasons
from tests.oracle.claims import (
    contradicted_by_records,
    contradictions,
    deletion_of,
    may_be_of,
    was_decided_before,
)
from tests.oracle.heard import Claim, Heard
from tests.oracle.kms import DAY, Deletion
from tests.oracle.reasons import Call
from tests.oracle.records import moment
from tests.oracle.troubles import EVERYWHERE
from tests.oracle.world import MINUTE, OURS, Place, Use, World

PATIENCE: Final = 30 * MINUTE
UP_TO_DATE: Final = 17 * MINUTE
"""How far behind the present a bookmark may be that is up to date: the lateness, and whole minutes."""

LATEST: Final = 15 * MINUTE
"""How long after its timestamp a line may appear, and is not lost; a clock that is ahead takes of it."""

UNSTORED_FOR: Final = 40 * MINUTE
"""How far behind the bookmark is when cases could not be stored for some runs."""

NOTICES_A_DAY: Final = 12
NOTICES_AN_HOUR: Final = 30
FOLDED_FROM: Final = 24
FOLDED_FOR: Final = 15 * MINUTE
"""With so many notices in an hour, those that come then may be folded into one, and be as late."""

NOTICE_BYTES: Final = 200_000
ITEM_BYTES: Final = 300_000

_Name = tuple[str, int]


class Violation(NamedTuple):
    """A promise that was not kept."""

    promise: str
    what: str
    at: float


class Ran(NamedTuple):
    """What the judge has to know of a run; `bookmark` is where it was before and after."""

    began: float
    is_done: bool
    was_killed: bool
    bookmark: tuple[Place, Place]


@dataclass(slots=True)
class Judge:
    """Looks at one world, run by run.

    Attributes:
        ignored: The principals that wake nobody, by the stack's settings.
        violations: Every promise that was not kept, in order.
    """

    ignored: frozenset[str] = frozenset()
    violations: list[Violation] = field(default_factory=list)
    _behind_at: float = -DAY
    _heard: int = 0
    _met: int = 0
    _about: dict[str, tuple[Heard, ...]] = field(default_factory=dict)
    _used: int = 0
    _waiting: tuple[Use, ...] = ()
    _readable: dict[_Name, float] = field(default_factory=dict)
    _used_at: dict[_Name, float] = field(default_factory=dict)
    _firm: dict[_Name, int] = field(default_factory=dict)
    _unsure: dict[str, int] = field(default_factory=dict)
    _callers: set[tuple[str, str]] = field(default_factory=set)
    _named: set[tuple[str, str]] = field(default_factory=set)
    _owed: set[tuple[_Name, str]] = field(default_factory=set)
    _excused: dict[str, float] = field(default_factory=dict)
    _ahead: list[tuple[float, float]] = field(default_factory=list)
    _calls: set[Call] = field(default_factory=set)
    _unheard: set[Call] = field(default_factory=set)

    def copy(self) -> "Judge":
        """Return a judge who goes on by themselves from here."""
        return Judge(
            self.ignored,
            list(self.violations),
            self._behind_at,
            self._heard,
            self._met,
            dict(self._about),
            self._used,
            self._waiting,
            dict(self._readable),
            dict(self._used_at),
            dict(self._firm),
            dict(self._unsure),
            set(self._callers),
            set(self._named),
            set(self._owed),
            dict(self._excused),
            list(self._ahead),
            set(self._calls),
            set(self._unheard),
        )

    def after_run(self, world: World, ran: Ran) -> None:
        """Judge what must hold after a run."""
        reached = ran.bookmark[0].settled_until
        if reached is None or ran.began - reached > UNSTORED_FOR:
            self._behind_at = ran.began
        if world.skew > 0:
            self._ahead.append((ran.began, ran.began + world.skew))
        self._listen(world, ran.began)
        self._judge_moving(world, ran)
        if not world.troubles.since(EVERYWHERE, ran.began):
            self._take_in_uses(world, ran.began)
            self._judge_told(world, ran)
            self._judge_documented(world, ran.began)
        self._judge_true(world)

    def after_decision(self, world: World) -> None:
        """Take in what the page sent."""
        self._listen(world, world.now)

    def at_rest(self, world: World, counts: Mapping[str, Mapping[str, int] | None], place: Place) -> None:
        """Judge what must hold in the end, when everything has worked for a while."""
        for arn in world.kms.keys:
            self._judge_counts(world, arn, counts[arn])
        for name, principal in sorted(self.unnamed(world)):
            self._violated(
                world,
                "P7 named",
                f"{principal} used {world.kms.deletions[name[0]][name[1]]}, and no notice names it",
            )
        reached = place.settled_until
        if reached is None or world.now - reached > UP_TO_DATE:
            self._violated(world, "P5 moving", f"at rest, and the bookmark stays {_behind(world, reached)}")
        if world.table.largest > ITEM_BYTES:
            self._violated(world, "sizes", f"an item of {world.table.largest} bytes")

    def unnamed(self, world: World) -> set[tuple[_Name, str]]:
        """Return who used a key that is still pending deletion, and was in no notice so far."""
        return {
            (name, principal)
            for name, principal in self._owed
            if (name[0], principal) not in self._named and self._is_of_interest(world, name)
        }

    # Each notice, when it is heard.

    def _listen(self, world: World, began: float) -> None:
        self._callers |= {(use.key, use.principal) for use in world.uses[self._met :]}
        self._met = len(world.uses)
        for heard in world.heard[self._heard :]:
            self._judge_calm(world, heard)
            for each in (*heard.parts, heard) if heard.parts else (heard,):
                before = self._about.get(each.key, ())
                self._about[each.key] = (*before, each)
                wrong = (
                    documented.of_notice(before, each),
                    reasons.of_notice(
                        before,
                        each,
                        self.ignored,
                        was_behind=min(each.at, each.decided_at) - self._behind_at < UNSTORED_FOR,
                    ),
                )
                for what in chain.from_iterable(wrong):
                    self._violated(world, "documented", what)
                if each.key:
                    self._judge_notice(world, each, began)
            self._named |= {
                each
                for each in self._callers - self._named
                if each[0] in heard.text and each[1] in heard.text
            }
        self._heard = len(world.heard)

    def _judge_notice(self, world: World, heard: Heard, began: float) -> None:
        if heard.size > NOTICE_BYTES:
            self._violated(world, "sizes", f"a notice of {heard.size} bytes")
        if heard.key not in world.kms.keys:
            since = began - DAY if heard.is_folded else began
            was_asked = f":{OURS}:" in heard.key and not world.troubles.since(heard.key, since)
            if was_asked and heard.claim is Claim.PENDING and not was_decided_before(world, heard, began):
                self._violated(world, "P6 calm", f"people heard {heard}, and KMS knows no such key")
            return
        about = deletion_of(world, heard)
        for what in (*reasons.of_date(heard), *reasons.of_names(world, about, heard, began)):
            self._violated(world, "documented", what)
        if heard.claim is Claim.CANCELLED:
            self._judge_cancelled(world, heard, about)
        elif heard.claim is Claim.PENDING:
            self._judge_pending(world, heard, about, began)

    def _judge_cancelled(self, world: World, heard: Heard, about: Deletion | None) -> None:
        """`Cancelled` is said only of what KMS does not call pending, or as what CloudTrail says."""
        if about is None or not about.is_active(heard.at):
            return
        lately = heard.at - 2 * MINUTE
        is_blind = world.kms.keys[heard.key].is_blind or world.troubles.since(heard.key, lately)
        if not (is_blind and heard.is_unconfirmed):
            self._violated(world, "P2 true", f"people heard {heard}, and KMS calls the key pending for it")

    def _judge_pending(self, world: World, heard: Heard, about: Deletion | None, began: float) -> None:
        """What KMS says is not pending wakes nobody; a notice that was decided earlier may still go out.

        When an entry of a digest was decided is not known; it waits as long as nothing runs.
        """
        key = world.kms.keys[heard.key]
        if heard.date is not None and about is None:
            self._violated(world, "P2 true", f"people heard {heard}, and there was no such deletion")
        if key.is_blind or heard.is_decision or was_decided_before(world, heard, began):
            return
        latest = world.kms.latest(heard.key)
        since = began - DAY if heard.is_folded else began
        was_pending = latest is not None and (latest.ended is None or latest.ended >= since)
        if not was_pending and not world.troubles.since(heard.key, began):
            self._violated(world, "P6 calm", f"people heard {heard}, and the key is {key.state}")

    def _judge_calm(self, world: World, heard: Heard) -> None:
        if not heard.wakes:
            return
        before = [other for other in world.heard if other.wakes and other.at <= heard.at]
        of_key = sum(other.key == heard.key and heard.at - other.at < DAY for other in before)
        of_stack = sum(heard.at - other.at < 60 * MINUTE for other in before)
        if heard.key and of_key > NOTICES_A_DAY:
            self._violated(world, "P6 calm", f"{of_key} notices of one key in a day")
        if of_stack > NOTICES_AN_HOUR:
            self._violated(world, "P6 calm", f"{of_stack} notices of one stack in an hour")

    # After each run.

    def _judge_moving(self, world: World, ran: Ran) -> None:
        if ran.was_killed:
            self._violated(world, "P5 moving", "a run was killed by its timeout")
        before, after = ran.bookmark
        reached = after.settled_until
        is_there = reached is not None and ran.began + world.skew - reached <= UP_TO_DATE
        if ran.is_done and not _is_ahead(before, after) and not is_there:
            what = f"a run ended well, and the bookmark stays {_behind(world, reached)}"
            self._violated(world, "P5 moving", what)

    def _take_in_uses(self, world: World, began: float) -> None:
        """Note what could be read when a run began, nothing went wrong in which."""
        fresh = world.uses[self._used :]
        self._used = len(world.uses)
        waiting = []
        for use in (*self._waiting, *fresh):
            if use.readable >= began:
                waiting.append(use)
                continue
            if use.lag + world.furthest_skew > LATEST:
                continue
            self._note_call(use)
            if use.is_use:
                self._take_in(world, use)
                self._note_unsure(world, use, began)
        self._waiting = tuple(waiting)

    def _note_call(self, use: Use) -> None:
        """Note that people are to hear of a principal at once."""
        call = Call((use.key, use.deletion), use.principal, use.is_use)
        if call not in self._calls and use.principal not in self.ignored:
            self._calls.add(call)
            self._unheard.add(call)

    def _take_in(self, world: World, use: Use) -> None:
        name = (use.key, use.deletion)
        is_active = world.kms.deletions[use.key][use.deletion].is_active(world.now)
        is_firm = is_active and world.troubles.unstored.get(use.key, 0.0) < use.readable
        self._firm[name] = self._firm.get(name, 0) + is_firm
        if use.principal not in self.ignored:
            self._readable[name] = max(self._readable.get(name, 0.0), use.readable)
            self._used_at[name] = max(self._used_at.get(name, 0.0), use.at)
            if is_active:
                self._owed.add((name, use.principal))

    def _note_unsure(self, world: World, use: Use, began: float) -> None:
        """Note a use that may be counted for another deletion of its key, if there is one soon.

        KMS could not be asked then; or it came in the very minute that was being read, or in one that a clock
        that was ahead took for read.
        """
        is_taken_for_read = any(start <= use.readable < end for start, end in self._ahead)
        is_just_read = use.readable >= began - began % MINUTE
        if world.kms.keys[use.key].is_blind or is_just_read or is_taken_for_read:
            self._unsure[use.key] = self._unsure.get(use.key, 0) + 1

    def _judge_told(self, world: World, ran: Ran) -> None:
        """Whatever could be read when the run began is known now."""
        for name, readable in self._readable.items():
            if self._is_of_interest(world, name):
                deletion = world.kms.deletions[name[0]][name[1]]
                is_alike = reasons.is_taken_for_another(world, deletion, ran.began)
                if not is_alike and not self._is_told(world, deletion, readable, ran.began):
                    self._judge_untold(world, deletion, readable, ran)

    def _judge_untold(self, world: World, deletion: Deletion, readable: float, ran: Ran) -> None:
        """People don't know of a use, although it could be read.

        One run more is allowed while another key is in trouble, a few minutes while notices are folded,
        and as long as it lasts if the table refuses the key's items. A failed look-up is no excuse.
        """
        arn = deletion.key
        if world.troubles.unstored.get(arn, 0.0) >= ran.began:
            return
        lately = sum(ran.began - heard.at < 60 * MINUTE for heard in world.heard)
        if lately >= FOLDED_FROM and readable > ran.began - FOLDED_FOR:
            return
        others = any(scope != arn and at >= ran.began for scope, at in world.troubles.last.items())
        if others and self._excused.get(arn, 0.0) < ran.began - PATIENCE:
            self._excused[arn] = ran.began
            return
        ended = "ended well" if ran.is_done else "failed"
        promise = "P4 apart" if others else "P1 told"
        self._violated(world, promise, f"a run {ended}, and people don't know that {deletion} is in use")

    def _is_told(self, world: World, deletion: Deletion, readable: float, began: float) -> bool:
        """Return whether people know that a key is in use; for which deletion, where that can be known."""
        arn = deletion.key
        about = self._about.get(arn, ())
        if not (world.kms.keys[arn].is_blind or world.troubles.since(arn, began)):
            about = tuple(heard for heard in about if may_be_of(world, heard, deletion))
        told = [place for place, heard in enumerate(about) if heard.tells_of_use]
        over = max(
            (place for place, heard in enumerate(about) if heard.claim is not Claim.PENDING), default=-1
        )
        if max(told, default=-1) > over:
            return True
        if not any(place < over and about[place].at >= deletion.begun for place in told):
            return False
        end = about[over]
        is_of_before = end.is_unconfirmed and self._used_at.get(deletion.name, 0.0) <= end.ended_at
        return readable <= end.at or is_of_before

    def _judge_documented(self, world: World, began: float) -> None:
        """People hear of each deletion, and are reminded of it, as the documents say."""
        if world.skew or any(at >= began for at in world.troubles.last.values()):
            return
        for arn in world.kms.keys:
            deletion = world.kms.active(arn, world.now)
            if deletion and deletion.begun < began:
                about = tuple(
                    heard for heard in self._about.get(arn, ()) if may_be_of(world, heard, deletion)
                )
                used = self._readable.get(deletion.name)
                for what in documented.of_run(world, deletion, about, used, began):
                    self._violated(world, "documented", what)
            for each in world.kms.deletions[arn]:
                self._judge_at_once(world, each, self._about.get(arn, ()), began)

    def _judge_at_once(
        self, world: World, deletion: Deletion, about: tuple[Heard, ...], began: float
    ) -> None:
        self._unheard -= {
            call
            for call in self._unheard
            if call.deletion == deletion.name and reasons.is_heard_of(call, deletion, about)
        }
        for what in reasons.of_run(world, deletion, about, began, self._unheard):
            self._violated(world, "documented", what)

    def _judge_true(self, world: World) -> None:
        """Nothing that people heard last is contradicted by KMS for long."""
        for arn, key in world.kms.keys.items():
            about = self._about.get(arn, ())
            works_since = max(world.troubles.last.get(EVERYWHERE, 0.0), world.troubles.last.get(arn, 0.0))
            for since, what in (contradicted_by_records if key.is_blind else contradictions)(world, about):
                if world.now - max(since, works_since) > PATIENCE:
                    self._violated(world, "P2 true", what)

    # When the world has come to rest.

    def _judge_counts(self, world: World, arn: str, counts: Mapping[str, int] | None) -> None:
        """The cases of a key count every genuine record once; one of what was over may be left out.

        A reading that was broken off, or whose clock was wrong, may have met the copies of a record apart.
        """
        if counts is None:
            self._violated(world, "P3 counted", f"the cases of {_tail(arn)} can't be read any more")
        if not counts:
            return
        firm = {each.name: self._firm.get(each.name, 0) for each in world.kms.deletions[arn]}
        at_least = sum(firm.values())
        readable = sum(use.key == arn and use.is_use and use.readable < world.now for use in world.uses)
        twice = world.copies.get(arn, 0) if world.troubles.since(EVERYWHERE, 0.0) else 0
        at_most = readable + world.forged.get(arn, 0) + twice
        self._judge_count(world, _tail(arn), sum(counts.values()), (at_least, at_most))
        has_waited = any(each.waits_for_replicas for each in world.kms.deletions[arn])
        if world.kms.keys[arn].is_blind or arn in world.troubles.last or has_waited:
            return
        for deletion in world.kms.deletions[arn]:
            case = f"{arn}@{moment(deletion.date or 0.0)}"
            if case in counts:
                own, unsure = firm[deletion.name], self._unsure.get(arn, 0)
                between = max(0, own - unsure), own + unsure + at_most - at_least
                self._judge_count(world, str(deletion), counts[case], between)

    def _judge_count(self, world: World, of: str, count: int, between: tuple[int, int]) -> None:
        at_least, at_most = between
        if not at_least <= count <= at_most:
            said = f"{at_least}" if at_least == at_most else f"{at_least} to {at_most}"
            self._violated(world, "P3 counted", f"{count} uses of {of} are counted of {said}")

    def _is_of_interest(self, world: World, name: _Name) -> bool:
        """Return whether a deletion is still to come, and nobody decided to keep it."""
        deletion = world.kms.deletions[name[0]][name[1]]
        return deletion.is_active(world.now) and not any(
            heard.reason == "deletion-kept" and heard.date == deletion.date
            for heard in self._about.get(deletion.key, ())
        )

    def _violated(self, world: World, promise: str, what: str) -> None:
        self.violations.append(Violation(promise, what, world.now))


def _is_ahead(before: Place, after: Place) -> bool:
    if before.settled_until is None or after.settled_until is None:
        return after.settled_until is not None
    return after.settled_until > before.settled_until or after.token not in {"", before.token}


def _behind(world: World, bookmark: float | None) -> str:
    return "nowhere" if bookmark is None else f"{(world.now - bookmark) / MINUTE:.0f} minutes behind"


def _tail(arn: str) -> str:
    return arn.rpartition("/")[2].partition("-")[0]
