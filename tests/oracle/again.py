"""The same run in every process."""

import os
import sys


def same_everywhere(module: str) -> None:
    """Begin a module once more with sets in a fixed order: a seed is the same history in every process."""
    if os.environ.get("PYTHONHASHSEED") is None:
        command = [sys.executable, "-m", module, *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606 - itself
