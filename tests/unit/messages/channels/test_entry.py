"""One entry of the document, read strictly."""

import re
from collections.abc import Callable

import pytest

from reprieve.errors import EntryError
from reprieve.messages.channels.entry import Entry

SECRET = "confidential"  # noqa: S105 - what must not be shown
ARN = "arn:aws:sns:eu-west-1:111122223333:notices"


def test_what_is_right_is_read() -> None:
    entry = Entry({
        "name": "ops", "url": "https://x.example/y", "topic": ARN, "link": True, "to": ["a", "b"],
        "inside": {"more": "x"},
    })  # fmt: skip

    assert entry.text("name") == "ops"
    assert entry.optional("name") == "ops"
    assert entry.address("url") == "https://x.example/y"
    assert entry.arn("topic", "sns") == ARN
    assert entry.flag("link") is True
    assert entry.texts("to") == ("a", "b")
    assert entry.inner("inside").text("more") == "x"
    entry.finish()


def test_what_may_be_missing_is_as_usual() -> None:
    entry = Entry({})

    assert (entry.optional("name"), entry.flag("link"), entry.flag("x", default=True)) == ("", False, True)
    entry.finish()


@pytest.mark.parametrize(
    ("value", "read", "said"),
    [
        (None, lambda entry: entry.text("other"), "other is missing"),
        (None, lambda entry: entry.text("x"), "x is not a string"),
        ("", lambda entry: entry.text("x"), "x is not 1 to 2000 characters on one line"),
        (" ", lambda entry: entry.text("x"), "x is not 1 to 2000 characters on one line"),
        (f"{SECRET}\n", lambda entry: entry.text("x"), "x is not 1 to 2000 characters on one line"),
        (SECRET, lambda entry: entry.text("x", limit=3), "x is not 1 to 3 characters on one line"),
        (
            SECRET,
            lambda entry: entry.text("x", re.compile("a")),
            "x does not have the right form",
        ),
        (SECRET, lambda entry: entry.address("x"), "x is not an https URL"),
        (f"http://{SECRET}", lambda entry: entry.address("x"), "x is not an https URL"),
        (SECRET, lambda entry: entry.arn("x", "sns"), "x is not an ARN of the service sns"),
        (ARN, lambda entry: entry.arn("x", "events"), "x is not an ARN of the service events"),
        (SECRET, lambda entry: entry.flag("x"), "x is not true or false"),
        (1, lambda entry: entry.flag("x"), "x is not true or false"),
        (SECRET, lambda entry: entry.texts("x"), "x is not a list of 1 to 100 strings"),
        (["a"] * 101, lambda entry: entry.texts("x"), "x is not a list of 1 to 100 strings"),
        (["a", 1], lambda entry: entry.texts("x"), "x[1] is not a string"),
        (["a", SECRET], lambda entry: entry.texts("x", ("a",)), "x[1] is not known"),
        ([], lambda entry: entry.inner("x"), "x is not an object"),
        ({1: "a"}, lambda entry: entry.inner("x"), "x is not an object"),
        ({}, lambda entry: entry.inner("x").text("y"), "x.y is missing"),
        (SECRET, lambda entry: entry.finish(), "x is not known"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_not_shown(
    value: object, read: Callable[[Entry], object], said: str
) -> None:
    with pytest.raises(EntryError) as refused:
        read(Entry({"x": value}))

    assert str(refused.value) == said


@pytest.mark.parametrize(
    "name",
    [
        "https://confidential",
        "xoxb-1234567890-1234567890-abcdefABCDEF",
        "0123456789abcdef0123456789abcdef",
        "whsec_" + "c" * 32,
    ],
)
def test_a_field_whose_name_could_be_a_value_is_not_shown(name: str) -> None:
    with pytest.raises(EntryError, match=r"^a field is not known$"):
        Entry({name: 1}).finish()


def test_values_are_in_no_representation() -> None:
    assert SECRET not in repr(Entry({"x": SECRET}))
