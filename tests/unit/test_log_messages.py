"""The messages that functions log: constant, plain, and all of them in the document about operations."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reprieve.ports import log_messages
from tests.unit.test_documents import ROOT, rows
from tests.unit.test_plain_english import OLD

LEVELS: Final = frozenset({"info", "warning", "error", "exception"})
SOURCES: Final = sorted([*(ROOT / "layers").rglob("*.py"), *(ROOT / "functions").rglob("*.py")])
ADAPTER: Final = ROOT / "layers/reprieve/reprieve/adapters/structured_log.py"


def logged() -> Iterator[tuple[Path, ast.expr]]:
    """The first argument of each call of a log."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and path != ADAPTER and _is_of_log(node.func):
                yield path, node.args[0]


def _is_of_log(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr not in LEVELS:
        return False
    return ast.unparse(function.value) in {"self.log", "log", "_logger()", "self.logger"}


def said(argument: ast.expr) -> str:
    """The message; a name is that of a constant that others look for."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    assert isinstance(argument, ast.Name), ast.unparse(argument)
    return str(getattr(log_messages, argument.id))


MESSAGES: Final = sorted({said(argument) for _, argument in logged()})


def test_operations_lists_every_message_and_no_other() -> None:
    listed = {message.strip("`") for message, *_ in rows("docs/operations.md", "`message`")}

    assert listed == set(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_one_plain_sentence(message: str) -> None:
    assert message[0].isupper()
    assert not message.endswith(".")
    assert not OLD.search(message)
    assert not {"was not", "were not", "Passed over", "told"} & {message, *message.split()}


def test_a_message_that_others_look_for_is_written_once() -> None:
    shared = {value for name, value in vars(log_messages).items() if name.isupper()}

    for path in SOURCES:
        if path.name != "log_messages.py":
            literals = {
                node.value
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.Constant)
            }
            assert not shared & {each for each in literals if isinstance(each, str)}, path
