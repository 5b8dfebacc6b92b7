"""Whom an id token names, and who of them may decide; what it has to say is in the contract tests."""

from typing import Any

import pytest

from reprieve.errors import NotApproverError, UnverifiedEmailError
from reprieve.respond.id_tokens import ApproverRules, complete, person
from reprieve.untrusted import is_loopback, is_over_tls

JANE = {"iss": "https://id.example", "sub": "jane-0001"}
VERIFIED = {**JANE, "email": "Jane@Example.com", "email_verified": True}
BY_DOMAIN = ApproverRules(domains=frozenset({"example.com"}))
BY_EMAIL = ApproverRules(emails=frozenset({"jane@example.com"}))
BY_GROUP = ApproverRules(groups=frozenset({"key-approvers"}))


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/realms/a?b=c&d=%20", True),
        ("http://127.0.0.1", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost:8080", True),
        ("http://id.example", False),
        ("http://localhost.id.example", False),
        ("http://127.0.0.1.id.example/", False),
        ("http://localhost:80@id.example/", False),
        ("http://localhost:8080\\@id.example/", False),
        ("https://id.example\\evil.example", False),
        ("https://somebody@id.example", False),
        ("https://id.example/\n", False),
        ("https://id.example/ x", False),
        ("https://", False),
        ("HTTPS://id.example", False),
        ("", False),
    ],
)
def test_an_address_is_believed_over_tls_or_on_this_machine(address: str, is_safe: bool) -> None:  # noqa: FBT001
    assert is_over_tls(address) == is_safe


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("http://127.0.0.1:9001/x", True),
        ("https://127.255.0.1", True),
        ("https://[::1]:9001/", True),
        ("https://localhost", True),
        ("https://LOCALHOST.:80/x", True),
        ("https://a.localhost?x", True),
        ("https://localhost.example", False),
        ("https://id.example/localhost", False),
        ("https://id.example/.localhost", False),
        ("https://id.example?://localhost/", False),
        ("https://192.0.2.1/", False),
        ("https://[id.example/", False),
    ],
)
def test_an_address_of_this_machine_is_known_by_its_host(address: str, *, is_here: bool) -> None:
    assert is_loopback(address) == is_here


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ({"name": "Jane Doe"}, "Jane Doe"),
        ({"name": "  Jane\u00a0 Doe "}, "Jane Doe"),
        ({"name": "Jane\n\tDoe"}, "Jane Doe"),
        ({"name": "Jane\x00Doe"}, "Jane\N{REPLACEMENT CHARACTER}Doe"),
        ({"name": "Jane\u202eeoD"}, "Jane\N{REPLACEMENT CHARACTER}eoD"),
        ({"name": "Jane\u200bDoe"}, "Jane\N{REPLACEMENT CHARACTER}Doe"),
        ({"name": "\ud800"}, "\N{REPLACEMENT CHARACTER}"),
        ({"name": "<b>Jane"}, "<b>Jane"),
        ({"name": "\uff2aane"}, "Jane"),
        ({"name": "\ufdfa" * 128}, "صلى الله عليه وسلم" * 3 + "صلى الله …"),
        ({"name": "", "preferred_username": "jane"}, "jane"),
        ({"name": 7, "preferred_username": "jane"}, "jane"),
        ({"name": "boss@example.com"}, None),
        ({"name": "Jane Doe (boss@example.com)"}, None),
        ({"name": "Jane Doe (boss\uff20example.com)"}, None),
        ({"name": "Jane Doe (boss\ufe6bexample.com)", "preferred_username": "jane"}, "jane"),
        ({"preferred_username": "jane@example.com"}, None),
        ({}, None),
    ],
)
def test_a_name_is_on_one_line_and_no_address(says: dict[str, Any], name: str | None) -> None:
    assert person({**JANE, **says}).name == name


def test_a_name_may_be_the_address_that_is_verified() -> None:
    assert person({**VERIFIED, "name": "Jane@example.com"}).label == "Jane@example.com (jane@example.com)"


@pytest.mark.parametrize(
    ("says", "email"),
    [
        ({"email": "jane@example.com", "email_verified": True}, "jane@example.com"),
        ({"email": "Jane@EXAMPLE.com", "email_verified": "true"}, "jane@example.com"),
        ({"email": "jane@example.com", "email_verified": "True"}, None),
        ({"email": "jane@example.com", "email_verified": 1}, None),
        ({"email": "jane@example.com", "email_verified": False}, None),
        ({"email": "jane@example.com"}, None),
        ({"email_verified": True}, None),
        ({"email": ["jane@example.com"], "email_verified": True}, None),
        ({"email": "jane@evil.example@example.com", "email_verified": True}, None),
        ({"email": '"jane doe"@example.com', "email_verified": True}, None),
        ({"email": "jane@example.com\n", "email_verified": True}, None),
        ({"email": "jane@example.\u212aom", "email_verified": True}, None),
        ({"email": "j" * 65 + "@example.com", "email_verified": True}, None),
    ],
)
def test_only_a_verified_plain_address_is_believed(says: dict[str, Any], email: str | None) -> None:
    assert person({**JANE, **says}).email == email


