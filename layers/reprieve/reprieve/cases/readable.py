"""What the table holds, where one document that can't be understood is to hide no other."""

from typing import TypeVar

from reprieve.cases.serialization import from_json
from reprieve.errors import NotUnderstoodError
from reprieve.ports import Document

_Kept = TypeVar("_Kept")


def readable(kind: type[_Kept], found: Document) -> _Kept | None:
    """Return what a document holds, or None where it can't be understood."""
    try:
        return from_json(kind, found.body)
    except NotUnderstoodError:
        return None
