"""What an on-call engineer reads has no word to stumble over: CONTRIBUTING says how we write."""

import re

import pytest

from tests.unit.test_documents import CODE, documents, text_of, tracked

# What is written instead.
WORDS = {
    r"alone": "only",
    r"anew": "again",
    r"beneath": "below",
    r"nor": "and not, or",
    r"but for": "except",
    r"whoever|whomever": "anyone who",
    r"somebody": "someone",
    r"told of": "notified of, told about",
    r"wait(?:s|ed|ing)? to be deleted": "is pending deletion",
    r"(?:what|it|that|this) is (?:not )?so|no longer so": "say what it is",
    r"turned (?:function|provider|deliver|respond|investigate)": "compromised",
    r"ticks? of": "scheduled run",
    r"mend(?:s|ed|ing)?": "repair, fix",
    r"wakes? nobody": "never triggers a notice",
    r"(?<!there )(?:is|are) no (?!longer|more|one|other|such)\w+": "is not a, is not an",
    r"put on record": "recorded",
}
BECAUSE = r"[,;] for (?:it|they|he|she|we|you|there|nobody|people|its|their|mail|AWS|SNS|SQS|KMS)"
"""`for` is also a plain word: this is how it begins where it means because."""

OLD = re.compile(rf"(?:(?<![\w-])(?:{'|'.join(WORDS)})|{BECAUSE})(?![\w-])", re.IGNORECASE)

TEMPLATES = ("template.yaml", "organization/member-role.yaml", "docs/openapi.yaml", "Makefile")
SPOKEN: tuple[str, ...] = ("messages/", "respond/pages/")
"""Where pages and messages have their words, in `layers/reprieve/reprieve`: a file, or a folder and `/`."""


def read_by_people() -> list[str]:
    in_package = [
        name
        for name in tracked()
        for place in SPOKEN
        if name.startswith(f"layers/reprieve/reprieve/{place}") and not name.endswith(".css")
    ]
    of_command = [name for name in tracked() if name.startswith("cli/") and name.endswith(".py")]
    return [*documents(), *TEMPLATES, *in_package, *of_command]


@pytest.mark.parametrize("name", read_by_people())
def test_what_people_read_is_plain_english(name: str) -> None:
    lines = CODE.sub("", text_of(name)).splitlines()

    found = [f"{number}: {word[0]}" for number, line in enumerate(lines, 1) for word in OLD.finditer(line)]

    assert found == []


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("Only those alone who sign in", "alone"),
        ("A key that waits to be deleted", "waits to be deleted"),
        ("GET changes nothing, for mail scanners open links too.", ", for mail"),
        ("Nor has an address a name", "Nor"),
        ("It says what is so.", "what is so"),
        ("This is no address.", "is no address"),
    ],
)
def test_an_old_word_is_found(sentence: str, word: str) -> None:
    assert [found[0] for found in OLD.finditer(sentence)] == [word]


@pytest.mark.parametrize(
    "sentence", ["a standalone key", "One for each, for example.", "`alone_good_p50_ms`", "There is no link."]
)
def test_plain_words_are_not(sentence: str) -> None:
    assert not OLD.search(CODE.sub("", sentence))
