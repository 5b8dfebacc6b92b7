"""Programs in groups of their own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import process

ENVIRONMENT = {"PATH": os.environ["PATH"]}
FAMILY = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)\n"
)
DEAF = (
    "import signal, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('ready', flush=True)\n"
    "time.sleep(60)\n"
)


def start(code: str, folder: Path) -> "subprocess.Popen[bytes]":
    return process.start([sys.executable, "-c", code], env=ENVIRONMENT, cwd=folder, log=folder / "log")


def wait_for(log: Path) -> str:
    deadline = time.monotonic() + 10
    while not (text := log.read_text()).endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return text.strip()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc").exists(), reason="it asks /proc")
def test_stopping_a_program_stops_what_it_started(tmp_path: Path) -> None:
    program = start(FAMILY, tmp_path)
    child = int(wait_for(tmp_path / "log"))
    assert is_running(child)

    process.stop(program)

    assert program.returncode is not None
    assert not is_running(child)


def test_a_program_that_ignores_the_request_is_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    program = start(DEAF, tmp_path)
    wait_for(tmp_path / "log")

    process.stop(program)

    assert program.returncode == -9


def test_stopping_a_program_that_has_ended_is_no_error(tmp_path: Path) -> None:
    program = start("pass", tmp_path)
    program.wait()

    process.stop(program)

    assert program.returncode == 0


def test_a_program_that_fails_says_what_it_wrote(tmp_path: Path) -> None:
    with pytest.raises(process.ProgramFailedError) as failed:
        process.run(
            [sys.executable, "-c", "print('no such thing'); raise SystemExit(3)"],
            env=ENVIRONMENT,
            cwd=tmp_path,
            log=tmp_path / "log",
        )

    assert failed.value.log == "no such thing"
    assert "ended with status 3" in str(failed.value)


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("".join(f"{number}\n" for number in range(100)))

    assert process.tail(tmp_path / "log", lines=2) == "98\n99"
