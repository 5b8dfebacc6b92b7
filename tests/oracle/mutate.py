"""The mutation score: every rule is changed, one at a time, and the oracle has to see it.

Each mutant lives through the histories that reach the changed line, those first that caught most mutants
before it, up to the first that breaks the promise. What the oracle does not see, the unit tests of the rules
have to. What catches each mutant is printed; a run that was broken off goes on from what it has printed.
One that changes nothing that can be seen is named in `equivalent.py`, with the reason, and does not count.
"""

import re
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from enum import StrEnum
from importlib import import_module
from io import StringIO
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pytest

from tests.oracle.again import same_everywhere
from tests.oracle.changed import path_of, with_mutant
from tests.oracle.equivalent import EQUIVALENT
from tests.oracle.mutants import Mutant, mutants
from tests.oracle.reached import Line, lines_of
from tests.oracle.tried import History, histories, is_kept

RULES: Final = (
    "cases/transitions",
    "investigate/key_activity",
    "investigate/update",
    "investigate/case_change",
    "investigate/review",
    "cases/open_case",
    "cases/due",
    "cases/case",
)
"""The modules of the package that hold the rules of the state changes."""

TESTS: Final = Path(__file__).parents[1]
SEEDS: Final = 500
MOST: Final = 120
"""How many histories a mutant has to survive."""

SECONDS: Final = 60
_NOTHING: Final = "nothing"
_SAID: Final = re.compile(r"caught by (.+), in [0-9]+ histories: (.+)")


class By(StrEnum):
    """What catches a mutant."""

    ORACLE = "the oracle"
    TESTS = "the unit tests"
    NOTHING = "nothing"


class Tried(NamedTuple):
    """A history that keeps the promise, and the lines that it reaches."""

    history: History
    lines: frozenset[Line]


def main() -> int:
    """Read the command line; return whether the score is below what is asked for."""
    parser = ArgumentParser(prog="python -m tests.oracle.mutate", description=__doc__)
    parser.add_argument("--only", help="only mutants whose name contains this", default="")
    parser.add_argument("--again", type=Path, help="only mutants that an earlier output names")
    parser.add_argument("--after", type=Path, help="the output of a run that was broken off")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many histories at random there are")
    parser.add_argument("--at-least", type=float, default=0.9)
    parser.add_argument("--list", action="store_true", help="print the mutants")
    arguments = parser.parse_args()
    named = arguments.again.read_text() if arguments.again else None
    chosen = [
        each for each in all_mutants() if arguments.only in str(each) and (not named or each.name in named)
    ]
    if arguments.list:
        _say("\n".join(map(str, chosen)))
        return 0
    return _score(chosen, arguments)


def all_mutants() -> Iterator[Mutant]:
    """Yield every change of every rule."""
    for module in RULES:
        yield from mutants(module, path_of(module).read_text())


def _score(chosen: list[Mutant], arguments: Namespace) -> int:
    began = time.monotonic()
    counted = [mutant for mutant in chosen if mutant.name not in EQUIVALENT]
    trial = Trial(tuple(_tried(arguments.seeds)))
    if with_mutant(None, SECONDS, _unit_tests) != _NOTHING:
        raise SystemExit("the unit tests fail without a change")
    _say(f"{len(trial.tried)} histories, {time.monotonic() - began:.0f} s")
    caught, before = Counter[By](), _before(arguments.after)
    for place, mutant in enumerate(counted, 1):
        by = before.get(str(mutant)) or trial.caught_by(mutant)
        caught[by] += 1
        _say(f"caught by {by}, in {trial.reach(mutant)} histories: {mutant}")
        if place % 25 == 0:
            _say(f"{place} of {len(counted)}, {dict(caught)}, {time.monotonic() - began:.0f} s")
    number = max(1, len(counted))
    oracle, both = caught[By.ORACLE], caught[By.ORACLE] + caught[By.TESTS]
    _say(
        f"{oracle} of {len(counted)} mutants are caught by the oracle: {oracle / number:.1%};"
        f" {both} by the oracle or the unit tests: {both / number:.1%};"
        f" {len(chosen) - len(counted)} are equivalent; {time.monotonic() - began:.0f} s"
    )
    return int(both / number < arguments.at_least)


def _before(said: Path | None) -> Mapping[str, By]:
    """Return what caught the mutants that an earlier output names."""
    lines = said.read_text().splitlines() if said else ()
    return {found[2]: By(found[1]) for line in lines if (found := _SAID.fullmatch(line))}


def _tried(seeds: int) -> Iterator[Tried]:
    """Yield the histories that keep the promise as the package is."""
    files = {str(path_of(module)) for module in RULES}
    for history in histories(seeds):
        kept: list[bool] = []
        lines = lines_of(files, lambda history=history, kept=kept: kept.append(is_kept(history)))  # type: ignore[misc]
        if all(kept):
            yield Tried(history, lines)
        else:
            _say(f"breaks the promise without a change: {history}")


class Trial:
    """Tries mutants, one after another, and remembers which histories catch them."""

    def __init__(self, tried: tuple[Tried, ...]) -> None:
        self.tried = tried
        self.catches = Counter[History]()
        self.order = {each.history: place for place, each in enumerate(Random(1).sample(tried, len(tried)))}  # noqa: S311

    def caught_by(self, mutant: Mutant) -> By:
        """Return what catches a mutant."""
        most = sorted(self._reaching(mutant), key=lambda each: (-self.catches[each], self.order[each]))[:MOST]
        said = with_mutant(mutant, SECONDS, lambda: _first_broken(most))
        if said != _NOTHING:
            self.catches.update(most[int(place)] for place in (said or "").split())
            return By.ORACLE
        said = with_mutant(mutant, SECONDS, lambda: _unit_tests(mutant.module))
        return By.NOTHING if said == _NOTHING else By.TESTS

    def reach(self, mutant: Mutant) -> int:
        """Return how many histories reach a mutant's line."""
        return len(self._reaching(mutant))

    def _reaching(self, mutant: Mutant) -> list[History]:
        line = str(path_of(mutant.module)), mutant.line
        return [each.history for each in self.tried if mutant.function == "module" or line in each.lines]


def _first_broken(tried: list[History]) -> str:
    """Return which history is the first that breaks the promise, with the product as it is imported now."""
    lives = import_module("tests.oracle.tried").is_kept
    return next((str(place) for place, history in enumerate(tried) if not lives(history)), _NOTHING)


def _unit_tests(first: str = "") -> str:
    """Run the unit tests of the rules, those of one module first; return whether any failed."""
    names = [f"reprieve.{module.replace('/', '.')} " for module in RULES]
    files = [
        path
        for folder in ("cases", "investigate")
        for path in sorted((TESTS / "unit" / folder).glob("test_*.py"))
        if any(name in path.read_text() for name in names)
    ]
    files.sort(key=lambda path: path.stem != f"test_{first.rpartition('/')[2]}")
    with redirect_stdout(StringIO()):
        failed = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *map(str, files)])
    return "failed" if failed else _NOTHING


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it talks to a person


if __name__ == "__main__":
    same_everywhere("tests.oracle.mutate")
    sys.exit(main())
