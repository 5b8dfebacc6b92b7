"""Looking into JSON from strangers: any field may be missing, of another type, enormous or hostile.

What comes out is short, of the type that was asked for, and printable on one line:
a line break, a control character or one that turns the direction of the text around
can't leave its place in a message. Escaping for a medium is that medium's own affair.
"""

from collections.abc import Mapping
from typing import Any

_NOTHING: Mapping[str, Any] = {}
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "…"

TEXT_LIMIT = 128
ARN_LIMIT = 640  # an IAM user's path (512) and name (64), and what stands before them


def look(value: object, *path: str) -> object:
    """Return what lies at `path` in nested objects, or None."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: object, *path: str, limit: int = TEXT_LIMIT) -> str:
    """Return the text at `path`, on one line and shortened to `limit` characters; "" if there is none."""
    found = look(value, *path)
    return one_line(found, limit) if isinstance(found, str) else ""


def mapping(value: object, *path: str) -> Mapping[str, Any]:
    """Return the object at `path`; an empty one if there is none."""
    found = look(value, *path)
    return found if isinstance(found, dict) else _NOTHING


def objects(value: object, *path: str) -> tuple[Mapping[str, Any], ...]:
    """Return the objects in the array at `path`, in order, passing over anything else."""
    found = look(value, *path)
    return tuple(item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()


def one_line(value: str, limit: int = TEXT_LIMIT) -> str:
    """Return `value` with every unprintable character replaced, and cut to `limit` characters."""
    shortened = value if len(value) <= limit else value[: limit - 1] + ELLIPSIS
    if shortened.isprintable():
        return shortened
    return "".join(char if char.isprintable() else _REPLACEMENT for char in shortened)
