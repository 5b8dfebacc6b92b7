"""Each folder of pieces has one place that names them all: a file that none names would never be used."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from reprieve.cloudtrail import callers, resources
from reprieve.cloudtrail.callers import sessions
from reprieve.investigate import facts
from reprieve.messages import channels
from reprieve.messages.channels import email, slack

FUNCTIONS = Path(__file__).parents[2] / "functions"
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


@pytest.mark.parametrize("function", ["deliver", "health"])
def test_every_channel_is_made_where_notices_are_sent(function: str) -> None:
    app = (FUNCTIONS / function / "app.py").read_text("utf-8")

    made = re.findall(r"yield (\w+)\.NAME, \1\.", app)

    assert sorted(made) == sorted(modules_in(channels))


def test_a_channel_has_a_name_of_its_own() -> None:
    assert [channel.NAME for channel in (email, slack)] == ["email", "slack"]
