"""What is said where a link or a form leads to no case."""

import pytest

from reprieve.respond.pages import link_outcomes
from tests.case_pages import said


def test_a_bad_link_says_what_to_do_and_names_the_command_that_reviews() -> None:
    page = said(link_outcomes.BAD_LINK)

    assert page.headings[0] == ("h1", "This link is not valid")
    assert "Nothing was changed." in page.text
    assert "Open the latest message and use the whole link in it." in page.text
    assert "kms-reprieve audit" in page.text


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("203.0.113.9", "Your address is 203.0.113.9 (an IPv4 address)."),
        ("2001:db8::1", "Your address is 2001:db8::1 (an IPv6 address)."),
        ("", "Your address is unknown."),
    ],
)
def test_who_is_in_another_network_is_told_their_address(address: str, sentence: str) -> None:
    text = said(link_outcomes.not_from_here(address)).text

    assert f"{sentence} It is not in the approvers' networks." in text
    assert "(VPN)" in text
