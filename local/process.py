"""Programs in process groups of their own, so that exactly they can be stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

GRACE_SECONDS = 3.0


class ProgramFailedError(RuntimeError):
    """A program did not do what it was started for.

    Attributes:
        program: the program's name.
        log: the last lines that it wrote.
    """

    def __init__(self, program: str, reason: str, log: Path) -> None:
        self.program = program
        self.log = tail(log)
        super().__init__(f"{program} {reason}\n{self.log}")


def start(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a program that leads a process group, and writes all it says to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole group that `process` leads, first asking, then forcing."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        signal_group(process.pid, number)
        if has_ended(process):
            break
    process.wait()


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a group; false when nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait, for a little while, until the last member of the group is gone."""
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        process.poll()  # takes the leader's exit status, or it would stay in the group for good
        if not signal_group(process.pid, 0):
            return True
        time.sleep(0.02)
    return False


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
    """Run a program to its end.

    Raises:
        ProgramFailedError: it ended with another status than 0.
    """
    process = start(command, env=env, cwd=cwd, log=log)
    try:
        status = process.wait()
    finally:
        stop(process)
    if status:
        raise ProgramFailedError(Path(command[0]).name, f"ended with status {status}:", log)


def tail(log: Path, lines: int = 40) -> str:
    """The last lines of a log, for the person who has to know why."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
