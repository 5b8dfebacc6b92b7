"""Histories drawn by seeds: lived through to their rest, and shortened where the promise was not kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.oracle.course import Course
from tests.oracle.driver import Driver
from tests.oracle.heard import Heard
from tests.oracle.judge import Judge, Violation
from tests.oracle.life import Life
from tests.oracle.plans import KEYS, SCANNER, Plan, plan
from tests.oracle.steps import take
from tests.oracle.telling import told
from tests.oracle.world import World


@dataclass(frozen=True, slots=True)
class Failure:
    """A history in which the promise was not kept."""

    seed: int
    plan: Plan
    violations: tuple[Violation, ...]
    heard: tuple[Heard, ...]

    def __str__(self) -> str:
        keys = f"{self.plan.keys} keys" if self.plan.keys > 1 else "1 key"
        beginning = f"seed {self.seed} (python -m tests.oracle random --seed {self.seed}), {keys}:"
        steps = [" ".join(map(str, step)) for step in self.plan.steps]
        return told(beginning, steps, self.violations, self.heard)


def live(driver: Driver, made: Plan) -> Life:
    """Live through a history, to its rest."""
    world = World()
    for key in KEYS[: made.keys]:
        world.kms.add(key)
    life = Life(driver, world, Judge(ignored=frozenset({SCANNER.name})))
    course = Course.begin(life)
    for step in made.steps:
        take(course, step)
    life.rest()
    return life


def lived(driver: Driver, seed: int) -> tuple[Life, Failure | None]:
    """Live through the history of a seed; if it fails, return a short one that fails as well."""
    made = plan(seed)
    life = live(driver, made)
    if not life.judge.violations:
        return life, None
    promise = life.judge.violations[0].promise

    def fails(shorter: Plan) -> bool:
        return any(violation.promise == promise for violation in live(driver, shorter).judge.violations)

    short = shrunk(made, fails)
    return life, failure(seed, short, live(driver, short))


def failure(seed: int, made: Plan, life: Life) -> Failure:
    """Return what there is to tell of a history."""
    return Failure(seed, made, tuple(life.judge.violations), tuple(life.world.heard))


def live_all(first: int, number: int) -> Iterator[Failure]:
    """Live through the histories of seeds that follow one another; yield those that fail, as they are."""
    driver = Driver()
    for seed in range(first, first + number):
        made = plan(seed)
        life = live(driver, made)
        if life.judge.violations:
            yield failure(seed, made, life)


def shrunk(made: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Return a shorter history that still fails: steps are left out for as long as it does."""
    size = max(1, len(made.steps) // 2)
    while size:
        start = 0
        while start < len(made.steps):
            shorter = made.without(start, size)
            if fails(shorter):
                made = shorter
            else:
                start += size
        size //= 2
    return made
