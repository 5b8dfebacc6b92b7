"""This package's dataclasses do what the standard library's do."""

import copy
import dataclasses
import pickle
from dataclasses import field, replace
from typing import Any

import pytest

from reprieve.cases.key import LastUse, Unknown
from reprieve.dataclass import dataclass
from reprieve.errors import DeniedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Two numbers, a name that does not count, and a secret."""

    x: int
    y: int = 0
    name: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)
    tags: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Counter:
    """What changes."""

    count: int = 0
    last: int | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True, repr=False)
class Silent:
    """What is not shown."""

    secret: str


@dataclass
class Empty:
    """Nothing."""


def test_values_are_equal_by_what_counts() -> None:
    assert Point(x=1, name="a") == Point(x=1, name="b")
    assert Point(x=1) != Point(x=1, y=1)
    assert Counter(1) == Counter(1)
    assert Empty() == Empty()


def test_a_value_of_another_class_is_another() -> None:
    assert Silent("x").__eq__(Empty()) is NotImplemented
    assert Point(x=1).__eq__(1) is NotImplemented


def test_a_frozen_one_can_be_hashed_and_another_can_t() -> None:
    assert len({Point(x=1, name="a"), Point(x=1, name="b"), Point(x=2)}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Counter(1))


def test_it_is_shown_by_its_fields_without_secrets() -> None:
    assert repr(Point(x=1, secret="hush")) == "Point(x=1, y=0, name='', tags={})"
    assert "hush" not in repr(Silent("hush"))


def test_each_has_its_own_defaults() -> None:
    first, second = Point(x=1), Point(x=2)

    first.tags["a"] = "b"

    assert second.tags == {}


def test_an_argument_that_is_missing_is_named() -> None:
    incomplete: Any = Point
    with pytest.raises(TypeError, match=r"Point.__init__\(\) missing 1 required keyword-only argument: 'x'"):
        incomplete()


def test_the_standard_library_takes_it_for_one_of_its_own() -> None:
    point = Point(x=1, y=2)

    assert replace(point, y=3) == Point(x=1, y=3)
    assert dataclasses.asdict(Counter(4)) == {"count": 4, "last": None}
    assert [each.name for each in dataclasses.fields(Silent)] == ["secret"]
    assert copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(LastUse(operation="Decrypt"))) == LastUse(operation="Decrypt")  # noqa: S301 - its own


def test_an_error_holds_its_fields() -> None:
    error = DeniedError("kms:DescribeKey", "AccessDeniedException", "no")

    assert (error.operation, error.code) == ("kms:DescribeKey", "AccessDeniedException")
    assert error == DeniedError("kms:DescribeKey", "AccessDeniedException", "no")


def test_a_class_that_stands_on_one_calls_its_init_with_what_it_likes() -> None:
    @dataclass(slots=True)
    class Fresh:
        count: int

    class Doubled(Fresh):
        def __init__(self, once: int) -> None:
            super().__init__(once * 2)

    assert [Doubled(3).count, Doubled(3).count] == [6, 6]


def test_it_can_be_matched() -> None:
    match Unknown(fact="a", why="b"):
        case Unknown(fact=fact):
            assert fact == "a"


def everything(made_by: Any) -> Any:
    """A class with each way in which a field gets its value."""

    @made_by(slots=True)
    class Everything:
        given: int
        usual: int = 1
        made: list[int] = field(default_factory=list)
        never: int = field(init=False)
        fixed: int = field(default=2, init=False)
        own: list[int] = field(default_factory=list, init=False)
        named: int = field(default=3, kw_only=True)
        asked: int = field(kw_only=True)

        def __post_init__(self) -> None:
            self.own.append(self.given)

    return Everything


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((7,), {"asked": 4}),
        ((7, 8), {"asked": 4, "named": 5}),
        ((7, 8, [9]), {"asked": 4}),
        ((), {"given": 7, "made": [9], "asked": 4}),
        ((7,), {}),
        ((), {"asked": 4}),
        ((7, 8, [9], 10), {"asked": 4}),
        ((7,), {"asked": 4, "own": [1]}),
        ((7,), {"asked": 4, "other": 1}),
    ],
)
def test_fields_get_their_values_as_the_standard_library_gives_them(
    values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    def made(kind: Any) -> dict[str, Any] | str:
        try:
            of = kind(*values, **named)
        except TypeError as error:
            return str(error)
        return {each.name: getattr(of, each.name, None) for each in dataclasses.fields(of)}

    assert made(everything(dataclass)) == made(everything(dataclasses.dataclass))
