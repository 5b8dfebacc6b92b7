"""Signing in: the same in memory and at a real OpenID provider on this machine, with all its faults."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from urllib3 import PoolManager

from reprieve.adapters.openid import BODY_LIMIT, ClientSecret, OpenIdProvider
from reprieve.cases.visitor import Person
from reprieve.clock import utc_now
from reprieve.errors import (
    AbsentError,
    IdTokenError,
    NotApproverError,
    ProviderError,
    RefusedSignInError,
    SignInError,
    UnverifiedEmailError,
)
from reprieve.ports import IdentityProvider
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.sign_in import Entered, SignIn
from tests.fakes import FakeClock, FakeTable
from tests.identity import FakeProvider, held
from tests.openid import DISCOVERY, Provider, running

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

BACK = "https://abc123.execute-api.eu-west-1.amazonaws.com/signed-in"
LINK = "v1a.WyJhcm4.c2lnbmVk"
RULE = ApproverRules(domains=frozenset({"example.com"}), groups=frozenset({"key-approvers"}))
BY_EMAIL = ApproverRules(domains=frozenset({"example.com"}))
BY_GROUP = ApproverRules(groups=frozenset({"key-approvers"}))


@dataclass
class World:
    """A provider, and what knows it by its port."""

    real: Provider | FakeProvider
    known: IdentityProvider
    clock: Callable[[], Any]
    rule: ApproverRules = RULE
    table: FakeTable = field(default_factory=FakeTable)

    @property
    def sign_in(self) -> SignIn:
        return SignIn(provider=self.known, rule=self.rule, table=self.table, clock=self.clock)

    def enter(self) -> Entered:
        """Go to the provider, press the button and come back, all in one browser."""
        begun = self.sign_in.begin(LINK)
        return self.back(self.real.log_in(begun.address), held(begun.cookie))

    def back(self, query: dict[str, str], cookies: dict[str, str]) -> Entered:
        """Come back from the provider, with what the browser holds."""
        return self.sign_in.finish(self.sign_in.pending(query, cookies), query)

    def refusal(self, kind: type[SignInError]) -> str:
        """What is said of a sign-in that fails, after it has been seen to leave nothing behind."""
        with pytest.raises(kind) as caught:
            self.enter()
        assert type(caught.value) is kind
        assert not self.table.documents
        return str(caught.value)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running(Provider(redirect_uris={BACK})) as running_one:
        yield running_one


def adapter(provider: Provider, secret: ClientSecret | None = None, **more: Any) -> OpenIdProvider:
    usual: dict[str, Any] = {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "redirect_uri": BACK,
        "timeout": 20,
    }
    return OpenIdProvider(secret=secret, **{**usual, **more})


@pytest.fixture
def http(provider: Provider) -> World:
    return World(real=provider, known=adapter(provider), clock=utc_now)


@pytest.fixture(params=["memory", "http"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        clock = FakeClock(now=utc_now())
        fake = FakeProvider(clock)
        return World(real=fake, known=fake, clock=clock)
    found: World = request.getfixturevalue("http")
    return found


def test_somebody_signs_in_and_is_back_at_the_link(world: World) -> None:
    entered = world.enter()

    assert entered.token == LINK
    assert entered.person == Person(
        issuer=world.real.issuer, subject="jane-0001", name="Jane Doe", email="jane@example.com"
    )
    assert world.sign_in.person(held(*entered.cookies)) == entered.person


def test_a_code_is_redeemed_once(world: World) -> None:
    begun = world.sign_in.begin(LINK)
    query = world.real.log_in(begun.address)
    world.back(query, held(begun.cookie))

    with pytest.raises(RefusedSignInError, match=r"^the provider says invalid_grant$"):
        world.back(query, held(begun.cookie))


def test_a_code_is_of_no_use_without_the_verifier_that_went_before_it(world: World) -> None:
    begun = world.sign_in.begin(LINK)
    query = world.real.log_in(begun.address)

    with pytest.raises(RefusedSignInError, match="invalid_grant"):
        world.known.redeem(query["code"], "another-verifier-of-another-browser-altogether")


def test_a_code_that_was_never_given_out_is_refused(world: World) -> None:
    with pytest.raises(RefusedSignInError, match="invalid_grant"):
        world.known.redeem("made-up", "v" * 43)


def test_somebody_who_changes_their_mind_is_not_let_in(world: World) -> None:
    world.real.denies = True

    assert world.refusal(RefusedSignInError) == "the provider says access_denied"


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({"iss": "https://evil.example"}, "iss is another issuer's"),
        ({"iss": None}, "iss is another issuer's"),
        ({"aud": "somebody-else"}, "aud does not name us"),
        ({"aud": ["somebody-else"]}, "aud does not name us"),
        ({"aud": ["kms-reprieve", "somebody-else"]}, "azp names another client"),
        ({"aud": ["kms-reprieve", "somebody-else"], "azp": "somebody-else"}, "azp names another client"),
        ({"azp": "somebody-else"}, "azp names another client"),
        ({"nonce": "of-another-sign-in"}, "nonce is another sign-in's"),
        ({"nonce": "é"}, "nonce is another sign-in's"),
        ({"nonce": 1}, "nonce is another sign-in's"),
        ({"exp": "tomorrow"}, "exp is not a time"),
        ({"exp": True}, "exp is not a time"),
        ({"exp": 10**400}, "exp is not a time"),
        ({"exp": float("inf")}, "exp is not a time"),
        ({"exp": float("nan")}, "exp is not a time"),
        ({"exp": [1]}, "exp is not a time"),
        ({"iat": float("-inf")}, "iat is not a time"),
        ({"iat": float("nan")}, "iat is not a time"),
        ({"nbf": float("inf")}, "nbf is not a time"),
        ({"iat": -1}, "iat is not a time"),
        ({"nbf": None}, "nbf is not a time"),
        ({"sub": ""}, "sub is missing, or is not a name"),
        ({"sub": 7}, "sub is missing, or is not a name"),
        ({"sub": "x" * 256}, "sub is missing, or is not a name"),
        ({"sub": "jane\n0001"}, "sub is missing, or is not a name"),
    ],
)
def test_a_token_that_says_something_else_is_not_believed(
    world: World, says: dict[str, Any], said: str
) -> None:
    world.real.says = says

    assert world.refusal(IdTokenError) == said


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("nonce", "nonce is another sign-in's"),
        ("exp", "exp is not a time"),
        ("iat", "iat is not a time"),
        ("sub", "sub is missing, or is not a name"),
    ],
)
def test_a_token_that_lacks_a_claim_is_not_believed(world: World, claim: str, said: str) -> None:
    world.real.leaves_out = {claim}

    assert world.refusal(IdTokenError) == said


@pytest.mark.parametrize(
    ("claim", "seconds", "said"),
    [
        ("exp", -90, "exp is over"),
        ("iat", 90, "iat is in the future"),
        ("nbf", 90, "nbf is in the future"),
    ],
)
def test_a_clock_that_is_too_far_off_is_told(world: World, claim: str, seconds: int, said: str) -> None:
    world.real.says = {claim: int(time.time()) + seconds}

    assert world.refusal(IdTokenError) == said


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -30), ("iat", 30), ("nbf", 30)])
def test_a_clock_may_be_off_by_less_than_a_minute(world: World, claim: str, seconds: int) -> None:
    world.real.says = {claim: int(time.time()) + seconds}

    assert world.enter().person.subject == "jane-0001"


@pytest.mark.parametrize(
    "says",
    [{"email_verified": False}, {"email_verified": "false"}, {"email_verified": 1}, {"email_verified": None}],
)
def test_an_address_that_is_not_verified_lets_nobody_in(world: World, says: dict[str, Any]) -> None:
    world.rule = BY_EMAIL
    world.real.says = says

    assert world.refusal(UnverifiedEmailError) == "the address of jane-0001 is not verified"


def test_an_address_of_which_it_is_not_said_lets_nobody_in(world: World) -> None:
    world.rule = BY_EMAIL
    world.real.leaves_out = {"email_verified"}

    world.refusal(UnverifiedEmailError)


def test_an_address_may_be_verified_in_a_word(world: World) -> None:
    world.rule = BY_EMAIL
    world.real.says = {"email_verified": "true"}

    assert world.enter().person.email == "jane@example.com"


def test_whoever_is_not_on_the_list_is_not_let_in(world: World) -> None:
    world.real.says = {"email": "jane@elsewhere.example", "groups": ["engineers"]}

    assert world.refusal(NotApproverError) == "jane-0001 is not an approver"


def test_a_group_lets_somebody_in_without_an_address(world: World) -> None:
    world.rule = BY_GROUP
    world.real.leaves_out = {"email", "email_verified"}

    assert world.enter().person == Person(issuer=world.real.issuer, subject="jane-0001", name="Jane Doe")


def test_what_a_hostile_account_calls_itself_is_short_and_on_one_line(world: World) -> None:
    world.real.says = {"name": "Jane\n\u202eDoe " + "x" * 10_000}

    name = world.enter().person.name

    assert name is not None
    assert name.startswith("Jane \N{REPLACEMENT CHARACTER}Doe xxx")
    assert len(name) == 64


THIN = {"email_verified", "groups"}  # as Okta's id tokens are


@pytest.mark.parametrize("rule", [BY_EMAIL, BY_GROUP])
def test_what_an_id_token_leaves_open_is_asked_for(world: World, rule: ApproverRules) -> None:
    world.rule, world.real.has_user_info, world.real.leaves_out = rule, True, THIN

    assert world.enter().person.email == "jane@example.com"


def test_a_name_is_asked_for_where_the_id_token_has_none(world: World) -> None:
    world.real.has_user_info, world.real.leaves_out = True, {"name", "preferred_username"}

    assert world.enter().person.name == "Jane Doe"


def test_somebody_without_a_name_is_let_in_all_the_same(world: World) -> None:
    world.real.leaves_out = {"name", "preferred_username"}

    assert world.enter().person.label == "jane@example.com"


def test_what_is_told_of_somebody_else_is_not_believed(world: World) -> None:
    world.real.has_user_info, world.real.leaves_out = True, THIN
    world.real.tells = {"sub": "joe-0002"}

    assert world.refusal(IdTokenError) == "sub is another's at the UserInfo endpoint"


def test_whoever_is_no_approver_there_either_is_not_let_in(world: World) -> None:
    world.real.has_user_info, world.real.leaves_out = True, THIN
    world.real.tells = {"email": "jane@elsewhere.example", "groups": ["engineers"]}

    assert world.refusal(NotApproverError) == "jane-0001 is not an approver"


def test_an_address_is_not_verified_by_another_that_is(world: World) -> None:
    world.rule, world.real.has_user_info = BY_EMAIL, True
    world.real.says = {"email": "boss@example.com", "email_verified": False}
    world.real.tells = {"email": "jane@elsewhere.example"}

    world.refusal(NotApproverError)


# From here on the real provider alone.


def test_an_id_token_that_says_enough_is_all_that_is_asked_for(http: World, provider: Provider) -> None:
    provider.has_user_info = True

    http.enter()

    assert ("GET", "/userinfo") not in provider.asked


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"", "UserInfo endpoint: HTTP 401"),
        (200, b"e30.e30.x", "UserInfo endpoint: the answer is not a JSON object"),
        (200, b"[]", "UserInfo endpoint: the answer is not a JSON object"),
        (200, b"{", "UserInfo endpoint: the answer is not a JSON object"),
        (200, b" " * (BODY_LIMIT + 1), "the answer is too long"),
    ],
)
def test_a_user_info_endpoint_that_tells_nothing_is_told(
    http: World, provider: Provider, status: int, body: bytes, said: str
) -> None:
    provider.has_user_info, provider.leaves_out = True, THIN
    provider.answers = {"/userinfo": (status, body)}

    assert http.refusal(ProviderError) == said


@pytest.mark.parametrize(("status", "body"), [(503, b""), (200, b"e30.e30.x")], ids=["down", "signed"])
def test_nobody_who_may_decide_is_kept_out_for_want_of_a_name(
    http: World, provider: Provider, status: int, body: bytes
) -> None:
    provider.has_user_info, provider.leaves_out = True, {"name", "preferred_username"}
    provider.answers = {"/userinfo": (status, body)}

    assert http.enter().person.label == "jane@example.com"
    assert ("GET", "/userinfo") in provider.asked


def test_somebody_else_at_the_user_info_endpoint_is_not_passed_over(http: World, provider: Provider) -> None:
    provider.has_user_info, provider.leaves_out = True, {"name", "preferred_username"}
    provider.tells = {"sub": "joe-0002"}

    http.refusal(IdTokenError)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "é"])
def test_an_access_token_that_is_none_goes_into_no_header(
    http: World, provider: Provider, token: str
) -> None:
    provider.has_user_info = True

    with pytest.raises(ProviderError, match=r"^token endpoint: no access token$"):
        http.known.user_info(token)


def test_a_user_info_endpoint_without_tls_is_not_asked(http: World, provider: Provider) -> None:
    provider.publishes = {"userinfo_endpoint": "http://id.example/userinfo"}

    assert http.refusal(ProviderError) == "userinfo_endpoint is not an https URL"


@pytest.mark.parametrize(
    ("wants_groups", "scopes", "asked"),
    [
        (True, ["openid", "groups"], "openid+email+profile+groups"),
        (True, ["openid"], "openid+email+profile"),
        (True, None, "openid+email+profile"),
        (True, "groups", "openid+email+profile"),
        (False, ["openid", "groups"], "openid+email+profile"),
    ],
)
def test_groups_are_asked_for_where_there_is_a_scope_for_them(
    provider: Provider,
    wants_groups: bool,  # noqa: FBT001 - a parameter of the test
    scopes: object,
    asked: str,
) -> None:
    provider.publishes = {"scopes_supported": scopes}
    known = adapter(provider, wants_groups=wants_groups)

    address = known.authorization_url(state="s", nonce="n", verifier="v" * 43)

    assert f"&scope={asked}&" in address


@pytest.fixture
def secrets(region: str) -> "SecretsManagerClient":
    return boto3.client("secretsmanager", region_name=region)


def kept(secrets: "SecretsManagerClient", text: str) -> ClientSecret:
    secrets.create_secret(Name="provider", SecretString=text)
    return ClientSecret(secrets, "provider")


@pytest.mark.parametrize(
    ("methods", "used"),
    [
        (["client_secret_post", "client_secret_basic"], "client_secret_basic"),
        (["private_key_jwt", "client_secret_post"], "client_secret_post"),
        (None, "client_secret_basic"),
    ],
)
def test_the_secret_goes_the_way_that_the_provider_takes(
    provider: Provider, secrets: "SecretsManagerClient", methods: list[str] | None, used: str
) -> None:
    provider.methods = (used,)
    provider.publishes = {"token_endpoint_auth_methods_supported": methods}
    known = adapter(provider, kept(secrets, provider.client_secret))

    entered = World(real=provider, known=known, clock=utc_now).enter()

    assert entered.person.subject == "jane-0001"
    assert provider.authenticated_by == used


@pytest.mark.parametrize("methods", [["private_key_jwt"], [], "client_secret_basic", 7])
def test_a_provider_that_takes_no_secret_is_told(
    provider: Provider, secrets: "SecretsManagerClient", methods: object
) -> None:
    provider.publishes = {"token_endpoint_auth_methods_supported": methods}
    known = adapter(provider, kept(secrets, provider.client_secret))

    said = World(real=provider, known=known, clock=utc_now).refusal(ProviderError)

    assert said == "the token endpoint takes no secret, by header or by form"


def test_a_client_without_a_secret_is_a_public_one(http: World, provider: Provider) -> None:
    http.enter()

    assert provider.authenticated_by == "none"


def test_a_provider_that_wants_a_secret_refuses_a_public_client(http: World, provider: Provider) -> None:
    provider.methods = ("client_secret_basic",)

    assert http.refusal(RefusedSignInError) == "the provider says invalid_client"


def test_a_secret_that_is_wrong_is_refused(provider: Provider, secrets: "SecretsManagerClient") -> None:
    provider.methods = ("client_secret_basic",)
    known = adapter(provider, kept(secrets, "wrong"))

    said = World(real=provider, known=known, clock=utc_now).refusal(RefusedSignInError)

    assert said == "the provider says invalid_client"


def test_the_secret_may_stand_in_json_and_is_read_anew(
    provider: Provider, secrets: "SecretsManagerClient"
) -> None:
    provider.methods = ("client_secret_basic",)
    known = adapter(provider, kept(secrets, "old"))
    changed = json.dumps({"client_id": "kms-reprieve", "client_secret": provider.client_secret})
    secrets.put_secret_value(SecretId="provider", SecretString=changed)

    assert World(real=provider, known=known, clock=utc_now).enter().person.subject == "jane-0001"


@pytest.mark.parametrize(
    "text", ["{", '{"secret": "x"}', '{"client_secret": 7}', '{"client_secret": ""}', " "]
)
def test_a_secret_that_holds_none_is_told(secrets: "SecretsManagerClient", text: str) -> None:
    with pytest.raises(ProviderError, match=r"^the secret is neither text nor JSON with a `client_secret`$"):
        kept(secrets, text).read()


def test_a_secret_that_is_not_there_is_told(secrets: "SecretsManagerClient") -> None:
    with pytest.raises(AbsentError, match=r"^secretsmanager:GetSecretValue: ResourceNotFoundException"):
        ClientSecret(secrets, "provider").read()


def test_discovery_is_asked_once_an_hour(provider: Provider) -> None:
    clock = FakeClock()
    known = adapter(provider, clock=clock)

    def ask() -> int:
        known.authorization_url(state="s", nonce="n", verifier="v" * 43)
        return provider.asked.count(("GET", DISCOVERY))

    times = [ask(), ask()]
    clock.sleep(3599)
    times.append(ask())
    clock.sleep(1)
    times.append(ask())
    assert times == [1, 1, 1, 2]


def test_a_provider_that_could_not_be_asked_is_asked_again(http: World, provider: Provider) -> None:
    provider.answers = {DISCOVERY: (503, b"")}
    assert http.refusal(ProviderError) == "discovery: HTTP 503"

    provider.answers = {}

    assert http.enter().token == LINK


@pytest.mark.parametrize(
    ("publishes", "said"),
    [
        ({"issuer": "https://evil.example"}, "discovery: it names another issuer"),
        ({"issuer": None}, "discovery: it names another issuer"),
        ({"authorization_endpoint": None}, "authorization_endpoint is not an https URL"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint is not an https URL"),
        (
            {"authorization_endpoint": "https://id.example/\r\nX: y"},
            "authorization_endpoint is not an https URL",
        ),
        ({"authorization_endpoint": "https://[id.example/"}, "authorization_endpoint is not an https URL"),
        ({"authorization_endpoint": "https://]/"}, "authorization_endpoint is not an https URL"),
        ({"token_endpoint": "https://:443/"}, "token_endpoint is not an https URL"),
        ({"token_endpoint": "http://id.example/token"}, "token_endpoint is not an https URL"),
        ({"token_endpoint": "http://127.0.0.1@id.example/"}, "token_endpoint is not an https URL"),
        ({"token_endpoint": ["https://id.example/token"]}, "token_endpoint is not an https URL"),
    ],
)
def test_a_provider_that_is_another_or_not_over_tls_is_not_asked(
    http: World, provider: Provider, publishes: dict[str, Any], said: str
) -> None:
    provider.publishes = publishes

    assert http.refusal(ProviderError) == said


LOOPBACK = [
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "http://localhost:9001/2018-06-01/runtime/invocation/next",
    "http://127.0.0.1",
    "https://127.0.0.1:9001/",
    "https://127.8.9.1/",
    "https://localhost/",
    "https://LocalHost./",
    "https://id.localhost/",
    "https://[::1]/",
]


@pytest.fixture
def elsewhere(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> World:
    """The provider, as if it were on another machine: urllib3 finds its address here."""
    address, usual = "https://id.example", PoolManager.request

    def request(pool: PoolManager, method: str, url: str, **more: Any) -> Any:
        return usual(pool, method, url.replace(address, provider.issuer), **more)

    monkeypatch.setattr(PoolManager, "request", request)
    endpoints = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
    provider.publishes = {"issuer": address} | {name: f"{address}/{name}" for name in endpoints}
    return World(real=provider, known=adapter(provider, issuer=address), clock=utc_now)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "userinfo_endpoint"])
@pytest.mark.parametrize("address", LOOPBACK)
def test_a_provider_elsewhere_can_not_point_into_the_machine_that_asks_it(
    elsewhere: World, provider: Provider, name: str, address: str
) -> None:
    """Lambda's runtime API listens on the loopback interface, with the requests of other visitors."""
    provider.publishes[name] = address

    assert elsewhere.refusal(ProviderError) == f"{name} is on the loopback interface"


