"""Every history up to a depth: one or two keys, two programs, and what may happen to them, in every order.

A history is a word, and each letter of it is one step. A letter whose record is late, whose run dies or whose
calls fail costs two: it stands for what goes wrong, and for what it happens to. Some words are left out,
because another word leads to the same:

- a call that KMS answers without a change, and without a record that investigate reads;
- words in which program B begins before program A: they differ only in their names;
- a run that was to die at its n-th side effect, and has fewer: it is the run itself;
- a failure that stands anywhere but directly before a run: only runs make calls.

Only leaves are followed to the rest: the rest of a shorter word is a longer word that ends with runs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.oracle.driver import Driver
from tests.oracle.heard import Heard
from tests.oracle.judge import Judge, Violation
from tests.oracle.kms import DAY, Key
from tests.oracle.life import EVERY, Life
from tests.oracle.records import Principal
from tests.oracle.telling import told
from tests.oracle.troubles import Call, Died, How, Trouble
from tests.oracle.world import HOUR, MINUTE, World

KEY: Final = "arn:aws:kms:eu-west-1:111122223333:key/aaaa0000-12ab-34cd-56ef-1234567890ab"
OTHER: Final = "arn:aws:kms:eu-west-1:111122223333:key/bbbb0000-12ab-34cd-56ef-1234567890ab"
FOREIGN: Final = "arn:aws:kms:eu-west-1:444455556666:key/cccc0000-12ab-34cd-56ef-1234567890ab"
A: Final = Principal("program-a")
B: Final = Principal("program-b")

STEP: Final = 2 * MINUTE
PROMPT: Final = MINUTE
LATE: Final = 12 * MINUTE
NEVER: Final = 1000 * DAY
"""What nobody reads of: KMS alone tells of it."""

DAYS: Final = 7

_Step = Callable[[Life, str], bool]
"""Takes a step with a key; False if it changes nothing."""


def _schedule(delay: float) -> _Step:
    def step(life: Life, key: str) -> bool:
        if life.world.kms.active(key, life.world.now):
            return life.world.manage(key, A, "ScheduleKeyDeletion", delay)
        life.world.schedule(key, DAYS, delay)
        return True

    return step


def _cancel(delay: float) -> _Step:
    return lambda life, key: life.world.cancel(key, delay)


def _enable(delay: float) -> _Step:
    def step(life: Life, key: str) -> bool:
        return life.world.kms.keys[key].state.value == "Disabled" and life.world.enable(key, delay)

    return step


def _disable(delay: float) -> _Step:
    def step(life: Life, key: str) -> bool:
        return life.world.kms.keys[key].state.value == "Enabled" and life.world.disable(key, delay)

    return step


def _use(who: Principal, delay: float) -> _Step:
    def step(life: Life, key: str) -> bool:
        if who is B and not any(use.principal == A.name for use in life.world.uses):
            return False
        return life.world.use(key, who, delay=delay)

    return step


def _run(dies_after: int = 0, fails: Call | None = None) -> _Step:
    """Run; `fails` says which calls for this key fail meanwhile."""

    def step(life: Life, key: str) -> bool:
        world = life.world
        world.pass_time(EVERY - STEP)
        if fails:
            world.troubles.open.append(Trouble(fails, How.FAULT, world.now + MINUTE, key))
        if dies_after:
            world.fate.countdown, world.fate.action, world.fate.has_struck = dies_after, _die, False
        life.run()
        has_struck = (
            world.fate.has_struck
            if dies_after
            else not fails or world.troubles.since(key, world.now - MINUTE)
        )
        world.troubles.end()
        world.fate.action = None
        return has_struck

    return step


def _two_days(life: Life, _key: str) -> bool:
    """Two days of which nothing is seen but a run every twelve hours."""
    for _ in range(4):
        life.world.pass_time(12 * HOUR)
        life.run()
    return True


def _decide(choice: str) -> _Step:
    return lambda life, key: life.decide(key, choice, enable=choice == "cancel") != "no link"


def _of(key: str, step: _Step) -> _Step:
    """Take a step with another key than the word's."""
    return lambda life, _key: step(life, key)


def _overtaken(life: Life, key: str) -> bool:
    """Run; before its first side effect is done, another run reads a use, from beginning to end."""
    world = life.world
    world.pass_time(EVERY - STEP)

    def overtake() -> None:
        world.use(key, A, delay=0.0)
        world.pass_time(MINUTE)
        life.run()

    world.fate.countdown, world.fate.is_after, world.fate.has_struck = 1, False, False
    world.fate.action = overtake
    life.run()
    world.fate.action, world.fate.is_after = None, True
    return world.fate.has_struck