BOSS = {**JANE, "email": "boss@example.com", "email_verified": False}


@pytest.mark.parametrize(
    ("claims", "told", "address"),
    [
        (VERIFIED, {"email": "joe@example.com", "email_verified": False}, ("Jane@Example.com", True)),
        (VERIFIED, {"email": "joe@example.com"}, ("Jane@Example.com", True)),
        (BOSS, {"email": "jane@example.com", "email_verified": True}, ("jane@example.com", True)),
        (BOSS, {"email": "jane@example.com"}, ("jane@example.com", None)),
        (BOSS, {"email_verified": True}, ("boss@example.com", False)),
        (JANE, {"email_verified": True}, (None, None)),
    ],
)
def test_an_address_and_whether_it_is_verified_are_of_one_source(
    claims: dict[str, Any], told: dict[str, Any], address: tuple[str | None, bool | None]
) -> None:
    whole = complete(claims, {"sub": "jane-0001", **told})

    assert (whole.get("email"), whole.get("email_verified")) == address


def test_what_is_told_of_a_person_changes_nothing_of_the_token() -> None:
    told = {"sub": "jane-0001", "iss": "https://evil.example", "aud": "x", "nonce": "x", "groups": ["a"]}

    assert complete({**JANE, "groups": ["b"]}, told) == {**JANE, "groups": ["a"]}


def test_where_nothing_is_told_the_token_stands_alone() -> None:
    assert complete(VERIFIED, {}) == VERIFIED


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (BY_DOMAIN, VERIFIED),
        (BY_EMAIL, VERIFIED),
        (BY_DOMAIN, {**VERIFIED, "email_verified": "true"}),
        (BY_GROUP, {**JANE, "groups": ["others", "key-approvers"]}),
        (BY_GROUP, {**JANE, "groups": "key-approvers"}),
        (BY_GROUP, {**JANE, "groups": [7, None, {}, "key-approvers"]}),
        (
            ApproverRules(groups=frozenset({"a"}), group_claim="cognito:groups"),
            {**JANE, "cognito:groups": ["a"]},
        ),
        (
            ApproverRules(emails=frozenset({"joe@example.com"}), groups=frozenset({"a"})),
            {**VERIFIED, "groups": ["a"], "email_verified": False},
        ),
    ],
)
def test_whoever_is_named_may_decide(rule: ApproverRules, says: dict[str, Any]) -> None:
    rule.admit(says)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (BY_DOMAIN, {**VERIFIED, "email": "jane@sub.example.com"}),
        (BY_DOMAIN, {**VERIFIED, "email": "jane@notexample.com"}),
        (BY_DOMAIN, {**VERIFIED, "email": "example.com"}),
        (BY_DOMAIN, {**VERIFIED, "email": "jane@evil.example@example.com"}),
        (BY_DOMAIN, {**VERIFIED, "email": None}),
        (BY_DOMAIN, JANE),
        (BY_EMAIL, {**VERIFIED, "email": "joe@example.com"}),
        (BY_GROUP, VERIFIED),
        (BY_GROUP, {**JANE, "groups": ["Key-Approvers"]}),
        (BY_GROUP, {**JANE, "groups": ["others key-approvers"]}),
        (BY_GROUP, {**JANE, "groups": {"key-approvers": True}}),
        (BY_GROUP, {**JANE, "groups": [["key-approvers"]]}),
        (BY_GROUP, {**JANE, "roles": ["key-approvers"]}),
        (ApproverRules(), VERIFIED),
    ],
)
def test_whoever_is_not_named_may_not(rule: ApproverRules, says: dict[str, Any]) -> None:
    with pytest.raises(NotApproverError) as caught:
        rule.admit(says)

    assert str(caught.value) == "jane-0001 is not an approver"


@pytest.mark.parametrize("rule", [BY_DOMAIN, BY_EMAIL])
def test_an_address_that_would_do_has_to_be_verified(rule: ApproverRules) -> None:
    with pytest.raises(UnverifiedEmailError) as caught:
        rule.admit({**VERIFIED, "email_verified": False})

    assert str(caught.value) == "the address of jane-0001 is not verified"