def test_a_provider_elsewhere_has_its_endpoints_there(elsewhere: World) -> None:
    assert elsewhere.sign_in.begin(LINK).address.startswith("https://id.example/authorization_endpoint?")


def test_a_provider_on_this_machine_may_have_its_endpoints_here(http: World) -> None:
    assert http.enter().token == LINK


def test_an_issuer_is_equal_to_the_last_character(provider: Provider) -> None:
    known = adapter(provider, issuer=f"{provider.issuer}/")

    said = World(real=provider, known=known, clock=utc_now).refusal(ProviderError)

    assert said == "discovery: it names another issuer"


@pytest.mark.parametrize("issuer", ["http://id.example", "ftp://id.example", "", "https://"])
def test_an_issuer_without_tls_is_not_asked(provider: Provider, issuer: str) -> None:
    known = adapter(provider, issuer=issuer)

    said = World(real=provider, known=known, clock=utc_now).refusal(ProviderError)

    assert said == "issuer is not an https URL"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"{}", "discovery: HTTP 404"),
        (200, b"", "discovery: the answer is not a JSON object"),
        (200, b"<html>Please sign in", "discovery: the answer is not a JSON object"),
        (200, b"[]", "discovery: the answer is not a JSON object"),
        (200, b"[" * BODY_LIMIT, "discovery: the answer is not a JSON object"),
        (200, b"\xff\xfe", "discovery: the answer is not a JSON object"),
        (200, b" " * (BODY_LIMIT + 1), "the answer is too long"),
    ],
)
def test_discovery_that_is_none_is_told(
    http: World, provider: Provider, status: int, body: bytes, said: str
) -> None:
    provider.answers = {DISCOVERY: (status, body)}

    assert http.refusal(ProviderError) == said


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (502, b"<html>Bad gateway", "token endpoint: HTTP 502, and no tokens"),
        (200, b"", "token endpoint: HTTP 200, and no tokens"),
        (200, b"{}", "token endpoint: HTTP 200, and no tokens"),
        (200, b"[]", "token endpoint: HTTP 200, and no tokens"),
        (200, b"7", "token endpoint: HTTP 200, and no tokens"),
        (200, b"null", "token endpoint: HTTP 200, and no tokens"),
        (200, b'"text"', "token endpoint: HTTP 200, and no tokens"),
        (200, b"[" * BODY_LIMIT, "token endpoint: HTTP 200, and no tokens"),
        (200, b'{"access_token": "a", "expires_in": "soon"}', "token endpoint: HTTP 200, and no tokens"),
        (200, b'{"access_token": "a", "scope": 7}', "token endpoint: HTTP 200, and no tokens"),
        (202, b'{"access_token": "a", "id_token": "b"}', "token endpoint: HTTP 202"),
        (200, b'{"access_token": "a"}', "token endpoint: no id token"),
        (200, b'{"access_token": "a", "id_token": 7}', "token endpoint: no id token"),
        (200, b" " * (BODY_LIMIT + 1), "the answer is too long"),
    ],
)
def test_tokens_that_are_none_are_told(
    http: World, provider: Provider, status: int, body: bytes, said: str
) -> None:
    provider.answers = {"/token": (status, body)}

    assert http.refusal(ProviderError) == said


