"""Forms: what they say, and that they came from the page."""

import re

import pytest

from reprieve.cases.decision import Choice
from reprieve.respond.forms import COOKIE, CsrfSecret, Form, SeenForm, is_same_origin

LINK = "v1a.claims.mac"
ORIGIN = "https://abc123.execute-api.eu-west-1.amazonaws.com"
HELD = CsrfSecret("s" * 43, is_new=False)


def form(fields: str = "decision=cancel") -> Form:
    return Form.read(f"{fields}&decisions=3&token={HELD.token(LINK)}".encode())


def test_a_browser_is_given_a_secret_once_and_keeps_it() -> None:
    first = CsrfSecret.of({})
    (header,) = first.set_cookie

    again = CsrfSecret.of({COOKIE: first.value})

    assert re.fullmatch(r"__Host-reprieve-form=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax", header)
    assert again == CsrfSecret(first.value, is_new=False)
    assert again.set_cookie == ()
    assert CsrfSecret.of({}).value != first.value


@pytest.mark.parametrize("cookie", ["", "short", "é" * 43, "x" * 44])
def test_what_is_no_secret_of_ours_is_replaced(cookie: str) -> None:
    assert CsrfSecret.of({COOKIE: cookie}).is_new


def test_a_form_is_of_its_page_in_its_browser() -> None:
    assert form().is_of(HELD, LINK)


def test_a_form_of_another_link_or_another_browser_or_without_a_cookie_is_not() -> None:
    assert not form().is_of(HELD, "v1a.claims.other")
    assert not form().is_of(CsrfSecret("t" * 43, is_new=False), LINK)
    assert not form().is_of(CsrfSecret(HELD.value, is_new=True), LINK)
    assert not Form.read(b"decision=cancel&decisions=0").is_of(HELD, LINK)
    assert not Form.read(b"decision=cancel&decisions=0&token=%C3%A9").is_of(HELD, LINK)


@pytest.mark.parametrize(
    ("fields", "choice", "enable", "why"),
    [
        ("decision=cancel&enable=yes", Choice.CANCEL, True, ""),
        ("decision=cancel", Choice.CANCEL, False, ""),
        ("decision=cancel&enable=on&why=ask+me", Choice.CANCEL, False, "ask me"),
        ("decision=enable", Choice.ENABLE, True, ""),
        (
            "decision=keep&enable=yes&why=%20meant%0Aso%20",
            Choice.KEEP,
            False,
            "meant\N{REPLACEMENT CHARACTER}so",
        ),
    ],
)
def test_a_form_says_what_is_chosen_and_why(fields: str, choice: Choice, enable: bool, why: str) -> None:  # noqa: FBT001 - a case
    read = form(fields)

    assert (read.choice, read.enable, read.why, read.decisions) == (choice, enable, why, 3)


def test_a_name_is_one_short_line() -> None:
    read = form("decision=cancel&name=+Jane%0ADoe" + "x" * 100)

    assert read.name.startswith("Jane\N{REPLACEMENT CHARACTER}Doexx")
    assert len(read.name) == 64
    assert form().name == ""


def test_what_somebody_wrote_does_not_end_the_quotation_marks_that_it_is_shown_in() -> None:
    sent = form('decision=keep&name=Jane"+and+signed+in+as+"Joe&why=old".+Everybody+agreed+to+"it')

    assert (sent.name, sent.why) == ("Jane' and signed in as 'Joe", "old'. Everybody agreed to 'it")


@pytest.mark.parametrize("decisions", ["", "-1", "1.0", "1" * 10, "%C2%B2", "x"])
def test_a_number_of_decisions_that_is_none_is_refused(decisions: str) -> None:
    with pytest.raises(ValueError, match="decisions is not a number"):
        Form.read(f"decision=cancel&decisions={decisions}".encode())


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": ORIGIN}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": ORIGIN}, True),
        ({"origin": "null"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": ORIGIN.replace("https", "http")}, False),
        ({}, True),
    ],
)
def test_a_form_from_another_site_is_told_by_the_browser(headers: dict[str, str], is_ours: bool) -> None:  # noqa: FBT001 - a case
    assert is_same_origin(headers, ORIGIN) is is_ours


def test_the_form_of_a_test_notice_says_that_it_was_seen_and_decides_nothing() -> None:
    sent = SeenForm.read(f"decision=seen&name=%20Jane%20&token={HELD.token(LINK)}".encode())

    assert (sent.name, sent.is_of(HELD, LINK)) == ("Jane", True)
    for other in (b"decision=cancel", b"decision=keep&why=x", b"", b"decision=seen&decision=cancel"):
        with pytest.raises(ValueError, match=r"twice|something else"):
            SeenForm.read(other)


def test_a_case_s_form_that_says_seen_is_none() -> None:
    with pytest.raises(ValueError, match="seen"):
        Form.read(b"decision=seen&decisions=0")
