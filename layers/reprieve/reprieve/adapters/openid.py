"""OpenID providers over HTTPS: oauthlib speaks the protocol, urllib3 carries it, PyJWT reads the token.

No redirect is followed, no answer is read beyond 64 kB, nothing is sent to an address without TLS.
A provider on this machine may be asked without (the demo has one); no other may name an address here.
No error and no log holds a code, a token or a secret.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import jwt
from oauthlib.oauth2 import MissingTokenError, OAuth2Error, WebApplicationClient
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import make_headers

from reprieve.adapters.secrets import read_secret
from reprieve.clock import Clock, utc_now
from reprieve.dataclass import dataclass
from reprieve.errors import IdTokenError, ProviderError, RefusedSignInError
from reprieve.ports import Tokens
from reprieve.untrusted import is_loopback, is_over_tls, one_line

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SCOPES: Final = ("openid", "email", "profile")
GROUP_SCOPE: Final = "groups"
BODY_LIMIT: Final = 65_536  # bytes
_KNOWN_FOR: Final = timedelta(hours=1)
_TIMEOUT: Final = 3.0
_OK: Final = 200
_ERROR_LIMIT: Final = 64
_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, section 2.1
_METHODS_UNLESS_TOLD: Final = ["client_secret_basic"]  # OpenID Connect Discovery 1.0, section 3


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """Our secret at the provider, read from Secrets Manager whenever it is used."""

    client: "SecretsManagerClient"
    id: str

    def read(self) -> str:
        """Return the secret, or its `client_secret` where it is JSON.

        Raises:
            ProviderError: it holds none.
        """
        try:
            found = read_secret(self.client, self.id, "client_secret")
        except (ValueError, KeyError):
            found = None
        if not (isinstance(found, str) and found):
            raise ProviderError("the secret is neither text nor JSON with a `client_secret`")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Discovered:
    """What the provider says about itself."""

    authorization_endpoint: str
    token_endpoint: str
    user_info_endpoint: str | None
    methods: object
    scopes: object
    good_until: datetime


def _pool() -> PoolManager:
    return PoolManager(retries=False, cert_reqs="CERT_REQUIRED")


@dataclass(slots=True, kw_only=True)
class OpenIdProvider:
    """The `IdentityProvider` of any issuer; without a secret, we are a public client there.

    Groups are asked for by a scope only where the provider lists one: others refuse what they don't know.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    secret: ClientSecret | None = None
    wants_groups: bool = False
    clock: Clock = utc_now
    timeout: float = _TIMEOUT
    _http: PoolManager = field(default_factory=_pool, init=False, repr=False)
    _known: _Discovered | None = field(default=None, init=False, repr=False)

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return the address of the authorization endpoint, with what it wants to know."""
        discovered = self._discovered()
        scheme, _, rest = discovered.authorization_endpoint.partition("://")
        client = WebApplicationClient(self.client_id)
        # oauthlib accepts only https; what else is_over_tls lets through gets its scheme back.
        uri: str = client.prepare_request_uri(
            f"https://{rest}",
            redirect_uri=self.redirect_uri,
            scope=[*SCOPES, *self._group_scope(discovered)],
            state=state,
            nonce=nonce,
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
        )
        return scheme + uri.removeprefix("https")

    def _group_scope(self, discovered: _Discovered) -> tuple[str, ...]:
        has_one = isinstance(discovered.scopes, list) and GROUP_SCOPE in discovered.scopes
        return (GROUP_SCOPE,) if self.wants_groups and has_one else ()

    def redeem(self, code: str, verifier: str) -> Tokens:
        """Ask the token endpoint."""
        discovered = self._discovered()
        headers, proof = self._proof(discovered)
        body = WebApplicationClient(self.client_id).prepare_request_body(
            code=code, redirect_uri=self.redirect_uri, code_verifier=verifier, **proof
        )
        content = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self._ask("POST", discovered.token_endpoint, headers | content, body)
        tokens = _tokens(status, answer)
        return Tokens(claims=_claims(tokens), access_token=str(tokens["access_token"]))

    def user_info(self, access_token: str) -> Mapping[str, object]:
        """Ask the UserInfo endpoint, if there is one."""
        address = self._discovered().user_info_endpoint
        if address is None:
            return {}
        if not _BEARER.fullmatch(access_token):
            raise ProviderError("token endpoint: no access token")
        return _object(
            "UserInfo endpoint", *self._ask("GET", address, {"Authorization": f"Bearer {access_token}"})
        )

    def _proof(self, discovered: _Discovered) -> tuple[dict[str, str], dict[str, Any]]:
        """Return how we prove who we are: headers, and fields of the form."""
        if self.secret is None:
            return {}, {}
        methods = discovered.methods if isinstance(discovered.methods, list) else []
        if "client_secret_basic" in methods:
            # RFC 6749, section 2.3.1: encoded as in a form; a blank is %20, which every reader of it knows.
            pair = ":".join(quote(part, safe="") for part in (self.client_id, self.secret.read()))
            return make_headers(basic_auth=pair), {"include_client_id": False}
        if "client_secret_post" in methods:
            return {}, {"client_secret": self.secret.read()}
        raise ProviderError("the token endpoint takes no secret, by header or by form")

    def _discovered(self) -> _Discovered:
        if self._known is None or self.clock() >= self._known.good_until:
            self._known = self._discover()
        return self._known

    def _discover(self) -> _Discovered:
        """Read what the provider says about itself: OpenID Connect Discovery 1.0, section 4."""
        where = _address("issuer", self.issuer).removesuffix("/") + "/.well-known/openid-configuration"
        document = _object("discovery", *self._ask("GET", where, {}))
        if document.get("issuer") != self.issuer:
            raise ProviderError("discovery: it names another issuer")
        return _Discovered(
            authorization_endpoint=self._endpoint(document, "authorization_endpoint"),
            token_endpoint=self._endpoint(document, "token_endpoint"),
            user_info_endpoint=self._endpoint(document, "userinfo_endpoint")
            if "userinfo_endpoint" in document
            else None,
            scopes=document.get("scopes_supported"),
            methods=document.get("token_endpoint_auth_methods_supported", _METHODS_UNLESS_TOLD),
            good_until=self.clock() + _KNOWN_FOR,
        )

    def _endpoint(self, document: Mapping[str, Any], name: str) -> str:
        """Return an address that the provider names: on this machine only if it is here itself."""
        address = _address(name, document.get(name))
        if is_loopback(address) and not is_loopback(self.issuer):
            raise ProviderError(f"{name} is on the loopback interface")
        return address

    def _ask(
        self, method: str, address: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, str]:
        """Return the status, and the body as text."""
        try:
            with self._http.request(
                method,
                address,
                body=body,
                headers={"Accept": "application/json", **headers},
                redirect=False,
                timeout=Timeout(connect=self.timeout, read=self.timeout),
                preload_content=False,
            ) as answer:
                content = answer.read(BODY_LIMIT + 1, decode_content=False)
        except HTTPError as error:
            raise ProviderError(f"no answer: {type(error).__name__}") from None
        if len(content) > BODY_LIMIT:
            raise ProviderError("the answer is too long")
        return answer.status, content.decode(errors="replace")


def _object(who: str, status: int, answer: str) -> Mapping[str, Any]:
    if status != _OK:
        raise ProviderError(f"{who}: HTTP {status}")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderError(f"{who}: the answer is not a JSON object")
    return found


def _address(name: str, value: object) -> str:
    if not (isinstance(value, str) and is_over_tls(value) and _names_host(value)):
        raise ProviderError(f"{name} is not an https URL")
    return value


def _names_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:  # such as a [ without its ]
        return False


def _tokens(status: int, answer: str) -> Mapping[str, object]:
    try:
        # No scope is named, for oauthlib refuses others than those, and providers add and rename some.
        tokens: Mapping[str, object] = WebApplicationClient("").parse_request_body_response(answer)
    # An `expires_in` of 1e400 is infinite to Python, and no integer.
    except (MissingTokenError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ProviderError(f"token endpoint: HTTP {status}, and no tokens") from None
    except OAuth2Error as error:
        raise RefusedSignInError(one_line(str(error.error), _ERROR_LIMIT)) from None
    if status != _OK:
        raise ProviderError(f"token endpoint: HTTP {status}")
    return tokens


def _claims(tokens: Mapping[str, object]) -> Mapping[str, object]:
    token = tokens.get("id_token")
    if not isinstance(token, str):
        raise ProviderError("token endpoint: no id token")
    try:
        return jwt.decode(token, options={"verify_signature": False})  # docs/decisions/0015
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise IdTokenError("id_token", "is not a JSON Web Token") from None
