"""The log: the same in memory and by Powertools."""

import json
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from reprieve.adapters.structured_log import StructuredLog
from reprieve.ports import Log
from tests.fakes import FakeLog

Lines = Callable[[], Sequence[tuple[str, str, Any]]]


def in_powertools() -> tuple[Log, Lines]:
    stream = StringIO()

    def lines() -> Sequence[tuple[str, str, Any]]:
        found = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [(line["level"].lower(), line["message"], {"key": line["key"]}) for line in found]

    return StructuredLog(Logger(service=f"contract {id(stream)}", stream=stream, level="INFO")), lines


@pytest.fixture(params=["memory", "powertools"])
def log(request: pytest.FixtureRequest) -> tuple[Log, Lines]:
    if request.param == "memory":
        fake = FakeLog()
        return fake, lambda: fake.lines
    return in_powertools()


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_a_line_has_its_level_its_message_and_its_keys(log: tuple[Log, Lines], level: str) -> None:
    writer, lines = log

    getattr(writer, level)("Told of a case", key="é\n")

    assert lines() == [(level, "Told of a case", {"key": "é\n"})]
