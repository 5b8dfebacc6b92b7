"""How much memory a run takes, in a process of its own that has loaded what the deployed function loads."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final

from bench.stack import Logs, Stack
from bench.storm import KEY, START, lines
from reprieve.ports import LogLine
from tests.fakes import FakeClock

ROOT: Final = Path(__file__).parent.parent
FUNCTION: Final = ROOT / "functions" / "investigate" / "app.py"
SMALL: Final = 10_000
LARGE: Final = 1_000_000


def measure() -> dict[str, float]:
    """Return the peaks in MiB, and their ratio."""
    small, large = (_peak(number) for number in (SMALL, LARGE))
    return {"memory_ratio": large / small, "memory_mib_small": small, "memory_mib_large": large}


def _peak(records: int) -> float:
    told = subprocess.run(
        [sys.executable, "-m", "bench.memory", str(records)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(told.stdout) / 1024


def run(records: int) -> None:
    """Work off a storm in one run, with the function's own module in memory.

    Raises:
        AssertionError: the case does not say how many records there were.
    """
    _load(FUNCTION)

    def window(start: datetime, end: datetime) -> Iterator[LogLine]:
        return (line for line in lines(records) if start <= line.timestamp < end)

    stack = Stack(FakeClock(START + timedelta(minutes=30)), Logs(window))
    stack.read_until(START)
    stack.run()
    counted = stack.store.cases(KEY)[-1].uses.count
    if counted != records:
        raise AssertionError(f"{counted} were counted")


def _load(file: Path) -> None:
    found = spec_from_file_location("app", file)
    if found is None or found.loader is None:
        raise AssertionError(f"{file} is no module")
    found.loader.exec_module(module_from_spec(found))


def peak_kib() -> int:
    """Return this process' peak by the kernel; `ru_maxrss` would begin with the peak of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])


if __name__ == "__main__":
    run(int(sys.argv[1]))
    print(peak_kib())
