"""The oracle by hand: `python -m tests.oracle exhaustive --depth 6`, or `random --seed 7`."""

import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterable

from tests.oracle.again import same_everywhere
from tests.oracle.driver import Driver
from tests.oracle.exhaustive import ROOTS, Walk
from tests.oracle.random_histories import Failure, live_all, lived

_SHOWN = 5


def main() -> int:
    """Read the command line, and return how many histories were not kept to the promise, as an exit code."""
    parser = ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    commands = parser.add_subparsers(required=True)
    exhaustive = commands.add_parser("exhaustive", help="every word up to a depth")
    exhaustive.add_argument("--depth", type=int, help="that of CI if left out")
    exhaustive.add_argument("--root", help="only the root of this name")
    exhaustive.set_defaults(run=_exhaustive)
    at_random = commands.add_parser("random", help="histories of seeds that follow one another")
    at_random.add_argument("--histories", type=int, default=1)
    at_random.add_argument("--seed", type=int, default=1)
    at_random.set_defaults(run=_random)
    arguments = parser.parse_args()
    found: int = arguments.run(arguments)
    return min(found, 1)


def _exhaustive(arguments: Namespace) -> int:
    found = 0
    for root in ROOTS:
        if arguments.root not in {None, root.name}:
            continue
        began = time.monotonic()
        walk = Walk(arguments.depth or root.depth).from_root(root)
        found += len(walk.failures)
        _say(
            f"{root.name}: depth {walk.depth}, {walk.words} words, {len(walk.leaves)} of them to the rest, "
            f"{len(walk.failures)} not kept, {time.monotonic() - began:.0f} s"
        )
        _say_kinds((failure.violations[0].promise, str(failure)) for failure in walk.failures)
    return found


def _random(arguments: Namespace) -> int:
    began = time.monotonic()
    if arguments.histories == 1:
        _, failure = lived(Driver(), arguments.seed)
        _say(str(failure) if failure else "kept")
        return failure is not None
    failures = list(live_all(arguments.seed, arguments.histories))
    _say(
        f"seeds {arguments.seed} to {arguments.seed + arguments.histories - 1}: "
        f"{len(failures)} not kept, {time.monotonic() - began:.0f} s"
    )
    _say_kinds((failure.violations[0].promise, _briefly(failure)) for failure in failures)
    return len(failures)


def _briefly(failure: Failure) -> str:
    return f"seed {failure.seed}: {failure.violations[0].what}"


def _say_kinds(found: Iterable[tuple[str, str]]) -> None:
    kinds: dict[str, list[str]] = {}
    for promise, text in found:
        kinds.setdefault(promise, []).append(text)
    _say(str(Counter({promise: len(texts) for promise, texts in kinds.items()})) if kinds else "all kept")
    for texts in kinds.values():
        for text in sorted(texts, key=len)[:_SHOWN]:
            _say(text)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it talks to a person


if __name__ == "__main__":
    same_everywhere("tests.oracle")
    sys.exit(main())
