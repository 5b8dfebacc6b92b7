"""What is installed: an operator gets what the tests had, and the command's own list is the package's."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def wanted(file: Path) -> Iterator[str]:
    """The packages that a file of requirements names, those of the files in it included."""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("-r "):
            yield from wanted((file.parent / line.removeprefix("-r ")).resolve())
        elif line and not line.startswith("#"):
            yield line


def pinned(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text("utf-8")))


def test_the_package_depends_on_what_the_command_and_the_layer_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["dependencies"] == sorted(wanted(ROOT / "requirements" / "operator.in"))


def test_what_an_operator_gets_is_what_is_tested() -> None:
    operator, tested = pinned("requirements/operator.txt"), pinned("requirements/development.txt")

    assert operator
    assert operator.items() <= tested.items()
    assert pinned("layers/reprieve/requirements.txt").items() <= operator.items()
