"""A browser's way to the provider and back, what it holds meanwhile, and the hour that follows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import pytest

from reprieve.cases.visitor import Person
from reprieve.errors import (
    AwsError,
    IdTokenError,
    LostSignInError,
    MalformedLinkError,
    ProviderError,
    RefusedSignInError,
    SettingsError,
    SignInError,
    UnreachableError,
)
from reprieve.ports import Document
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.settings import SignInSettings
from reprieve.respond.sign_in import SESSION_COOKIE, SIGN_IN_COOKIE, Entered, SignIn
from tests.fakes import NOW, FakeClock, FakeTable
from tests.identity import FakeProvider, held

LINK = "v1a.WyJhcm4.c2lnbmVk"
JANE = Person(issuer="https://id.example", subject="jane-0001", name="Jane Doe", email="jane@example.com")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def provider(clock: FakeClock) -> FakeProvider:
    return FakeProvider(clock)


@pytest.fixture
def sign_in(provider: FakeProvider, table: FakeTable, clock: FakeClock) -> SignIn:
    return SignIn(
        provider=provider, rule=ApproverRules(domains=frozenset({"example.com"})), table=table, clock=clock
    )


def state(cookie: str) -> str:
    return held(cookie)[SIGN_IN_COOKIE].partition(".")[0]


def back(sign_in: SignIn, query: dict[str, str], cookies: dict[str, str]) -> Entered:
    """Come back from the provider."""
    return sign_in.finish(sign_in.pending(query, cookies), query)


def entered(sign_in: SignIn, provider: FakeProvider) -> dict[str, str]:
    """The cookies of a browser in which Jane has signed in."""
    begun = sign_in.begin(LINK)
    done = back(sign_in, provider.log_in(begun.address), held(begun.cookie))
    return held(*done.cookies)


def test_a_sign_in_that_begins_is_in_the_browser_alone(sign_in: SignIn, table: FakeTable) -> None:
    begun = sign_in.begin(LINK)

    form = re.compile(
        r"__Host-reprieve-sign-in=[\w-]{43}\.[\w-]{43}\.[\w-]{43}\.1795359600\.v1a\.WyJhcm4\.c2lnbmVk"
        r"; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax",
        re.ASCII,
    )
    assert form.fullmatch(begun.cookie)
    assert not table.documents


def test_no_two_sign_ins_have_anything_in_common(sign_in: SignIn) -> None:
    cookies = [held(sign_in.begin(LINK).cookie)[SIGN_IN_COOKIE] for _ in range(2)]

    secrets = [secret for cookie in cookies for secret in cookie.split(".")[:3]]
    assert len(set(secrets)) == 6


def test_the_provider_is_told_neither_the_verifier_nor_the_link(sign_in: SignIn) -> None:
    begun = sign_in.begin(LINK)

    state, nonce, verifier = held(begun.cookie)[SIGN_IN_COOKIE].split(".")[:3]
    told = dict(parse_qsl(urlsplit(begun.address).query))
    assert (told["state"], told["nonce"]) == (state, nonce)
    assert verifier not in begun.address
    assert LINK not in begun.address


def test_what_is_held_is_not_shown_by_accident(sign_in: SignIn, provider: FakeProvider) -> None:
    begun = sign_in.begin(LINK)
    done = back(sign_in, provider.log_in(begun.address), held(begun.cookie))

    assert repr(begun) == "Begun()"
    assert "v1a" not in repr(sign_in.pending({"state": state(begun.cookie)}, held(begun.cookie)))
    assert repr(done) == f"Entered(person={JANE!r})"


@pytest.mark.parametrize("token", ["", "x; Domain=example", "a\r\nb", "é", "a b", "../x", "x" * 1025])
def test_what_is_no_token_begins_nothing(sign_in: SignIn, token: str) -> None:
    with pytest.raises(MalformedLinkError):
        sign_in.begin(token)


def test_a_session_is_set_and_the_sign_in_taken_away(sign_in: SignIn, provider: FakeProvider) -> None:
    begun = sign_in.begin(LINK)

    done = back(sign_in, provider.log_in(begun.address), held(begun.cookie))

    session, over = done.cookies
    assert re.fullmatch(
        r"__Host-reprieve-session=[\w-]{43}; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax", session
    )
    assert over == "__Host-reprieve-sign-in=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
    assert (done.person, done.token) == (JANE, LINK)


def test_the_table_holds_a_hash_and_whose_session_it_is(
    sign_in: SignIn, provider: FakeProvider, table: FakeTable
) -> None:
    secret = entered(sign_in, provider)[SESSION_COOKIE]

    (document,) = table.documents.values()
    assert document.partition == f"session#{sha256(secret.encode()).hexdigest()}"
    assert document.sort == "session"
    assert document.expires_at == NOW + timedelta(hours=1)
    assert document.body == {
        "person": {
            "issuer": "https://id.example",
            "subject": "jane-0001",
            "name": "Jane Doe",
            "email": "jane@example.com",
        },
        "ends_at": "2026-11-22T16:00:00Z",
    }
    assert secret not in str(document)


def test_a_session_lasts_an_hour_whether_or_not_the_table_has_dropped_it(
    sign_in: SignIn, provider: FakeProvider, clock: FakeClock
) -> None:
    cookies = entered(sign_in, provider)

    clock.sleep(3599)
    before = sign_in.person(cookies)
    clock.sleep(1)
    after = sign_in.person(cookies)

    assert (before, after) == (JANE, None)


def test_a_session_that_can_not_be_understood_is_none(
    sign_in: SignIn, provider: FakeProvider, table: FakeTable
) -> None:
    cookies = entered(sign_in, provider)
    table.documents = {place: replace(found, body={"person": 7}) for place, found in table.documents.items()}

    assert sign_in.person(cookies) is None


def test_a_session_ends_when_another_provider_is_named(sign_in: SignIn, provider: FakeProvider) -> None:
    cookies = entered(sign_in, provider)

    provider.issuer = "https://new.example"

    assert sign_in.person(cookies) is None


@pytest.mark.parametrize("value", [None, "", "x", "A" * 43, "A" * 44, "é" * 43, "A" * 42 + "\n"])
def test_whoever_holds_no_session_is_nobody(
    sign_in: SignIn, provider: FakeProvider, value: str | None
) -> None:
    entered(sign_in, provider)

    assert sign_in.person({} if value is None else {SESSION_COOKIE: value}) is None


def test_a_hash_from_the_table_is_no_session(
    sign_in: SignIn, provider: FakeProvider, table: FakeTable
) -> None:
    entered(sign_in, provider)
    ((partition, _),) = table.documents

    assert sign_in.person({SESSION_COOKIE: partition.removeprefix("session#")[:43]}) is None


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        "x",
        f"a.b.c.1795359600.{LINK}",
        ".".join(["A" * 43] * 3 + ["1795359600", "../x"]),
        ".".join(["A" * 43] * 3 + ["soon", LINK]),
        ".".join(["A" * 43] * 3 + ["\u0661" * 10, LINK]),
        ".".join(["A" * 43] * 3 + ["1" * 11, LINK]),
        ".".join(["A" * 43] * 3 + ["1795359600", "x" * 1025]),
    ],
)
def test_a_browser_that_began_nothing_can_end_nothing(sign_in: SignIn, cookie: str | None) -> None:
    cookies = {} if cookie is None else {SIGN_IN_COOKIE: cookie}

    with pytest.raises(LostSignInError):
        back(sign_in, {"code": "c", "state": "A" * 43}, cookies)


@pytest.mark.parametrize("state", [None, "", "A" * 43, "é", "\ud800"])
def test_an_answer_to_another_browser_is_not_taken(
    sign_in: SignIn, provider: FakeProvider, state: str | None
) -> None:
    begun = sign_in.begin(LINK)
    query = provider.log_in(begun.address)
    query.pop("state")

    with pytest.raises(LostSignInError):
        back(sign_in, query if state is None else query | {"state": state}, held(begun.cookie))

    assert provider.codes


def test_a_sign_in_may_take_ten_minutes(sign_in: SignIn, provider: FakeProvider, clock: FakeClock) -> None:
    begun = sign_in.begin(LINK)
    query = provider.log_in(begun.address)

    clock.sleep(599)

    assert back(sign_in, query, held(begun.cookie)).person == JANE


def test_a_sign_in_that_takes_longer_is_lost(
    sign_in: SignIn, provider: FakeProvider, clock: FakeClock
) -> None:
    begun = sign_in.begin(LINK)
    query = provider.log_in(begun.address)

    clock.sleep(600)

    with pytest.raises(LostSignInError):
        back(sign_in, query, held(begun.cookie))


def test_an_answer_that_names_another_provider_is_not_redeemed(
    sign_in: SignIn, provider: FakeProvider
) -> None:
    begun = sign_in.begin(LINK)
    query = provider.log_in(begun.address) | {"iss": "https://evil.example"}

    with pytest.raises(ProviderError, match=r"^the answer names another issuer$"):
        back(sign_in, query, held(begun.cookie))

    assert provider.codes


def test_a_provider_need_not_name_itself(sign_in: SignIn, provider: FakeProvider) -> None:
    begun = sign_in.begin(LINK)
    query = provider.log_in(begun.address)
    del query["iss"]

    assert back(sign_in, query, held(begun.cookie)).person == JANE


@pytest.mark.parametrize("code", [None, ""])
def test_an_answer_without_a_code_is_none(sign_in: SignIn, provider: FakeProvider, code: str | None) -> None:
    begun = sign_in.begin(LINK)
    query = provider.log_in(begun.address)
    query.pop("code")

    with pytest.raises(ProviderError, match=r"^the answer has no code$"):
        back(sign_in, query if code is None else query | {"code": code}, held(begun.cookie))


def test_a_refusal_is_short_and_on_one_line(sign_in: SignIn, provider: FakeProvider) -> None:
    begun = sign_in.begin(LINK)
    state = provider.log_in(begun.address)["state"]

    with pytest.raises(RefusedSignInError) as caught:
        back(sign_in, {"state": state, "error": "a\n" + "x" * 1000}, held(begun.cookie))

    assert str(caught.value) == f"the provider says a\N{REPLACEMENT CHARACTER}{'x' * 61}…"


def test_a_provider_that_can_not_be_asked_begins_nothing(sign_in: SignIn, provider: FakeProvider) -> None:
    provider.error = ProviderError("discovery: HTTP 503")

    with pytest.raises(ProviderError):
        sign_in.begin(LINK)


def test_a_session_that_can_not_be_stored_is_none(
    sign_in: SignIn, provider: FakeProvider, table: FakeTable
) -> None:
    table.fail(UnreachableError("dynamodb:PutItem", "InternalServerError", "no"))
    begun = sign_in.begin(LINK)

    with pytest.raises(AwsError):
        back(sign_in, provider.log_in(begun.address), held(begun.cookie))


class Impatient(FakeTable):
    """A table whose answers get lost, so that every write comes twice."""

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        super().put(*documents, gone=gone)
        super().put(*documents, gone=gone)


def test_a_session_whose_storing_came_twice_is_stored(provider: FakeProvider, clock: FakeClock) -> None:
    rule = ApproverRules(domains=frozenset({"example.com"}))
    sign_in = SignIn(provider=provider, rule=rule, table=Impatient(), clock=clock)

    assert sign_in.person(entered(sign_in, provider)) == JANE


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RefusedSignInError("access_denied"), "the provider says access_denied"),
        (ProviderError("discovery: HTTP 503"), "discovery: HTTP 503"),
        (IdTokenError("nonce", "is another sign-in's"), "nonce is another sign-in's"),
    ],
)
def test_an_error_says_what_it_knows(error: SignInError, said: str) -> None:
    assert str(error) == said


ENVIRONMENT = {
    "OIDC_ISSUER": "https://id.example/realms/a",
    "OIDC_CLIENT_ID": "kms-reprieve",
    "OIDC_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:provider-AbCdEf",
    "REDIRECT_URI": "https://abc123.execute-api.eu-west-1.amazonaws.com/signed-in",
    "APPROVER_DOMAINS": "example.com, @Example.ORG",
    "APPROVER_EMAILS": "Jane@Elsewhere.example,",
    "APPROVER_GROUPS": "Key Approvers, admins",
    "APPROVER_GROUP_CLAIM": "cognito:groups",
}


def test_sign_in_is_told_what_it_needs() -> None:
    assert SignInSettings.read(ENVIRONMENT) == SignInSettings(
        issuer="https://id.example/realms/a",
        client_id="kms-reprieve",
        secret="arn:aws:secretsmanager:eu-west-1:111122223333:secret:provider-AbCdEf",
        redirect_uri="https://abc123.execute-api.eu-west-1.amazonaws.com/signed-in",
        rule=ApproverRules(
            domains=frozenset({"example.com", "example.org"}),
            emails=frozenset({"jane@elsewhere.example"}),
            groups=frozenset({"Key Approvers", "admins"}),
            group_claim="cognito:groups",
        ),
    )


def test_a_public_client_has_no_secret_and_groups_are_usually_called_so() -> None:
    bare = {
        name: value
        for name, value in ENVIRONMENT.items()
        if name not in {"OIDC_SECRET_ARN", "APPROVER_DOMAINS", "APPROVER_EMAILS", "APPROVER_GROUP_CLAIM"}
    }

    settings = SignInSettings.read(bare)

    assert settings.secret == ""
    assert settings.rule == ApproverRules(groups=frozenset({"Key Approvers", "admins"}), group_claim="groups")


@pytest.mark.parametrize("name", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "REDIRECT_URI"])
def test_a_variable_that_sign_in_lacks_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^environment variable {name} is missing$"):
        SignInSettings.read(ENVIRONMENT | {name: " "})


@pytest.mark.parametrize("name", ["OIDC_ISSUER", "REDIRECT_URI"])
def test_an_address_without_tls_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^environment variable {name} is not an https URL$"):
        SignInSettings.read(ENVIRONMENT | {name: "http://id.example"})


@pytest.mark.parametrize("domains", ["jane@example.com", "example", "*.example.com", "exa mple.com", "@"])
def test_what_is_no_domain_is_refused(domains: str) -> None:
    with pytest.raises(SettingsError, match="APPROVER_DOMAINS is not a list of domains"):
        SignInSettings.read(ENVIRONMENT | {"APPROVER_DOMAINS": domains})


def test_a_rule_that_lets_nobody_decide_is_refused() -> None:
    nobody = {"APPROVER_DOMAINS": " , ", "APPROVER_EMAILS": "", "APPROVER_GROUPS": ""}

    with pytest.raises(SettingsError, match="nobody could decide"):
        SignInSettings.read(ENVIRONMENT | nobody)
