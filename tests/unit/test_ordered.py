"""Each folder of pieces has one place that names them all: a file that none names would never be used."""

from pathlib import Path
from types import ModuleType

import pytest

from reprieve.cloudtrail import callers, resources
from reprieve.cloudtrail.callers import sessions
from reprieve.investigate import facts

SHARED = {
    "__init__",
    *("caller", "evidence", "identity_provider", "service_between", "session"),
    *("resource", "context", "summary"),
    *("channel", "fact", "policy", "lookup", "key_facts"),
}


def modules_in(package: ModuleType) -> set[str]:
    folder = Path(str(package.__file__)).parent
    return {file.stem for file in folder.glob("*.py")} - SHARED


def named(modules: tuple[object, ...]) -> list[str]:
    return [module.__name__.rpartition(".")[2] for module in modules if isinstance(module, ModuleType)]


@pytest.mark.parametrize(
    ("package", "modules"),
    [
        (callers, callers.IDENTITIES),
        (sessions, sessions.KINDS),
        (resources, resources.SERVICES),
        (facts, facts.FACTS),
    ],
)
def test_every_file_is_named_once(package: ModuleType, modules: tuple[object, ...]) -> None:
    assert sorted(named(modules)) == sorted(modules_in(package))


def test_a_context_key_belongs_to_one_service() -> None:
    keys = [key for service in resources.SERVICES for key in service.CONTEXT_KEYS]

    assert len(set(keys)) == len(keys)