@pytest.mark.parametrize("name", ["expires_in", "expires_at", "refresh_expires_in"])
@pytest.mark.parametrize(
    "number",
    [
        *("1e400", "-1e400", "NaN", "Infinity", "-1", "0", "0.5", f"1{'0' * 400}", f"1{'0' * 5000}"),
        *('"1e400"', f'"1{"0" * 5000}"', '"soon"', '""', "true", "false", "null", "[1]", "{}"),
    ],
)
def test_a_lifetime_that_makes_no_sense_ends_the_sign_in_in_words_at_the_most(
    http: World, provider: Provider, name: str, number: str
) -> None:
    body = f'{{"access_token": "a", "id_token": "b", "{name}": {number}}}'.encode()
    provider.answers = {"/token": (200, body)}

    with pytest.raises(SignInError) as caught:
        http.enter()

    assert str(caught.value) in {
        "token endpoint: HTTP 200, and no tokens",
        "id_token is not a JSON Web Token",
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "invalid_grant", "error_description": "x"}', "the provider says invalid_grant"),
        (b'{"error": "their\\nown"}', "the provider says their\N{REPLACEMENT CHARACTER}own"),
        (b'{"error": ["odd"]}', "the provider says ['odd']"),
    ],
)
def test_a_refusal_is_told_in_the_providers_word(
    http: World, provider: Provider, body: bytes, said: str
) -> None:
    provider.answers = {"/token": (400, body)}

    assert http.refusal(RefusedSignInError) == said


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.W10.", "e30.e30", "é.é.é", "e30.bnVsbA.x"])
def test_a_token_that_is_none_is_not_believed(http: World, provider: Provider, token: str) -> None:
    body = json.dumps({"access_token": "a", "id_token": token}).encode()
    provider.answers = {"/token": (200, body)}

    assert http.refusal(IdTokenError) == "id_token is not a JSON Web Token"


