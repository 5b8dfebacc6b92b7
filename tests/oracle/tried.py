"""The histories that every mutant is tried with: short words, and some at random, each by itself."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.oracle.driver import Driver
from tests.oracle.exhaustive import ROOTS, Walk, begun, spell
from tests.oracle.life import Life
from tests.oracle.plans import plan
from tests.oracle.random_histories import live

_ROOTS: Final = {root.name: root for root in ROOTS}


class History(NamedTuple):
    """One history: a word after a root, or else the one of a seed."""

    root: str
    word: tuple[str, ...]
    seed: int

    def __str__(self) -> str:
        return f"{self.root}: {', '.join(self.word)}" if self.root else f"seed {self.seed}"


def histories(seeds: int) -> Iterator[History]:
    """Yield every word that is one step shorter than those of CI, and the histories of the first seeds."""
    for root in ROOTS:
        for word in Walk(root.depth - 1).from_root(root).leaves:
            yield History(root.name, word, 0)
    for seed in range(1, seeds + 1):
        yield History("", (), seed)


def is_kept(history: History) -> bool:
    """Live through a history; return whether the promise was kept."""
    return not _lived(history).judge.violations


def _lived(history: History) -> Life:
    if not history.root:
        return live(Driver(), plan(history.seed))
    root = _ROOTS[history.root]
    life = begun(Driver(), root)
    spell(life, root, history.word)
    life.rest()
    return life
