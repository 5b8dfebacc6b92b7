"""What is said of the bench is what it measures."""

import re
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from bench import gap
from bench.__main__ import GOALS, is_met
from bench.storm import START, lines
from reprieve.investigate.log_window import LogWindow

ROOT = Path(__file__).parents[2]


def test_the_document_has_the_goals() -> None:
    document = (ROOT / "docs" / "performance.md").read_text("utf-8")
    signs = {"≥": ">=", "≤": "<="}

    found = re.findall(r"^\| `(\w+)` \| [\d.,]+ \| (.) ([\d.]+) \|", document, re.MULTILINE)

    assert {name: (signs[sign], float(value)) for name, sign, value in found} == GOALS


def test_the_gap_is_worked_off_in_the_time_that_the_function_has() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))

    timeout = template["Resources"]["InvestigateFunction"]["Properties"]["Timeout"]

    assert gap.TIMEOUT.total_seconds() == timeout


def test_a_storm_has_as_many_requests_as_lines() -> None:
    window = LogWindow()

    window.take_lines(lines(1000))

    (key,) = window.keys
    assert window.of(key)[START].uses.uses().count == 1000


def test_a_figure_is_held_against_its_goal() -> None:
    assert is_met("parse_ratio", 0.5)
    assert not is_met("parse_ratio", 0.4)
    assert is_met("memory_ratio", 1.2)
    assert not is_met("memory_ratio", 1.3)
    assert is_met("gap_day_pages", 1e9)
