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
from collections.abc import Callable

from local.filter_tests import ABSENT, Test, comparison, constant, find, path
from local.filter_tokens import FilterPatternError, Token, tokens

__all__ = ["FilterPatternError", "parse"]


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
