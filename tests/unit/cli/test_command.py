"""The command line of `kms-reprieve`: what it takes, and what it ends with."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kms_reprieve_cli import command, options

ROOT = Path(__file__).parents[3]
COMMANDS = ("replay", "audit", "doctor", "channels", "test-notice", "drill")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.app, list(arguments), prog_name="kms-reprieve")


def text(result: Result) -> str:
    return STYLE.sub("", result.output)


def test_the_version_is_that_of_the_package() -> None:
    result = run("--version")

    assert (result.exit_code, result.stdout) == (0, f"kms-reprieve {version('kms-reprieve')}\n")


def test_a_drill_with_another_account_says_what_to_do_without_its_credentials() -> None:
    result = run("drill", "--only", "member-account")

    assert result.exit_code == 2
    assert "run the step member-key with --member-key ARN" in " ".join(text(result).replace("│", "").split())


def test_the_policy_for_a_drill_with_another_account_needs_no_credentials_of_it() -> None:
    result = run("drill", "--only", "member-account", "--policy", "--region", "eu-west-1")

    assert (result.exit_code, "UseKeyOfOtherAccount" in result.stdout) == (0, True)


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_names_every_command_and_the_exit_codes(asked: str) -> None:
    result = run(asked)

    assert result.exit_code == 0
    assert all(f" {name} " in text(result) for name in COMMANDS)
    assert options.EXIT_CODES in text(result)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = run(name, "-h")

    assert result.exit_code == 0
    assert f"Usage: kms-reprieve {name}" in text(result)
    assert options.EXIT_CODES in text(result)


@pytest.mark.parametrize("name", ["", *COMMANDS, "channels put"])
def test_help_shows_names_and_no_types_of_python(name: str) -> None:
    said = text(run(*name.split(), "--help"))

    assert re.findall(r"<[^>]*>|[{}]", said) == []
    assert "channels put [OPTIONS] FILE" in said or name != "channels put"


def test_every_command_is_tested_here_and_documented() -> None:
    made = {
        str(each.name or getattr(each.callback, "__name__", "")) for each in command.app.registered_commands
    } | {str(each.name) for each in command.app.registered_groups}
    documented = (ROOT / "docs" / "command.md").read_text("utf-8")

    assert made == set(COMMANDS)
    assert all(f"kms-reprieve {name}" in documented for name in made)
    assert all(
        f"| {code} | {meaning}" in documented
        for code, meaning in re.findall(r"(\d) ([a-z ]+)", options.EXIT_CODES)
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["other"],
        ["--other"],
        ["replay"],
        ["replay", "--fast", "."],
        ["replay", "/nowhere/at-all"],
        ["audit", "extra"],
        ["audit", "--key", "1234abcd"],
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_how_it_is_used(arguments: list[str]) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert "Usage: kms-reprieve" in text(result)


def test_an_option_without_its_value_is_named() -> None:
    result = run("audit", "--stack-name")

    assert result.exit_code == 2
    assert "Option '--stack-name' requires an argument" in text(result)


def test_a_wrong_key_is_named() -> None:
    assert "KMS key ARN: '1234abcd' is not one" in text(run("audit", "--key", "1234abcd"))


def test_the_stack_is_the_one_that_sam_deploys_unless_it_is_named() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))

    assert settings["default"]["global"]["parameters"]["stack_name"] == options.STACK_NAME
    assert f"[default: {options.STACK_NAME}]" in text(run("audit", "--help"))
