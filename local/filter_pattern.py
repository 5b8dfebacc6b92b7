"""JSON filter patterns of CloudWatch Logs, for the one service that the emulator lacks.

Source: "Filter pattern syntax for metric filters" in the CloudWatch Logs user guide. What the guide leaves
open is decided in one way here: a comparison with a property that the event does not have is false, `!=` too.
Regular expressions (`%…%`) are not understood.

    pattern    = "{" either "}"
    either     = both { "||" both }
    both       = term { "&&" term }
    term       = "(" either ")" | selector test
    test       = operator value | "IS" ("NULL" | "TRUE" | "FALSE") | ["NOT"] "EXISTS"
"""

import json
import operator
import re
from collections.abc import Callable

from local.filter_tokens import FilterPatternError, Token, tokens

__all__ = ["FilterPatternError", "parse"]

Test = Callable[[object], bool]
ORDERINGS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ABSENT = object()
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
SELECTOR = re.compile(r"\$(\.[\w-]+|\[\d+\])+")
STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")


def parse(pattern: str) -> Callable[[str], bool]:
    """A predicate over log lines; an empty pattern matches every line, a line that is no JSON object none.

    Raises:
        FilterPatternError: the pattern is not one of a JSON filter.
    """
    if not pattern.strip():
        return lambda _line: True
    test = Parser(pattern).whole()
    return lambda line: test_line(test, line)


def test_line(test: Test, line: str) -> bool:
    """Evaluate a pattern on one log line."""
    try:
        event = json.loads(line)
    except ValueError:
        return False
    return isinstance(event, dict) and test(event)


class Parser:
    """A recursive descent over the tokens of one pattern."""

    def __init__(self, pattern: str) -> None:
        self.tokens = tokens(pattern)
        self.next = 0

    def whole(self) -> Test:
        """A pattern from its first brace to its last."""
        self.expect("{")
        test = self.either()
        self.expect("}")
        self.expect("end")
        return test

    def either(self) -> Test:
        """Terms joined by `||`, which binds less than `&&`."""
        tests = [self.both()]
        while self.accept("||"):
            tests.append(self.both())
        return lambda event: any(test(event) for test in tests)

    def both(self) -> Test:
        """Terms joined by `&&`."""
        tests = [self.term()]
        while self.accept("&&"):
            tests.append(self.term())
        return lambda event: all(test(event) for test in tests)

    def term(self) -> Test:
        """Something in parentheses, or a property and what is asked of it."""
        if self.accept("("):
            test = self.either()
            self.expect(")")
            return test
        steps = path(self.expect("selector"))
        test = self.test()
        return lambda event: test(find(event, steps))

    def test(self) -> Test:
        """What is asked of a property's value."""
        token = self.take()
        match token.kind, token.text:
            case "operator", sign:
                return comparison(sign, self.take())
            case "word", "IS":
                return constant(self.expect("word"))
            case "word", "EXISTS":
                return lambda value: value is not ABSENT
            case "word", "NOT":
                self.expect("word", "EXISTS")
                return lambda value: value is ABSENT
            case _:
                raise FilterPatternError("an operator, IS, EXISTS or NOT EXISTS", token)

    def accept(self, kind: str) -> bool:
        """Take the next token if it is of a kind."""
        found = self.tokens[self.next].kind == kind
        self.next += found
        return found

    def expect(self, kind: str, text: str | None = None) -> Token:
        """Take the next token, which has to be of a kind."""
        token = self.take()
        if token.kind != kind or (text is not None and token.text != text):
            raise FilterPatternError(text or kind, token)
        return token

    def take(self) -> Token:
        """Take the next token; the end is never passed."""
        token = self.tokens[self.next]
        self.next += token.kind != "end"
        return token


def path(selector: Token) -> list[str | int]:
    """`$.resources[0].ARN` as `["resources", 0, "ARN"]`."""
    if not SELECTOR.fullmatch(selector.text):
        raise FilterPatternError("a selector such as $.a.b[0]", selector)
    return [int(index) if index else name for name, index in STEP.findall(selector.text)]


def find(event: object, steps: list[str | int]) -> object:
    """The value at a path, or ABSENT."""
    for step in steps:
        match event, step:
            case dict(), str() if step in event:
                event = event[step]
            case list(), int() if step < len(event):
                event = event[step]
            case _:
                return ABSENT
    return event


def constant(word: Token) -> Test:
    """`IS NULL`, `IS TRUE` or `IS FALSE`."""
    values = {"NULL": None, "TRUE": True, "FALSE": False}
    if word.text not in values:
        raise FilterPatternError("NULL, TRUE or FALSE", word)
    return lambda value: value is values[word.text]


def comparison(sign: str, value: Token) -> Test:
    """A property's value against the one in the pattern."""
    if value.kind not in {"word", "string"}:
        raise FilterPatternError("a value", value)
    if sign in ORDERINGS:
        return ordering(ORDERINGS[sign], value)
    equal = equality(value)
    if sign == "=":
        return equal
    return lambda found: text_of(found) is not None and not equal(found)


def ordering(compare: Callable[[float, float], bool], value: Token) -> Test:
    """A comparison of size, which numbers alone have."""
    if not is_number(value):
        raise FilterPatternError("a number", value)
    bound = float(value.text)
    return lambda found: is_numeric(found) and compare(float(str(found)), bound)


def equality(value: Token) -> Test:
    """Equality of numbers as numbers, of anything else as text, in which `*` stands for any text."""
    wanted = re.compile(".*".join(map(re.escape, value.text.split("*"))), re.DOTALL)
    number = float(value.text) if is_number(value) else None

    def test(found: object) -> bool:
        if number is not None and is_numeric(found):
            return float(str(found)) == number
        text = text_of(found)
        return text is not None and wanted.fullmatch(text) is not None

    return test


def is_number(value: Token) -> bool:
    """Whether a value of the pattern is a number."""
    return value.kind == "word" and NUMBER.fullmatch(value.text) is not None


def is_numeric(found: object) -> bool:
    """Whether a value of the event is a number."""
    return isinstance(found, int | float) and not isinstance(found, bool)


def text_of(found: object) -> str | None:
    """A value of the event as text; None for what has none: null, an object, an array, nothing at all."""
    match found:
        case str():
            return found
        case bool() | int() | float():
            return json.dumps(found)
        case _:
            return None