def _die() -> None:
    raise Died


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the alphabet."""

    name: str
    step: _Step
    cost: int = 1


ONE_KEY: Final = (
    Letter("schedule", _schedule(PROMPT)),
    Letter("cancel", _cancel(PROMPT)),
    Letter("enable", _enable(PROMPT)),
    Letter("disable", _disable(PROMPT)),
    Letter("use by A", _use(A, PROMPT)),
    Letter("use by B", _use(B, PROMPT)),
    Letter("run", _run()),
    Letter("run, dies after 1", _run(1), 2),
    Letter("run, dies after 2", _run(2), 2),
    Letter("run, overtaken by another", _overtaken, 2),
    Letter("schedule, late", _schedule(LATE), 2),
    Letter("cancel, late", _cancel(LATE), 2),
    Letter("cancel, no record", _cancel(NEVER), 2),
    Letter("use by A, late", _use(A, LATE), 2),
    Letter("use by B, late", _use(B, LATE), 2),
    Letter("run, look-ups fail", _run(fails=Call.LOOK_UP), 2),
)
DAYS_ON_END: Final = (
    Letter("use by A", _use(A, PROMPT)),
    Letter("use by B", _use(B, PROMPT)),
    Letter("schedule", _schedule(PROMPT)),
    Letter("two days", _two_days),
    Letter("keep on the page", _decide("keep")),
    Letter("cancel and enable on the page", _decide("cancel")),
    Letter("cancel", _cancel(PROMPT)),
)
TWO_KEYS: Final = (
    Letter("schedule", _schedule(PROMPT)),
    Letter("schedule the other", _of(OTHER, _schedule(PROMPT))),
    Letter("cancel", _cancel(PROMPT)),
    Letter("use by A", _use(A, PROMPT)),
    Letter("use of the other by A", _of(OTHER, _use(A, PROMPT))),
    Letter("run", _run()),
    Letter("run, dies after 1", _run(1), 2),
    Letter("run, look-ups fail", _run(fails=Call.LOOK_UP)),
    Letter("run, writes fail", _run(fails=Call.TABLE_WRITE)),
)


@dataclass(frozen=True, slots=True)
class Root:
    """What all words of one walk begin with, and the letters that they are made of; `depth` is that of CI."""

    name: str
    key: str
    before: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ONE_KEY
    depth: int = 5


_KNOWN: Final = ("schedule", "use by A", "run")
_AGAIN: Final = (*_KNOWN, "use by B", "cancel", "schedule", "use by A")
_UNSEEN: Final = ("schedule", "use by A", "run, look-ups fail")
ROOTS: Final = (
    Root("a key", KEY),
    Root("a key that people know of", KEY, _KNOWN, depth=4),
    Root("another account's key", FOREIGN),
    Root("another account's key that people know of", FOREIGN, _KNOWN, depth=4),
    Root("a key that was scheduled again", KEY, _AGAIN, depth=4),
    Root("another account's key that was scheduled again", FOREIGN, _AGAIN, depth=4),
    Root("a key that could not be looked up", KEY, _UNSEEN, depth=4),
    Root("a key that people know of, for days", KEY, _KNOWN, (), DAYS_ON_END, 4),
    Root("two keys", KEY, ("schedule", "schedule the other"), (OTHER,), TWO_KEYS, 3),
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A word after which the promise was not kept."""

    root: Root
    word: tuple[str, ...]
    violations: tuple[Violation, ...]
    heard: tuple[Heard, ...]

    def __str__(self) -> str:
        return told(f"{self.root.name}:", (*self.root.before, *self.word), self.violations, self.heard)


@dataclass(slots=True)
class Walk:
    """A walk over all words up to a depth; the driver and the judge come along."""

    depth: int
    driver: Driver = field(default_factory=Driver)
    words: int = 0
    leaves: list[tuple[str, ...]] = field(default_factory=list)
    failures: list[Broken] = field(default_factory=list)

    def from_root(self, root: Root) -> "Walk":
        """Walk everything that begins with a root."""
        life = begun(self.driver, root)
        self._from(root, life, (), self.depth)
        return self

    def _from(self, root: Root, life: Life, word: tuple[str, ...], left: int) -> None:
        for letter in root.letters:
            if letter.cost > left:
                continue
            after = life.fork()
            after.world.pass_time(STEP)
            if not letter.step(after, root.key):
                continue
            self.words += 1
            longer = (*word, letter.name)
            if not after.judge.violations and left > letter.cost:
                self._from(root, after, longer, left - letter.cost)
                continue
            if not after.judge.violations:
                self.leaves.append(longer)
                after.rest()
            if after.judge.violations:
                heard = tuple(after.world.heard)
                self.failures.append(Broken(root, longer, tuple(after.judge.violations), heard))


def begun(driver: Driver, root: Root) -> Life:
    """Return a history as it is where a root's words begin."""
    world = World()
    for arn in (root.key, *root.others):
        world.kms.add(Key(arn=arn, is_ours=arn != FOREIGN))
    life = Life(driver, world, Judge())
    life.run()
    spell(life, root, root.before)
    return life


def spell(life: Life, root: Root, word: tuple[str, ...]) -> None:
    """Take the steps of a word, one after another."""
    by_name = {letter.name: letter for letter in (*ONE_KEY, *root.letters)}
    for name in word:
        life.world.pass_time(STEP)
        by_name[name].step(life, root.key)
