"""Dataclasses to JSON values and back: one form for the table, the queue and `events/notice.schema.json`.

Times are RFC 3339, keys their ARN, absent values left out.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from reprieve.arn import KeyArn
from reprieve.clock import parse, rfc3339
from reprieve.errors import NotUnderstoodError

_Value = TypeVar("_Value")


def to_json(value: object) -> dict[str, Any]:
    """Return a dataclass as an object of JSON values."""
    made: dict[str, Any] = _converter().unstructure(value)
    return made


def from_json(kind: type[_Value], data: Mapping[str, Any]) -> _Value:
    """Return the `kind` that `data` describes; what it has beside that is passed over.

    Raises:
        NotUnderstoodError: a field is missing, or of another type.
    """
    try:
        return _converter().structure(data, kind)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotUnderstoodError(kind.__name__, f"{type(error).__name__}: {error}") from error


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, rfc3339)
    converter.register_structure_hook(datetime, lambda text, _: parse(text))
    converter.register_unstructure_hook(KeyArn, str)
    converter.register_structure_hook(KeyArn, lambda text, _: KeyArn.parse(text))
    converter.register_unstructure_hook_factory(is_dataclass, lambda kind: _without_absent(kind, converter))
    converter.register_unstructure_hook(KeyArn, str)
    return converter


def _without_absent(kind: type, converter: Converter) -> Any:  # noqa: ANN401 - cattrs' own type for a hook
    absent = {field.name: override(omit_if_default=True) for field in fields(kind) if _may_be_absent(field)}
    return make_dict_unstructure_fn(kind, converter, **absent)  # type: ignore[arg-type]


def _may_be_absent(field: "Field[Any]") -> bool:
    return field.default is None and field.default_factory is MISSING
