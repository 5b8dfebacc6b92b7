"""The mutation score: every rule is changed, one at a time, and the oracle has to see it.

Each mutant has a process of its own, which stops at the first history that breaks the promise and did not
before the change. A mutant that is not caught is printed. One that changes nothing that can be seen is named
in `equivalent.py`, with the reason, and does not count.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from tests.oracle.again import same_everywhere
from tests.oracle.equivalent import EQUIVALENT
from tests.oracle.mutants import Mutant, mutants, mutated

RULES: Final = (
    "cases/transitions",
    "investigate/key_activity",
    "investigate/case_change",
    "investigate/review",
    "cases/open_case",
    "cases/due",
    "cases/case",
)
"""The modules of the package that hold the rules of the state changes."""

_SPEC = importlib.util.find_spec("reprieve")
PACKAGE: Final = Path(_SPEC.origin if _SPEC and _SPEC.origin else "").parent
DEPTH: Final = 3
HISTORIES: Final = 250
SECONDS: Final = 120
CAUGHT: Final = 1
SURVIVED: Final = 0


def main() -> int:
    """Read the command line; return whether the score is below what is asked for."""
    parser = ArgumentParser(prog="python -m tests.oracle.mutate", description=__doc__)
    parser.add_argument("--only", help="only mutants whose name contains this")
    parser.add_argument("--at-least", type=float, default=0.9)
    parser.add_argument(
        "--look", nargs=2, metavar=("MODULE", "NUMBER"), help="look at one mutant, in this process"
    )
    parser.add_argument("--before", type=Path, help="the histories that break the promise without a change")
    parser.add_argument("--list", action="store_true", help="print the mutants")
    arguments = parser.parse_args()
    if arguments.look:
        module, number = arguments.look
        return _look(module, int(number), arguments.before)
    return _score(arguments)


def _score(arguments: Namespace) -> int:
    chosen = [each for each in _all() if not arguments.only or arguments.only in str(each)]
    counted = [each for each in chosen if each.name not in EQUIVALENT]
    if arguments.list:
        _say("\n".join(map(str, counted)))
        return 0
    began = time.monotonic()
    before = _broken_before()
    _say(f"{len(json.loads(before.read_text()))} histories break the promise without a change")
    survivors = []
    for place, mutant in enumerate(counted, 1):
        if not _is_caught(mutant, before):
            survivors.append(mutant)
            _say(f"survived: {mutant}")
        if place % 25 == 0:
            _say(f"{place} of {len(counted)}, {len(survivors)} survived, {time.monotonic() - began:.0f} s")
    caught = len(counted) - len(survivors)
    score = caught / len(counted) if counted else 1.0
    _say(
        f"{caught} of {len(counted)} mutants are caught: {score:.1%}; {len(chosen) - len(counted)} are"
        f" equivalent; {time.monotonic() - began:.0f} s"
    )
    return int(score < arguments.at_least)


def _all() -> Iterator[Mutant]:
    for module in RULES:
        yield from mutants(module, (PACKAGE / f"{module}.py").read_text())


def _broken_before() -> Path:
    """Return the file with the histories that break the promise as the code is."""
    path = Path(__file__).parents[2] / "build" / "oracle-broken-before.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(list(_broken())))
    return path


def _is_caught(mutant: Mutant, before: Path) -> bool:
    command = [sys.executable, "-m", "tests.oracle.mutate", "--before", str(before)]
    look = ["--look", mutant.module, str(mutant.number)]
    try:
        done = subprocess.run([*command, *look], check=False, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != SURVIVED


def _look(module: str, number: int, before: Path | None) -> int:
    """Return whether the oracle sees one mutant."""
    sys.meta_path.insert(0, _Finder(module, number))
    known = frozenset(json.loads(before.read_text())) if before else frozenset()
    return CAUGHT if any(name not in known for name in _broken()) else SURVIVED


def _broken() -> Iterator[str]:
    """Yield the histories that break the promise, by name: words of letters, then seeds."""
    from tests.oracle.exhaustive import ROOTS, Walk  # noqa: PLC0415 - imports the product, mutated or not
    from tests.oracle.random_histories import live_all  # noqa: PLC0415 - as above

    for root in ROOTS:
        for broken in Walk(DEPTH).from_root(root).failures:
            yield f"{root.name}: {', '.join(broken.word)}"
    yield from (f"seed {failure.seed}" for failure in live_all(1, HISTORIES))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module of the package with one change in it."""

    def __init__(self, module: str, number: int) -> None:
        self.module, self.number = module, number
        self.name = f"reprieve.{module.replace('/', '.')}"

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the finder's signature
        target: ModuleType | None = None,  # noqa: ARG002 - as above
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._path))

    def exec_module(self, module: ModuleType) -> None:
        tree = mutated(self.module, self._path.read_text(), self.number)
        exec(compile(tree, str(self._path), "exec"), module.__dict__)  # noqa: S102 - our own module

    @property
    def _path(self) -> Path:
        return PACKAGE / f"{self.module}.py"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it talks to a person


if __name__ == "__main__":
    same_everywhere("tests.oracle.mutate")
    sys.exit(main())
