"""What a filter pattern asks of one property of an event."""

import json
import operator
import re
from collections.abc import Callable

from local.filter_tokens import FilterPatternError, Token

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
