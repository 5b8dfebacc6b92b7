"""JSON filter patterns: what AWS' guide shows, and what it leaves to be refused."""

import json

import pytest

from local.filter_pattern import FilterPatternError, parse

EVENT = {
    "eventSource": "kms.amazonaws.com",
    "eventName": "Decrypt",
    "errorMessage": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd is pending deletion.",
    "sourceIPAddress": "123.123.1.2",
    "responseElements": None,
    "readOnly": True,
    "managementEvent": False,
    "size": 7,
    "ratio": 0.5,
    "text": 'say "yes" \\ no',
    "lines": "one\ntwo",
    "resources": [{"ARN": "arn:1"}, {"ARN": "arn:2", "tags": {"team-name": "orders"}}],
}
RECIPE = (
    '{ ($.eventSource = "kms.amazonaws.com") && (($.errorMessage = "* is pending deletion.")'
    ' || ($.errorMessage = "* is pending replica deletion.")'
    ' || ($.errorMessage = "* is pending deletion (or pending replica deletion).")) }'
)


@pytest.mark.parametrize(
    "pattern",
    [
        RECIPE,
        '{ $.eventSource = kms* && $.errorMessage = "* is pending deletion." }',
        "{$.eventName=Decrypt}",
        '{ $.eventName != "Encrypt" }',
        "{ $.sourceIPAddress = 123.123.* }",
        "{ $.sourceIPAddress != 10.* }",
        "{ $.size = 7 }",
        "{ $.size = 7.0 }",
        "{ $.size = 7e0 }",
        "{ $.size > 6 && $.size >= 7 && $.size < 8 && $.size <= 7 }",
        "{ $.ratio = .5 }",
        "{ $.ratio > -1 }",
        "{ $.size != 8 }",
        "{ $.responseElements IS NULL }",
        "{ $.readOnly IS TRUE }",
        "{ $.readOnly = true }",
        "{ $.managementEvent IS FALSE }",
        "{ $.eventName EXISTS }",
        "{ $.responseElements EXISTS }",
        "{ $.absent NOT EXISTS }",
        "{ $.resources[2] NOT EXISTS }",
        '{ $.resources[0].ARN = "arn:1" }',
        "{ $.resources[1].tags.team-name = orders }",
        r'{ $.text = "say \"yes\" \\ no" }',
        '{ $.lines = "one*two" }',
        "{ $.eventName = Encrypt || $.eventName = Decrypt }",
        "{ $.eventName = Decrypt || $.eventName = Encrypt && $.size = 1 }",
        "{ (($.size = 7)) }",
        "",
        "  ",
    ],
)
def test_an_event_matches_what_is_true_of_it(pattern: str) -> None:
    assert parse(pattern)(json.dumps(EVENT))


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventName = "decrypt" }',
        '{ $.eventName = "Decryp" }',
        '{ $.eventName != "Decrypt" }',
        "{ $.eventName != D* }",
        "{ $.size = 8 }",
        "{ $.size > 7 }",
        "{ $.eventName > 1 }",
        "{ $.readOnly = 1 }",
        "{ $.readOnly > 0 }",
        "{ $.absent = x }",
        "{ $.absent != x }",
        "{ $.absent IS NULL }",
        "{ $.absent EXISTS }",
        "{ $.eventName NOT EXISTS }",
        "{ $.resources = arn }",
        "{ $.resources != arn }",
        "{ $.responseElements != x }",
        "{ $.resources.ARN EXISTS }",
        "{ $.eventName[0] EXISTS }",
        "{ $.resources[0].ARN.more EXISTS }",
        "{ ($.eventName = Decrypt || $.eventName = Encrypt) && $.size = 1 }",
    ],
)
def test_an_event_does_not_match_what_is_not_true_of_it(pattern: str) -> None:
    assert not parse(pattern)(json.dumps(EVENT))


@pytest.mark.parametrize("line", ["", "no JSON", "[]", '"text"', "7", "null", "{", '{"a": 1'])
def test_a_line_that_is_no_json_object_matches_nothing(line: str) -> None:
    assert not parse("{ $.a NOT EXISTS }")(line)


def test_the_other_key_state_has_words_of_its_own() -> None:
    event = {
        **EVENT,
        "errorMessage": "arn:aws:kms:eu-west-1:111122223333:key/mrk-1 is pending replica deletion.",
    }

    assert parse(RECIPE)(json.dumps(event))


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("$.a = 1", "expected { at character 1, found '$.a'"),
        ("{ $.a = 1", "expected } at character 10, found 'the end'"),
        ("{ $.a = 1 } x", "expected end at character 13, found 'x'"),
        ("{ }", "expected selector at character 3, found '}'"),
        ("{ a = 1 }", "expected selector at character 3, found 'a'"),
        ("{ $ = 1 }", "expected a selector such as $.a.b[0] at character 3, found '$'"),
        ("{ $.a..b = 1 }", "expected a selector such as $.a.b[0] at character 3, found '$.a..b'"),
        ("{ $.a[x] = 1 }", "expected a selector such as $.a.b[0] at character 3, found '$.a[x]'"),
        ("{ $.a }", "expected an operator, IS, EXISTS or NOT EXISTS at character 7, found '}'"),
        ("{ $.a IS 1 }", "expected NULL, TRUE or FALSE at character 10, found '1'"),
        ("{ $.a NOT NULL }", "expected EXISTS at character 11, found 'NULL'"),
        ("{ $.a = }", "expected a value at character 9, found '}'"),
        ("{ $.a > b }", "expected a number at character 9, found 'b'"),
        ('{ $.a > "1" }', "expected a number at character 9, found '1'"),
        ("{ $.a = 1 && }", "expected selector at character 14, found '}'"),
        ("{ ($.a = 1 }", "expected ) at character 12, found '}'"),
        ('{ $.a = "b }', "expected a word of a filter pattern at character 9, found '\"'"),
        ("{ $.a = %b% }", "expected a word of a filter pattern at character 9, found '%'"),
        ("{ $.a & $.b }", "expected a word of a filter pattern at character 7, found '&'"),
        ("{ $.a = " + "b" * 1024, "expected at most 1024 characters at character 1, found '1032 characters'"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused_with_its_place(pattern: str, complaint: str) -> None:
    with pytest.raises(FilterPatternError) as refused:
        parse(pattern)

    assert str(refused.value) == complaint