def test_an_address_of_the_provider_may_have_a_query(http: World, provider: Provider) -> None:
    provider.publishes = {"authorization_endpoint": f"{provider.issuer}/authorize?tenant=a%20b"}

    address = http.sign_in.begin(LINK).address

    assert address.startswith(f"{provider.issuer}/authorize?tenant=a+b&response_type=code&")
    assert http.enter().token == LINK


@pytest.mark.parametrize(
    ("path", "said"),
    [(DISCOVERY, "discovery: HTTP 302"), ("/token", "token endpoint: HTTP 302, and no tokens")],
)
def test_no_redirect_is_followed(http: World, provider: Provider, path: str, said: str) -> None:
    provider.moves = {path: f"{provider.issuer}/elsewhere"}

    assert http.refusal(ProviderError) == said
    assert "/elsewhere" not in {asked for _, asked in provider.asked}


def test_a_code_that_is_too_old_is_refused(http: World, provider: Provider) -> None:
    provider.code_lifetime = 0

    assert http.refusal(RefusedSignInError) == "the provider says invalid_grant"


def test_an_answer_that_another_provider_sent_is_not_redeemed(http: World, provider: Provider) -> None:
    begun = http.sign_in.begin(LINK)
    query = provider.log_in(begun.address)

    with pytest.raises(ProviderError, match=r"^the answer names another issuer$"):
        http.back(query | {"iss": "https://evil.example"}, held(begun.cookie))

    assert ("POST", "/token") not in provider.asked


