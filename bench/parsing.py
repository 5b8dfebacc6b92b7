"""How fast records are parsed and folded, against parsing their JSON and nothing else."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Final

from bench.storm import lines
from reprieve.investigate.log_window import LogWindow
from reprieve.ports import LogLine

RECORDS: Final = 50_000
ROUNDS: Final = 5


def measure() -> dict[str, float]:
    """Return the figures, in records per second of this process' own time: the best of some rounds."""
    storm = tuple(lines(RECORDS))
    odd = tuple(lines(RECORDS // 5, alike=False))
    bare, folded = _rate(_load, storm), _rate(_fold, storm)
    bare_odd, folded_odd = _rate(_load, odd), _rate(_fold, odd)
    return {
        "parse_ratio": folded / bare,
        "parse_ratio_no_two_alike": folded_odd / bare_odd,
        "records_per_second": folded,
        "json_loads_per_second": bare,
    }


def _load(found: Sequence[LogLine]) -> None:
    for line in found:
        json.loads(line.message)


def _fold(found: Sequence[LogLine]) -> None:
    LogWindow().take_lines(found)


def _rate(act: Callable[[Sequence[LogLine]], None], found: Sequence[LogLine]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        act(found)
        seconds.append(time.process_time() - start)
    return len(found) / min(seconds)
