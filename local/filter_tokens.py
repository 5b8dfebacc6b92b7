"""The words of a filter pattern."""

import re
from dataclasses import dataclass

MAXIMUM_LENGTH = 1024
SCANNER = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<mark>[{}()]|&&|\|\|)
    | (?P<operator><=|>=|!=|=|<|>)
    | (?P<selector>\$[\w.\[\]-]*)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<word>[^\s{}()&|=!<>"%$]+)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word, what it is, and where it stands; marks are their own kind."""

    kind: str
    text: str
    at: int


class FilterPatternError(ValueError):
    """A pattern that can't be read.

    Attributes:
        wanted: what should have stood there.
        found: what does.
    """

    def __init__(self, wanted: str, found: Token) -> None:
        self.wanted = wanted
        self.found = found
        super().__init__(f"expected {wanted} at character {found.at + 1}, found {found.text or 'the end'!r}")


def tokens(pattern: str) -> list[Token]:
    """A pattern's words, ending with one of the kind `end`."""
    if len(pattern) > MAXIMUM_LENGTH:
        long = Token(kind="pattern", text=f"{len(pattern)} characters", at=0)
        raise FilterPatternError(f"at most {MAXIMUM_LENGTH} characters", long)
    found = []
    at = 0
    while at < len(pattern):
        token = scan(pattern, at)
        at += len(token.text)
        found.append(token)
    words = [meaning(token) for token in found if token.kind != "space"]
    return [*words, Token(kind="end", text="", at=at)]


def scan(pattern: str, at: int) -> Token:
    """The word that begins at a place."""
    match = SCANNER.match(pattern, at)
    if match is None or match.lastgroup is None:
        raise FilterPatternError("a word of a filter pattern", Token(kind="?", text=pattern[at], at=at))
    kind = match[0] if match.lastgroup == "mark" else match.lastgroup
    return Token(kind=kind, text=match[0], at=at)


def meaning(token: Token) -> Token:
    """A token without its quotes and escapes."""
    if token.kind != "string":
        return token
    return Token(kind="string", text=re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL), at=token.at)
