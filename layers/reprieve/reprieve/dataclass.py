"""Dataclasses that cost a start little: a class's `__init__` is written when it is first called.

The standard library writes and compiles six methods for each of a hundred classes whenever a function starts:
a quarter of the time that this takes. Here the classes share all but `__init__`. The type checker takes them
for the standard library's, and it is the type checker that keeps a frozen one as it is.
See docs/decisions/0026-cold-starts.md.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_ABSENT = object()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> type | Callable[[type], type]:
        """Make a dataclass, by the options of the standard library; a frozen one can be hashed."""
        return _made(cls, **options) if cls else lambda cls: _made(cls, **options)


def _made(cls: Any, *, frozen: bool = False, repr: bool = True, **options: bool) -> Any:  # noqa: A002, ANN401
    made: Any = dataclasses.dataclass(cls, init=False, eq=False, repr=False, **options)
    made.__init__ = _first_init(made)
    made.__eq__, made.__hash__ = _comparison(made)
    if not frozen:
        made.__hash__ = None
    if repr:
        made.__repr__ = _shown
    return made


def _first_init(made: Any) -> Callable[..., None]:  # noqa: ANN401 - a dataclass
    def init(self: Any, *values: object, **named: object) -> None:  # noqa: ANN401 - as above
        own = made.__init__ = _own_init(made)
        own(self, *values, **named)

    return init


def _own_init(made: Any) -> Callable[..., None]:  # noqa: ANN401 - as above
    """Return a class's `__init__`: what the standard library would write, in a quarter of the time."""
    fields = dataclasses.fields(made)
    scope: dict[str, Any] = {"_absent": _ABSENT}
    for field in fields:
        scope |= {f"_default_{field.name}": field.default, f"_make_{field.name}": field.default_factory}
    taken = [field for field in fields if field.init]
    named = [_parameter(field) for field in taken if field.kw_only]
    parameters = (
        "self",
        *(_parameter(field) for field in taken if not field.kw_only),
        *(["*", *named] if named else []),
    )
    ends = ("self.__post_init__()",) if hasattr(made, "__post_init__") else ()
    lines = ("pass", *filter(None, map(_assignment, fields)), *ends)
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines), scope)  # noqa: S102 - names of ours
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _parameter(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name}=_default_{field.name}"
    return field.name if field.default_factory is dataclasses.MISSING else f"{field.name}=_absent"


def _assignment(field: dataclasses.Field[Any]) -> str:
    """Return the line that sets a field; none for one that nobody gives a value."""
    name, is_made = field.name, field.default_factory is not dataclasses.MISSING
    if field.init:
        value = f"_make_{name}() if {name} is _absent else {name}" if is_made else name
    elif field.default is dataclasses.MISSING and not is_made:
        return ""
    else:
        value = f"_make_{name}()" if is_made else f"_default_{name}"
    return f"self.{name} = {value}"


def _comparison(made: Any) -> tuple[Callable[[object, object], bool], Callable[[object], int]]:  # noqa: ANN401
    compared = [field.name for field in dataclasses.fields(made) if field.compare]
    values = attrgetter("__class__", *compared)

    def is_equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return is_equal, hashed


def _shown(self: Any) -> str:  # noqa: ANN401 - a dataclass
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"
