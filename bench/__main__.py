"""`python -m bench`: measure everything, print it, and keep it in build/bench.json.

`python -m bench flood` measures that alone, on the stack in the local cloud: build/bench-flood.json.
"""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Final

from bench import alarm, cold, flood, gap, memory, parsing, refusals

FOLDER: Final = Path(__file__).parent.parent / "build"
WORLDS: Final = {"bench": (alarm, parsing, gap, refusals, cold, memory), "bench-flood": (flood,)}
GOALS: Final = {
    "parse_ratio": (">=", 0.5),
    "parse_ratio_no_two_alike": (">=", 0.2),
    "cold_ratio_investigate": ("<=", 1.15),
    "cold_ratio_deliver": ("<=", 1.25),
    "cold_ratio_respond": ("<=", 1.15),
    "first_request_share": ("<=", 0.2),
    "memory_ratio": ("<=", 1.2),
    "sequential_calls": ("<=", 5),
    "wall_ratio": ("<=", 1.15),
    "refusal_ratio": ("<=", 1.1),
    "flood_good_unanswered": ("<=", 0),
}


def main(world: str = "bench") -> int:
    """Measure; status 1 if a goal is missed."""
    figures: dict[str, float] = {}
    for part in WORLDS[world]:
        figures |= part.measure()
    missed = [name for name, value in figures.items() if not is_met(name, value)]
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}\n")
    for name, value in figures.items():
        print(f"{name:26} {value:12,.4g}  {goal(name):8} {'missed' if name in missed else ''}".rstrip())
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{world}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
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
    sys.exit(main("-".join(["bench", *sys.argv[1:]])))
