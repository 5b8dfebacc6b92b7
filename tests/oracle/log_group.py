"""The log group: lines under their time of delivery, read page by page, with a filter pattern.

Source: CloudWatch Logs API reference, FilterLogEvents: a page holds at most 1 MB or 10,000 events, "or all
the events found within a time-bounded scan window", so that empty pages with a token may follow one another.
Filter patterns: CloudWatch Logs user guide, "Filter pattern syntax", for JSON.
"""

import json
import re
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any, Final, NamedTuple

PAGE_BYTES: Final = 1_048_576
PAGE_EVENTS: Final = 10_000
QUICK: Final = 0.05
"""Seconds that a page takes where nothing else is said."""

_TOKEN: Final = re.compile(r'\s*(?:(\(|\)|&&|\|\||!=|=)|(\$[\w.\[\]]+)|"((?:[^"\\]|\\.)*)"|([^\s()"=!&|]+))')
_Predicate = Callable[[Any], bool]


class Line(NamedTuple):
    """One event: its timestamp, when it can be read, and its text; `number` orders equal times."""

    at: float
    number: int
    appears: float
    message: str
    length: int


class Scan(NamedTuple):
    """How slowly the log group answers: empty pages for each hour that is read, and seconds a page."""

    empty_an_hour: int = 0
    seconds: float = QUICK


class Question(NamedTuple):
    """What is asked for: lines from `start` up to, and without, `end` that match."""

    start: float
    end: float
    pattern: str


class Page(NamedTuple):
    """A part of the answer; the token leads to the next one, and is "" on the last."""

    lines: list[Line]
    token: str


@dataclass(slots=True)
class LogGroup:
    """The lines, in the order of their timestamps."""

    lines: list[Line] = field(default_factory=list)
    scan: Scan = Scan()  # noqa: RUF009 - a tuple
    written: int = 0

    def copy(self) -> "LogGroup":
        return LogGroup(list(self.lines), self.scan, self.written)

    def put(self, message: str, at: float, appears: float | None = None) -> None:
        """Take a line with its timestamp; it can be read from `appears` on."""
        self.written += 1
        shown = at if appears is None else appears
        insort(self.lines, Line(at, self.written, shown, message, len(message.encode())))

    def between(self, start: float, end: float) -> list[Line]:
        """Return the lines from `start` up to, and without, `end`."""
        first, last = (bisect_left(self.lines, (at,)) for at in (start, end))
        return self.lines[first:last]

    def page(self, question: Question, token: str, now: float) -> Page:
        """Return the next page of what matches and can be read by now; the empty pages come first."""
        empty, at, number = _place(token, question)
        if empty < ceil(self.scan.empty_an_hour * (question.end - question.start) / 3600):
            return Page([], f"{empty + 1}|{at!r}|{number}")
        matches = matching(question.pattern)
        found: list[Line] = []
        size = 0
        for line in self.between(at, question.end):
            if (line.at, line.number) <= (at, number) or line.appears > now or not matches(line.message):
                continue
            if size + line.length > PAGE_BYTES or len(found) == PAGE_EVENTS:
                return Page(found, f"{empty}|{found[-1].at!r}|{found[-1].number}")
            found.append(line)
            size += line.length
        return Page(found, "")


def _place(token: str, question: Question) -> tuple[int, float, int]:
    """Return where a token leads to: the empty pages that there were, and the last line."""
    if not token:
        return 0, question.start, 0
    empty, at, number = token.split("|")
    return int(empty), float(at), int(number)


@lru_cache
def matching(pattern: str) -> Callable[[str], bool]:
    """Return whether a line matches a JSON filter pattern, as a function that remembers lines."""
    predicate = _compiled(pattern)

    @lru_cache(maxsize=4096)
    def matches(message: str) -> bool:
        try:
            record = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return predicate(record)

    return matches


def _compiled(pattern: str) -> _Predicate:
    inside = pattern.strip()
    if not (inside.startswith("{") and inside.endswith("}")):
        raise ValueError(f"not a JSON filter pattern: {pattern}")
    tokens = [match.groups() for match in _TOKEN.finditer(inside[1:-1])]
    predicate, rest = _any_of(tokens)
    if rest:
        raise ValueError(f"not understood: {rest}")
    return predicate


_Tokens = list[tuple[str | Any, ...]]


def _any_of(tokens: _Tokens) -> tuple[_Predicate, _Tokens]:
    left, tokens = _all_of(tokens)
    while tokens and tokens[0][0] == "||":
        right, tokens = _all_of(tokens[1:])
        left = _either(left, right)
    return left, tokens


def _all_of(tokens: _Tokens) -> tuple[_Predicate, _Tokens]:
    left, tokens = _one(tokens)
    while tokens and tokens[0][0] == "&&":
        right, tokens = _one(tokens[1:])
        left = _both(left, right)
    return left, tokens


def _one(tokens: _Tokens) -> tuple[_Predicate, _Tokens]:
    if tokens[0][0] == "(":
        inside, tokens = _any_of(tokens[1:])
        return inside, tokens[1:]
    selector, sign, value = tokens[0][1], tokens[1][0], tokens[2]
    wanted = re.compile(
        ".*".join(map(re.escape, (value[2] if value[2] is not None else value[3]).split("*"))), re.DOTALL
    )
    return _compared(selector.split(".")[1:], wanted, is_equal=sign == "="), tokens[3:]


def _compared(path: list[str], wanted: re.Pattern[str], *, is_equal: bool) -> _Predicate:
    def holds(record: Any) -> bool:
        for name in path:
            if not isinstance(record, dict):
                return False
            record = record.get(name)
        return isinstance(record, str) and bool(wanted.fullmatch(record)) is is_equal

    return holds


def _either(left: _Predicate, right: _Predicate) -> _Predicate:
    return lambda record: left(record) or right(record)


def _both(left: _Predicate, right: _Predicate) -> _Predicate:
    return lambda record: left(record) and right(record)