def test_a_provider_that_never_answers_is_given_up(provider: Provider) -> None:
    known = adapter(provider, timeout=0.2)
    provider.may_answer.clear()

    said = World(real=provider, known=known, clock=utc_now).refusal(ProviderError)

    assert said == "no answer: ReadTimeoutError"


def test_a_port_at_which_nobody_is_is_told(provider: Provider, closed_port: int) -> None:
    known = adapter(provider, issuer=f"http://127.0.0.1:{closed_port}")

    said = World(real=provider, known=known, clock=utc_now).refusal(ProviderError)

    assert said == "no answer: NewConnectionError"


@pytest.fixture(scope="module")
def behind_tls() -> Iterator[Provider]:
    with running(Provider(redirect_uris={BACK}), tls=True) as running_one:
        yield running_one


@pytest.fixture
def trusted(behind_tls: Provider, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate, which this machine trusts meanwhile."""
    assert behind_tls.certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(behind_tls.certificate))
    return behind_tls.certificate


@pytest.mark.usefixtures("trusted")
def test_somebody_signs_in_over_tls(behind_tls: Provider) -> None:
    entered = World(real=behind_tls, known=adapter(behind_tls), clock=utc_now).enter()

    assert entered.person.issuer == behind_tls.issuer
    assert behind_tls.issuer.startswith("https://")


def test_a_certificate_that_nobody_vouches_for_is_refused(behind_tls: Provider) -> None:
    said = World(real=behind_tls, known=adapter(behind_tls), clock=utc_now).refusal(ProviderError)

    assert said == "no answer: SSLError"


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_host_is_refused(behind_tls: Provider) -> None:
    known = adapter(behind_tls, issuer=behind_tls.issuer.replace("localhost", "127.0.0.1"))

    said = World(real=behind_tls, known=known, clock=utc_now).refusal(ProviderError)

    assert said == "no answer: SSLError"
