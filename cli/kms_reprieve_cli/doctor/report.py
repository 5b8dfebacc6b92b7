"""How results are printed: for people, group by group; for programs, as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from kms_reprieve_cli.doctor.check import CheckStatus, Result
from kms_reprieve_cli.doctor.examination import DOCUMENT
from kms_reprieve_cli.terminal import waiting

_STYLES: Final = {
    CheckStatus.PASS: "green",
    CheckStatus.WARN: "yellow",
    CheckStatus.FAIL: "bold red",
    CheckStatus.UNKNOWN: "magenta",
}
_INDENT: Final = " " * 11


@dataclass(frozen=True, slots=True)
class Report:
    """Tells people.

    Attributes:
        console: Where.
        is_verbose: Whether passed checks are listed one by one.
    """

    console: Console
    is_verbose: bool

    def tell(self, results: Iterable[Result]) -> Counter[CheckStatus]:
        """Print each group as soon as it is complete, and how many results of each status there were."""
        counted: Counter[CheckStatus] = Counter()
        groups = groupby(results, lambda result: result.group)
        while found := _next(groups):
            counted.update(result.status for result in found)
            self.console.print(Text(found[0].group, style="bold"))
            for line in self._lines(found):
                self.console.print(line)
            self.console.print()
        self.console.print(_summary(counted))
        return counted

    def _lines(self, found: list[Result]) -> Iterator[Text]:
        well = [result for result in found if result.status is CheckStatus.PASS]
        if well and not self.is_verbose:
            number = len(well)
            yield _line(CheckStatus.PASS, f"{number} check{'' if number == 1 else 's'}")
        for result in found:
            if self.is_verbose or result.status is not CheckStatus.PASS:
                yield _line(result.status, f"{result.id}: {result.what}")
                yield from _advice(result)


def _next(groups: Iterator[tuple[str, Iterator[Result]]]) -> list[Result]:
    """Return the results of the next group; none after the last. Here the checks are made."""
    with waiting("checking"):
        return [result for _, of_group in islice(groups, 1) for result in of_group]


def as_json(results: Iterable[Result]) -> dict[str, Any]:
    """Return what `--json` prints."""
    order = ("id", "group", "status", "what", "cause", "fix", "link")
    return {"checks": [{name: str(asdict(result)[name]) for name in order} for result in results]}


def _line(status: CheckStatus, said: str) -> Text:
    return Text.assemble("  ", (f"{status:9}", _STYLES[status]), said)


def _advice(result: Result) -> Iterator[Text]:
    """Yield one cause and one fix; a passed check needs neither."""
    if result.status is not CheckStatus.PASS:
        yield Text(f"{_INDENT}why: {result.cause}")
        yield Text(f"{_INDENT}fix: {result.fix}")
        if not result.link.startswith(DOCUMENT):
            yield Text(f"{_INDENT}see: {result.link}")


def _summary(counted: Counter[CheckStatus]) -> Text:
    words = {
        CheckStatus.PASS: "passed",
        CheckStatus.WARN: "with a warning",
        CheckStatus.FAIL: "failed",
        CheckStatus.UNKNOWN: "unknown",
    }
    said = ", ".join(f"{counted[status]} {word}" for status, word in words.items() if counted[status])
    worst = next(
        (each for each in (CheckStatus.FAIL, CheckStatus.UNKNOWN, CheckStatus.WARN) if counted[each]),
        CheckStatus.PASS,
    )
    advice = f". {DOCUMENT} explains each check." if worst is not CheckStatus.PASS else "."
    return Text(f"{said}{advice}", style=_STYLES[worst])
