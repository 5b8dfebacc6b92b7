"""JSON from strangers: what is asked for, or nothing."""

import pytest

from reprieve.untrusted import look, mapping, objects, one_line, text

RECORD = {"who": {"name": "jane", "age": 7, "tags": [{"a": 1}, "x", None, {"b": 2}]}, "none": None}


def test_a_value_is_found_at_its_path() -> None:
    assert look(RECORD, "who", "age") == 7


@pytest.mark.parametrize("path", [("nobody",), ("who", "name", "first"), ("none", "x"), ("who", "tags", "a")])
def test_nothing_is_found_where_there_is_no_path(path: tuple[str, ...]) -> None:
    assert look(RECORD, *path) is None


def test_text_is_text_or_empty() -> None:
    assert text(RECORD, "who", "name") == "jane"
    assert text(RECORD, "who", "age") == ""
    assert text(["x"], "who") == ""


def test_an_object_is_an_object_or_empty() -> None:
    assert mapping(RECORD, "who")["name"] == "jane"
    assert mapping(RECORD, "none") == {}
    assert mapping(RECORD, "who", "tags") == {}


def test_of_an_array_only_the_objects_are_taken() -> None:
    assert objects(RECORD, "who", "tags") == ({"a": 1}, {"b": 2})
    assert objects(RECORD, "who") == ()
    assert objects(RECORD, "nobody") == ()


def test_what_can_be_shown_stays_as_it_is() -> None:
    assert one_line("Überprüfung 訂單 <b> & 'x'") == "Überprüfung 訂單 <b> & 'x'"


@pytest.mark.parametrize(
    "unprintable",
    [
        "\n",
        "\r",
        "\0",
        "\x1b",
        "\x85",
        "\u2028",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
        "\N{ZERO WIDTH SPACE}",
        "\ud800",
    ],
)
def test_what_can_leave_its_line_is_replaced(unprintable: str) -> None:
    assert one_line(f"a{unprintable}b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\u3164", "\N{REPLACEMENT CHARACTER}"),
        ("team\u2800orders\u034f", "team\N{REPLACEMENT CHARACTER}orders\N{REPLACEMENT CHARACTER}"),
        ("e" + "\u0301\u0323" * 50, "e\u0301\u0323\u0301"),
        ("Việt Nam, Vie\u0302\u0323t Nam", "Việt Nam, Vie\u0302\u0323t Nam"),
        ("\ufe0f\U000e0100\u180b" * 5, ""),
        ("\u17b4", "\N{REPLACEMENT CHARACTER}"),
        ("prod \u2764\ufe0f", "prod \u2764"),
        ("\u0e01" + "\u0e47" * 40, "\u0e01" + "\u0e47" * 3),
        ("\u0628" + "\u064e" * 40, "\u0628" + "\u064e" * 3),
    ],
    ids=[
        *("of nothing", "with gaps", "a tower", "a language", "of variants", "a vowel that is not drawn"),
        *("an emoji", "a tower in Thai", "a tower in Arabic"),
    ],
)
def test_nothing_is_there_that_nobody_sees_or_that_covers_other_lines(written: str, shown: str) -> None:
    assert one_line(written) == shown


def test_what_is_too_long_is_cut_and_shows_it() -> None:
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"
