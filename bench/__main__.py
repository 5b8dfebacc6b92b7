"""`python -m bench`: measure everything, print it, and keep it in build/bench.json."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Final

from bench import alarm, gap, memory, parsing

FILE: Final = Path(__file__).parent.parent / "build" / "bench.json"
GOALS: Final = {
    "parse_ratio": (">=", 0.5),
    "memory_ratio": ("<=", 1.2),
    "sequential_calls": ("<=", 5),
    "wall_ratio": ("<=", 1.15),
}


def main() -> int:
    """Measure; status 1 if a goal is missed."""
    figures: dict[str, float] = {}
    for part in (alarm, parsing, gap, memory):
        figures |= part.measure()
    missed = [name for name, value in figures.items() if not is_met(name, value)]
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}\n")
    for name, value in figures.items():
        print(f"{name:26} {value:12,.4g}  {goal(name):8} {'missed' if name in missed else ''}".rstrip())
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if missed else 0


def is_met(name: str, value: float) -> bool:
    """Whether a figure reaches its goal; one without a goal does."""
    match GOALS.get(name):
        case (">=", least):
            return value >= least
        case ("<=", most):
            return value <= most
        case _:
            return True


def goal(name: str) -> str:
    """The goal of a figure, in a few signs."""
    return " ".join(map(str, GOALS[name])) if name in GOALS else ""


if __name__ == "__main__":
    sys.exit(main())
