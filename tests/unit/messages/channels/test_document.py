"""The document of channels: what is good is kept, and what is wrong is named."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from reprieve.messages import channels
from reprieve.messages.channels.document import TYPES, Document, read_document
from tests.fakes import FakeTools

SHARED = {
    *(
        "__init__",
        "channel",
        "configured",
        "document",
        "entry",
        "mention",
        "posting",
        "route",
        "slack_app_entry",
    )
}
GOOD = {"name": "ops", "type": "slack-webhook", "url": "https://hooks.slack.example/T0/confidential"}


def read(*entries: object, taken: tuple[str, ...] = ()) -> Document:
    return read_document(json.dumps({"channels": entries}), FakeTools(), taken)


def faults(document: Document) -> list[str]:
    return [str(fault) for fault in document.faults]


def test_every_type_has_a_module_of_its_name_and_every_module_is_a_type() -> None:
    folder = Path(str(channels.__file__)).parent
    modules = {file.stem.replace("_", "-") for file in folder.glob("*.py")} - {
        name.replace("_", "-") for name in SHARED
    }

    assert sorted(modules) == list(TYPES)
    for kind in TYPES:
        assert kind == import_module(f"{channels.__name__}.{kind.replace('-', '_')}").TYPE


def test_a_type_is_imported_only_where_it_is_configured() -> None:
    """In a process of its own, in which no other test has imported anything."""
    program = (
        "import sys, json; from reprieve.messages.channels.document import TYPES, read_document;"
        "from tests.fakes import FakeTools;"
        f"read_document({json.dumps({'channels': [GOOD]})!r}, FakeTools());"
        "print(json.dumps([kind for kind in TYPES"
        " if 'reprieve.messages.channels.' + kind.replace('-', '_') in sys.modules]))"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(told.stdout) == ["slack-webhook"]


def test_good_entries_are_kept_beside_broken_ones() -> None:
    document = read(GOOD, {"name": "typo"}, GOOD | {"name": "dev"})

    assert [channel.name for channel, _ in document.channels] == ["ops", "dev"]
    assert [(str(fault), fault.name) for fault in document.faults] == [
        ("channels[1] (typo): type is missing", "typo")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("confidential", "the document: is not JSON"),
        ("[" * 100_000, "the document: is not JSON"),
        ("[]", "the document: is not an object"),
        ("{}", "the document: channels is missing"),
        ('{"channels": {}}', "the document: channels is not a list of 1 to 50 channels"),
        ('{"channels": []}', "the document: channels is not a list of 1 to 50 channels"),
        (json.dumps({"channels": [GOOD] * 51}), "the document: channels is not a list of 1 to 50 channels"),
        ('{"channels": [], "more": "confidential"}', "the document: more is not known"),
    ],
)
def test_a_document_that_is_none_is_told(text: str, said: str) -> None:
    document = read_document(text, FakeTools())

    assert faults(document) == [said]
    assert document.channels == ()


def test_a_document_may_name_its_schema() -> None:
    text = json.dumps({"$schema": "channels.schema.json", "channels": [GOOD]})

    assert faults(read_document(text, FakeTools())) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("confidential", "channels[0]: is not an object"),
        (GOOD | {"name": "Confidential"}, "channels[0]: name does not have the right form"),
        (GOOD | {"name": 7}, "channels[0]: name is not a string"),
        (GOOD | {"type": "confidential"}, "channels[0] (ops): type is not known"),
        (GOOD | {"type": "configured"}, "channels[0] (ops): type is not known"),
        (GOOD | {"url": "confidential"}, "channels[0] (ops): url is not an https URL"),
        (GOOD | {"urls": "confidential"}, "channels[0] (ops): urls is not known"),
        (GOOD | {"only": {"reasons": ["confidential"]}}, "channels[0] (ops): only.reasons[0] is not known"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_never_by_its_value(entry: Any, said: str) -> None:
    assert faults(read(entry)) == [said]


def test_a_name_is_that_of_one_channel() -> None:
    document = read(GOOD, GOOD, GOOD | {"name": "email"}, taken=("email",))

    assert faults(document) == [
        "channels[1] (ops): name is already used by another channel",
        "channels[2] (email): name is already used by another channel",
    ]
