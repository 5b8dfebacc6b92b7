"""A page as a person reads it, or has it read to them."""

from dataclasses import dataclass
from html.parser import HTMLParser

_HEADINGS = frozenset({"h1", "h2", "h3"})
_UNSEEN = frozenset({"style", "title"})


@dataclass(frozen=True, slots=True)
class Words:
    """What is on a page.

    Attributes:
        text: All that can be read, on one line.
        headings: Each heading's level and words.
        forms: What each form sends by its last button; a text that has to be given is `(required)`.
        links: Where its links lead, the console aside.
        rows: How many items its lists have.
    """

    text: str
    headings: list[tuple[str, str]]
    forms: list[dict[str, str]]
    links: list[str]
    rows: int


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.links: list[str] = []
        self.rows = 0
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.within = tag
        self.rows += tag == "li"
        if tag in _HEADINGS:
            self.headings.append((tag, ""))
        if tag == "a" and "console.aws.amazon.com" not in (found["href"] or ""):
            self.links.append(found["href"] or "")
        if tag == "form":
            self.forms.append({})
        if tag in {"input", "button"} and found.get("name"):
            value = "(required)" if "required" in found else found.get("value") or ""
            self.forms[-1][str(found["name"])] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == self.within:
            self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within in _UNSEEN:
            return
        self.words.append(data)
        if self.within in _HEADINGS:
            level, words = self.headings[-1]
            self.headings[-1] = (level, words + data)


def read(html: str) -> Words:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    text = " ".join(" ".join(reader.words).split())
    return Words(text, reader.headings, reader.forms, reader.links, reader.rows)
