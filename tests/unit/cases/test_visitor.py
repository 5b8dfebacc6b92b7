"""Who somebody is, as people and CloudTrail are told."""

import pytest

from reprieve.cases.visitor import AuthMethod, Person, SlackOrigin
from tests.examples import visitor

JANE = Person(issuer="https://login.example.com", subject="00u1", name="Jane Doe", email="jane@example.com")


@pytest.mark.parametrize(
    ("person", "label"),
    [
        (JANE, "Jane Doe (jane@example.com)"),
        (Person(issuer="i", subject="00u1", email="jane@example.com"), "jane@example.com"),
        (Person(issuer="i", subject="00u1", name="Jane Doe"), "Jane Doe"),
        (Person(issuer="i", subject="00u1"), "00u1"),
    ],
)
def test_a_person_is_called_by_the_best_name_there_is(person: Person, label: str) -> None:
    assert person.label == label


def test_a_person_is_the_same_by_issuer_and_subject_alone() -> None:
    renamed = Person(issuer=JANE.issuer, subject=JANE.subject, name="Jane Roe")
    namesake = Person(issuer="https://elsewhere.example", subject=JANE.subject, name=JANE.name)

    assert JANE.is_same(renamed)
    assert not JANE.is_same(namesake)


def test_where_somebody_came_from_is_an_address_or_slack() -> None:
    press = SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS")

    assert visitor().origin == "203.0.113.40"
    assert visitor(source_ip="").origin == "an unknown address"
    assert visitor(source_ip="", slack=press).origin == "Slack"


def test_a_name_that_nobody_checked_is_marked_and_gives_way_to_one_that_is_vouched_for() -> None:
    assert visitor(claimed_name="Jane").label == (
        'Someone with the link from email, who says they are "Jane"'
    )
    assert visitor(claimed_name="The boss", person=JANE).label == "Jane Doe (jane@example.com)"
    assert visitor(claimed_name="Jane").acting == "email"


def test_whom_the_link_was_sent_to_is_said_of_someone_whom_nobody_vouches_for() -> None:
    sent = "jane@example.com"

    assert visitor(sent_to=sent).label == "Someone with the link that was sent to jane@example.com"
    assert visitor(sent_to=sent, person=JANE).label == "Jane Doe (jane@example.com)"
    assert visitor(sent_to=sent).acting == "email"


@pytest.mark.parametrize(
    ("auth_method", "person", "label", "acting"),
    [
        (AuthMethod.LINK, None, "Someone with the link from email", "email"),
        (AuthMethod.NETWORK, None, "Someone with the link from email in the approvers' network", "email"),
        (AuthMethod.SIGN_IN, JANE, "Jane Doe (jane@example.com)", "jane@example.com"),
        (AuthMethod.SIGN_IN, Person(issuer="i", subject="00u1", name="Jane"), "Jane", "00u1"),
    ],
)
def test_a_visitor_is_told_by_name_or_by_what_they_had_to_show(
    auth_method: AuthMethod, person: Person | None, label: str, acting: str
) -> None:
    somebody = visitor(auth_method=auth_method, person=person)

    assert (somebody.label, somebody.acting) == (label, acting)
