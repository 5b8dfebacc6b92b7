"""The commands in the documents can be run: their options, operations, steps and parameters exist."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import botocore.session
import pytest
import typer.main
from botocore import xform_name

from kms_reprieve_cli import command
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.drill.all_steps import STEPS
from tests.unit.test_documents import documents, template, text_of

FENCE: Final = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE: Final = re.compile(r"`([^`\n]+)`")
TOOLS: Final = ("kms-reprieve", "aws", "sam")
CUSTOM: Final = frozenset({("configure", "set")})
"""Operations of the AWS CLI's own, which AWS' API does not have."""

GLOBAL: Final = frozenset({
    *("--query", "--output", "--region", "--profile"),
})  # fmt: skip
CHOICES: Final = {"drill": {step.ID for step in STEPS}, "doctor": {str(group) for group in Group}}


def commands(name: str) -> Iterator[list[str]]:
    """The words of each command of a document that begins with the name of a tool."""
    page = text_of(name)
    fenced = [line for block in FENCE.findall(page) for line in block.replace("\\\n", " ").splitlines()]
    for text in (
        *fenced,
        *INLINE.findall(re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)),
    ):
        for part in re.split(r"\||&&|;|\$\(", text):
            words = split(part)
            if words and (tool := words[0].rpartition("/")[2]) in TOOLS and len(words) > 1:
                yield [tool, *words[1:]]


def split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:  # a quotation mark in a sentence
        return []


def options(words: list[str]) -> list[tuple[str, str]]:
    """Each option with the word that follows it."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return [(word.partition("=")[0], after.rstrip("`.,)")) for word, after in pairs if word.startswith("--")]


@cache
def root() -> Any:
    return typer.main.get_command(command.app)


def operator_command(words: list[str]) -> tuple[str, Any]:
    """The command that words name, `channels check` and the like with both."""
    name, found = "", root()
    for word in words:
        if word.startswith("-") or not hasattr(found, "commands"):
            break
        assert word in found.commands, word
        name, found = word, found.commands[word]
    return name, found


def wrong_in(words: list[str]) -> list[str]:
    """What is wrong with a command; nothing, if it can be run as it stands."""
    tool, rest = words[0], words[1:]
    if tool == "aws":
        return wrong_in_aws(rest)
    if tool == "sam":
        return wrong_in_sam(rest)
    return wrong_in_ours(rest)


def wrong_in_ours(words: list[str]) -> list[str]:
    if not words[0].startswith("-") and words[0] not in root().commands and words[0].isupper():
        return []  # `kms-reprieve COMMAND --help`
    name, found = operator_command(words)
    known = {each for parameter in found.params for each in parameter.opts} | {"--help"}
    wrong = [option for option, _ in options(words) if option not in known]
    chosen = [after for option, after in options(words) if option == "--only" and not after.isupper()]
    return wrong + [each for each in chosen if each not in CHOICES[name]]


@cache
def operations(service: str) -> dict[str, Any]:
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(each, "-"): model.operation_model(each) for each in model.operation_names}


def wrong_in_aws(words: list[str]) -> list[str]:
    service, operation = words[:2]
    if (service, operation) in CUSTOM:
        return []
    if operation not in operations(service):
        return [f"{service} {operation}"]
    shape = operations(service)[operation].input_shape
    members = {f"--{xform_name(each, '-')}" for each in shape.members} if shape else set()
    return [
        option
        for option, _ in options(words)
        if option not in GLOBAL | members and option.replace("--no-", "--", 1) not in members
    ]


SAM: Final = frozenset({
    *("--guided", "--output-template-file", "--parameter-overrides", "--region", "--s3-bucket"),
    *("--stack-name", "--template"),
})  # fmt: skip


def wrong_in_sam(words: list[str]) -> list[str]:
    wrong = [option for option, _ in options(words) if option not in SAM]
    named = re.findall(r"(?<!\S)([A-Z]\w+)=", " ".join(words))
    return wrong + [each for each in named if each not in template()["Parameters"] and not each.isupper()]


@pytest.mark.parametrize("name", documents())
def test_every_command_in_a_document_can_be_run_as_it_stands(name: str) -> None:
    wrong = {" ".join(words): problem for words in commands(name) if (problem := wrong_in(words))}

    assert wrong == {}


def test_commands_are_found_in_the_documents() -> None:
    found = [words for name in documents() for words in commands(name)]

    assert {words[0] for words in found} == set(TOOLS)
    assert {words[1] for words in found if words[0] == "kms-reprieve"} >= {
        *("doctor", "test-notice", "drill", "replay", "audit", "channels")
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kms-reprieve doctor --logs", ["--logs"]),
        ("kms-reprieve drill --only refuse", ["refuse"]),
        ("kms-reprieve channels put FILE --now", ["--now"]),
        ("aws kms schedule-deletion --key-id K", ["kms schedule-deletion"]),
        ("aws kms enable-key --key K", ["--key"]),
        ("aws kms enable-key --key-id K --region R", []),
        ("sam deploy --parameter-overrides Emails=you@example.com", ["Emails"]),
    ],
)
def test_what_is_wrong_with_a_command_is_found(text: str, problem: list[str]) -> None:
    assert wrong_in(shlex.split(text)) == problem
