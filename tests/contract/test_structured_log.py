"""The log: the same in memory and by Powertools."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from reprieve.adapters.structured_log import StructuredLog
from reprieve.ports import Log
from tests.fakes import FakeLog

FUNCTIONS = sorted((Path(__file__).parents[2] / "functions").glob("*/app.py"))
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LEVELS_OF_LAMBDA = {"warning": "WARN", "error": "ERROR", "critical": "FATAL"}

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

    getattr(writer, level)("Queued a notice", key="é\n")

    assert lines() == [(level, "Queued a notice", {"key": "é\n"})]


def logger_of(app: Path) -> Logger:
    """The logger that a function makes."""
    spec = spec_from_file_location(f"app_of_{app.parent.name}", app)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module._logger()  # noqa: SLF001 - a function's app is wiring, and all of it is its own
    assert isinstance(made, Logger)
    return made


@pytest.mark.parametrize("app", FUNCTIONS, ids=lambda app: app.parent.name)
@pytest.mark.parametrize(
    ("configured", "method"), [("WARN", "warning"), ("ERROR", "error"), ("ERROR", "critical")]
)
def test_lambda_can_read_the_level_of_a_function_s_line(
    app: Path,
    configured: str,
    method: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Lambda takes a line without an RFC 3339 timestamp for INFO, and drops it at these levels.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"{app.parent.name}, {method}")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", configured)
    monkeypatch.setenv("TZ", "America/New_York")

    logger = logger_of(app)
    logger.info("It is left out")
    getattr(logger, method)("It is told")

    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (line["level"], line["message"]) == (LEVELS_OF_LAMBDA[method], "It is told")
    assert RFC_3339.fullmatch(line["timestamp"])
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
