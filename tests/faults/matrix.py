"""All cells, and the table of them in `docs/reliability.md`: `python -m tests.faults` writes it."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults import audit, deliver, health, investigate, respond, subscribe
from tests.faults.cells import Cell, Row, Seen
from tests.faults.clients import short_outside
from tests.faults.weather import Fault, Span
from tests.faults.world import properties

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN: Final = "<!-- Written by `python -m tests.faults`. -->"
END: Final = "<!-- The end of what is written. -->"

_TABLE: Final = re.compile(rf"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Function:
    """A function's rows, and how one is run."""

    rows: tuple[Row, ...]
    run: Callable[[Cell], Seen]


FUNCTIONS: Final[Mapping[str, Function]] = {
    "investigate": Function(investigate.ROWS, investigate.run),
    "deliver": Function(deliver.ROWS, deliver.run),
    "health": Function(health.ROWS, health.run),
    "respond": Function(respond.ROWS, respond.run),
    "audit": Function(audit.ROWS, audit.run),
    "subscribe": Function(subscribe.ROWS, subscribe.run),
}
COLUMNS: Final[Mapping[str, tuple[Fault, Span]]] = {
    **{fault.value: (fault, Span.LASTING) for fault in Fault},
    "lost once": (Fault.LOST, Span.ONCE),
}

Place = tuple[str, str, str]
"""A cell by the names of its function, its row and its column."""


def cells() -> Iterator[tuple[Place, Cell]]:
    """Yield every cell with its place."""
    for name, function in FUNCTIONS.items():
        for row in function.rows:
            for column, (fault, span) in COLUMNS.items():
                yield (name, row.name, column), Cell(row, fault, span)


def observe(function: str, cell: Cell) -> str:
    """Run a cell; return what came of it, in the function's time."""
    scaled = cell.is_outside and cell.fault is Fault.TIMEOUT
    with short_outside() if scaled else nullcontext():
        seen = FUNCTIONS[function].run(cell)
    assert seen.weather.struck or cell.refuses(cell.call), "the call was not made: the row is stale"
    assert seen.weather.seconds <= properties(function)["Timeout"], seen.weather.seconds
    return seen.word


def written() -> dict[Place, str]:
    """Return what the document says of each cell."""
    found = _TABLE.search(DOCUMENT.read_text("utf-8"))
    assert found
    said: dict[Place, str] = {}
    function, columns = "", list[str]()
    for line in found[0].splitlines():
        if line.startswith("### "):
            function, columns = line.removeprefix("### "), []
        elif line.startswith("| ") and not columns:
            columns = _parts(line)[1:]
        elif line.startswith("| ") and not line.startswith("| ---"):
            row, *words = _parts(line)
            said |= {
                (function, row.replace("`", ""), column): word
                for column, word in zip(columns, words, strict=True)
            }
    return said


def rewrite(observed: Mapping[Place, str]) -> None:
    """Write what was observed into the document."""
    text = "\n".join([BEGIN, *(line for name in FUNCTIONS for line in _section(name, observed)), "", END])
    document = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(_TABLE.sub(lambda _: text, document), "utf-8")


def _section(name: str, observed: Mapping[Place, str]) -> Iterator[str]:
    yield from ("", f"### {name}", "")
    yield _line(["call", *COLUMNS])
    yield _line(["---"] * (1 + len(COLUMNS)))
    for row in FUNCTIONS[name].rows:
        yield _line([_title(row), *(observed[name, row.name, column] for column in COLUMNS)])


def _title(row: Row) -> str:
    code = f"`{row.call}`" if not row.call[0].isupper() else row.call
    return f"{code}, {row.moment}" if row.moment else code


def _line(parts: list[str]) -> str:
    return f"| {' | '.join(parts)} |"


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.strip("|").split("|")]
