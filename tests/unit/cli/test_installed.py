"""The script `kms-reprieve` as `make setup` installs it, in a process of its own."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = Path(sys.executable).with_name("kms-reprieve")
RECORDS = ROOT / "events" / "records"
USE = RECORDS / "decrypt-by-role.json"
ESCAPE = "\x1b["
PLAIN = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the script without a terminal."""
    return subprocess.run(
        [str(SCRIPT), *map(str, arguments)],
        env=PLAIN | environment,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def on_a_terminal(*arguments: object, output: IO[str] | None = None, **environment: str) -> str:
    """Run the script on a terminal, and return all that it shows there; standard output may be a file."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [str(SCRIPT), *map(str, arguments)],
        env=PLAIN | environment,
        stdin=slave,
        stdout=output or slave,
        stderr=slave,
    )
    os.close(slave)
    shown = bytearray()
    while chunk := _read(master):
        shown += chunk
    os.close(master)
    assert process.wait(timeout=60) < 2
    return shown.decode()


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65_536)
    except OSError:  # Linux' way of telling the end
        return b""


def test_it_is_on_the_path_of_the_environment() -> None:
    assert run("--version").stdout.startswith("kms-reprieve ")


def test_it_is_a_module_too() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "kms_reprieve_cli", "--version"],
        env=PLAIN,
        check=True,
        capture_output=True,
        text=True,
    )

    assert answer.stdout == run("--version").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["replay", USE], 0),
        (["replay", ROOT / "Makefile"], 1),
        (["replay"], 2),
        (["nothing"], 2),
        (["--help"], 0),
    ],
)
def test_it_ends_with_the_documented_code(arguments: list[object], code: int) -> None:
    assert run(*arguments).returncode == code


def test_without_a_terminal_there_is_neither_colour_nor_progress_and_no_line_is_broken() -> None:
    answer = run("replay", RECORDS)

    assert ESCAPE not in answer.stdout + answer.stderr
    assert answer.stderr.startswith("read ")
    assert len(answer.stderr.splitlines()) == 1
    assert ESCAPE not in run("--help").stdout


def test_on_a_terminal_there_are_colour_and_progress() -> None:
    shown = on_a_terminal("replay", RECORDS)

    assert f"{ESCAPE}1mSubject: " in shown
    assert "━" in shown
    assert shown.splitlines()[-1].startswith("read ")


@pytest.mark.parametrize(
    ("arguments", "first"),
    [(["replay", RECORDS], "Subject: "), (["doctor", "--region", "eu-west-1"], "account\n")],
)
def test_a_file_gets_all_of_the_output_while_the_terminal_shows_progress(
    tmp_path: Path, arguments: list[object], first: str
) -> None:
    nobody = {"AWS_CONFIG_FILE": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"}
    file = tmp_path / "output"

    with file.open("w") as output:
        shown = on_a_terminal(*arguments, output=output, **nobody)

    assert file.read_text().startswith(first)
    assert ESCAPE not in file.read_text()
    assert first not in shown


def test_a_terminal_that_wants_no_colour_gets_none() -> None:
    assert f"{ESCAPE}1;3" not in on_a_terminal("--help", NO_COLOR="1")
    assert f"{ESCAPE}3" not in on_a_terminal("replay", USE, NO_COLOR="1")


def test_json_is_all_that_standard_output_has() -> None:
    answer = run("replay", "--json", RECORDS)

    assert json.loads(answer.stdout)
    assert answer.stderr.startswith("read ")


def test_a_reader_that_has_seen_enough_is_no_problem(tmp_path: Path) -> None:
    use = json.loads(USE.read_text("utf-8"))
    file = tmp_path / "many.jsonl"
    keys = (use["errorMessage"].replace("1234abcd-", f"{number:08x}-") for number in range(300))
    file.write_text("\n".join(json.dumps(use | {"errorMessage": message}) for message in keys))

    for form in ([], ["--json"]):
        process = subprocess.Popen(
            [str(SCRIPT), "replay", *form, str(file)],
            env=PLAIN,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        problems = process.stderr.read()
        process.stderr.close()

        assert (process.wait(timeout=60), problems) == (0, b"")


def heeds_interruptions() -> None:
    """Undo what a shell does to the programs that it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interruption_ends_it_with_130_and_without_a_trace(tmp_path: Path) -> None:
    pipe = tmp_path / "slow.json"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [str(SCRIPT), "replay", str(pipe)],
        env=PLAIN,
        stderr=subprocess.PIPE,
        preexec_fn=heeds_interruptions,  # noqa: PLW1509 - one call, and no thread of ours holds a lock
    )
    with pipe.open("w"):  # it is reading now
        process.send_signal(signal.SIGINT)
        _, problems = process.communicate(timeout=60)

    assert (process.returncode, problems) == (130, b"")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_completion(shell: str) -> None:
    # Typer finds out by itself in which shell it runs: here it is told.
    script = run("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert f"_KMS_REPRIEVE_COMPLETE=complete_{shell} " in script.stdout


def test_a_shell_that_asks_is_offered_the_commands() -> None:
    words = {"COMP_WORDS": "kms-reprieve re", "COMP_CWORD": "1"}

    assert run(_KMS_REPRIEVE_COMPLETE="complete_bash", **words).stdout.split() == ["replay"]
