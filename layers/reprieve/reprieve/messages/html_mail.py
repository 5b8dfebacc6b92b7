"""A story as an HTML mail: one table with inline styles, no image, no script and nothing from elsewhere.

It reads without its styles, in the order of the plain mail. Every text is escaped, and parts are defanged:
mail programs make links of addresses in HTML, too.
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Final

from reprieve.messages.parts import Kind, Part, Room, fitting, parts
from reprieve.messages.story import Story

LIMIT: Final = 30_000
_FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_CODE: Final = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px"
_STYLE: Final = (
    "@media (prefers-color-scheme:dark){"
    ".page{background-color:#16181d!important}.sheet{background-color:#1f2229!important}"
    ".sheet td{color:#e8e9ec!important}.quiet{color:#b4b8c1!important}"
    ".quiet a{color:#9ecbff!important}"
    ".state{background-color:#5a1e16!important;color:#ffffff!important}}"
)
_CELL: Final = "padding:6px 24px;font-size:15px;line-height:1.45;color:#1d2026"
_QUIET: Final = "padding:4px 24px;font-size:13px;line-height:1.4;color:#565c68"


def html(story: Story, why: str) -> str:
    """Return the document; `why` says why the reader gets it."""
    return fitting(lambda room: _document(story, why, room), _size, LIMIT)


def _size(made: str) -> int:
    return len(made.encode())


def _document(story: Story, why: str, room: Room) -> str:
    title, *rest = parts(story, room)
    rows = "".join(_rows([*rest, Part(Kind.SMALL, why)]))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title.text)}</title><style>{_STYLE}</style></head>"
        f'<body class="page" style="margin:0;padding:16px;background-color:#f2f3f5;{_FONT}">'
        '<table class="sheet" role="presentation"'
        ' style="width:100%;max-width:640px;margin:0 auto;background-color:#ffffff;border-collapse:collapse">'
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _rows(found: list[Part]) -> Iterator[str]:
    for part in found:
        yield f"<tr>{_CELLS[part.kind](part)}</tr>"


def _cell(html: str, style: str = _CELL, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<td{named} style="{style}">{html}</td>'


def _text(part: Part) -> str:
    return _cell(escape(part.text))


def _state(part: Part) -> str:
    style = f"{_CELL};background-color:#fbe3df;font-weight:600"
    return _cell(escape(part.text), style, "state")


def _fact(part: Part) -> str:
    return _cell(f"<strong>{escape(part.label)}</strong>: {escape(part.text)}")


def _link(part: Part) -> str:
    address = escape(part.text)
    button = (
        f'<a href="{address}" style="display:inline-block;padding:12px 20px;background-color:#14532d;'
        f'color:#ffffff;font-weight:600;text-decoration:none">{escape(part.label)}</a>'
    )
    return _cell(f'{button}<br><span style="{_CODE};word-break:break-all">{address}</span>')


def _lines(text: str) -> str:
    """Return lines that stay lines: Outlook knows no `white-space`."""
    return "<br>".join(escape(line) for line in text.split("\n"))


def _console(part: Part) -> str:
    return _cell(
        f'<a href="{escape(part.text)}" style="color:#0b57d0">{escape(part.label)}</a>', _QUIET, "quiet"
    )


_CELLS: Final[Mapping[Kind, Callable[[Part], str]]] = {
    Kind.STATE: _state,
    Kind.TEXT: _text,
    Kind.HEADING: lambda part: _cell(f"<strong>{escape(part.text)}</strong>", f"{_CELL};padding-top:18px"),
    Kind.ROW: _text,
    Kind.FACT: _fact,
    Kind.COMMANDS: lambda part: _cell(f'<span style="{_CODE}">{_lines(part.text)}</span>'),
    Kind.LINK: _link,
    Kind.CONSOLE: _console,
    Kind.SMALL: lambda part: _cell(escape(part.text), _QUIET, "quiet"),
}
