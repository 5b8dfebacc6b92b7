"""Dataclasses to JSON values and back: one form for the table, the queue and `events/notice.schema.json`.

Times are RFC 3339, keys their ARN, absent values left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache, partial
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from reprieve.arn import KeyArn
from reprieve.clock import parse, rfc3339
from reprieve.errors import NotUnderstoodError

_Value = TypeVar("_Value")
_Convert = Callable[[Any], Any]

_AS_THEY_ARE: Final = frozenset({str, int, float, bool, NoneType})


def to_json(value: object) -> dict[str, Any]:
    """Return a dataclass as an object of JSON values."""
    made: dict[str, Any] = _plain(value)
    return made


def from_json(kind: type[_Value], data: Mapping[str, Any]) -> _Value:
    """Return the `kind` that `data` describes; what it has beside that is passed over.

    Raises:
        NotUnderstoodError: a field is missing, or of another type.
    """
    wanted: Any = kind  # mypy takes no class for hashable
    try:
        made: _Value = _reader(wanted)(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotUnderstoodError(kind.__name__, f"{type(error).__name__}: {error}") from error
    return made


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a field
    kind: Any = type(value)
    return value if kind in _AS_THEY_ARE else _writer(kind)(value)


@cache
def _writer(kind: type) -> _Convert:
    """Return what makes JSON of the values of a type."""
    if issubclass(kind, datetime):
        return rfc3339
    if issubclass(kind, KeyArn):
        return str
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, tuple):
        return lambda value: [_plain(each) for each in value]
    if issubclass(kind, Mapping):
        return lambda value: {name: _plain(each) for name, each in value.items()}
    return _dataclass_writer(kind)


def _dataclass_writer(kind: Any) -> _Convert:  # noqa: ANN401 - a dataclass
    held = [(field.name, field.default is None) for field in fields(kind)]

    def write(value: object) -> dict[str, Any]:
        return {
            name: _plain(each)
            for name, may_be_absent in held
            if (each := getattr(value, name)) is not None or not may_be_absent
        }

    return write


@cache
def _reader(kind: Any) -> _Convert:  # noqa: ANN401 - a type, or several in one
    """Return what makes values of a type of JSON, and raises an error where it can't."""
    origin, parts = get_origin(kind), get_args(kind)
    if NoneType in parts:
        read = _reader(parts[0])
        return lambda data: None if data is None else read(data)
    if origin is tuple:
        read = _reader(parts[0])
        return lambda data: tuple(map(read, _of(list, data)))
    if origin is Mapping:
        read = _reader(parts[1])
        return lambda data: {name: read(each) for name, each in data.items()}
    return _named(kind)


def _named(kind: type) -> _Convert:
    if kind is datetime:
        return parse
    if kind is KeyArn:
        return KeyArn.parse
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    return kind if issubclass(kind, Enum) else partial(_of, kind)


def _dataclass_reader(kind: Callable[..., Any]) -> _Convert:
    types = get_type_hints(kind)
    named = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    readers = {name: _reader(types[name]) for name in named}
    needed = {name for name, field in named.items() if field.default is field.default_factory is MISSING}
    return lambda data: kind(
        **{name: read(data[name]) for name, read in readers.items() if name in data or name in needed}
    )


def _of(kind: type, data: object) -> Any:  # noqa: ANN401 - a value of the kind
    if not isinstance(data, kind):
        raise TypeError(f"{data!r:.100} is no {kind.__name__}")
    return data
