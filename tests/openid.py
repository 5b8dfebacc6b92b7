"""An OpenID provider on this machine: Authlib's, with one person, one client and every fault one may have.

    with running(Provider()) as provider:
        provider.redirect_uris.add("http://127.0.0.1:3000/signed-in")
        …  # provider.issuer, provider.client_id, provider.client_secret

A browser finds a page with one button there; `log_in` presses it without one.
"""

# ruff: noqa: ARG002 - Authlib asks, and says more than is needed

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import urllib3
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server, make_ssl_devcert

from tests.identity import JANE

METHODS = ("client_secret_basic", "client_secret_post", "none")
PAGE = """<!doctype html><html lang="en"><title>Sign in</title>
<h1>The provider</h1><form method="post"><button>Sign in as {name}</button></form></html>"""
DISCOVERY = "/.well-known/openid-configuration"

Query = dict[str, str]


def jane() -> dict[str, Any]:
    """Claims of the person who signs in here."""
    return dict(JANE)


@dataclass
class Provider:
    """The provider, and what is wrong with it.

    Attributes:
        user: Claims of whoever signs in.
        says: Claims that its id tokens make in the place of the true ones.
        leaves_out: Claims that they lack.
        has_user_info: Whether there is a UserInfo endpoint, which tells all that is true.
        tells: Claims that it makes in the place of the true ones.
        publishes: What discovery says in the place of what is true.
        answers: What its endpoints answer in the place of what they should: status and body, by path.
        moves: Where its endpoints redirect to, by path.
        denies: Whether the person presses the other button.
        code_lifetime: How long a code is good for, in seconds.
        may_answer: Cleared, it takes requests and does not answer.
        asked: What it has been asked for: method and path.
        authenticated_by: How the client last proved who it is.
    """

    client_id: str = "kms-reprieve"
    client_secret: str = "p/q+r %:~é"  # noqa: S105 - whatever can go wrong in one
    methods: tuple[str, ...] = METHODS
    redirect_uris: set[str] = field(default_factory=set)
    user: dict[str, Any] = field(default_factory=jane)
    says: dict[str, Any] = field(default_factory=dict)
    leaves_out: set[str] = field(default_factory=set)
    has_user_info: bool = False
    tells: dict[str, Any] = field(default_factory=dict)
    publishes: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    moves: dict[str, str] = field(default_factory=dict)
    denies: bool = False
    code_lifetime: float = 60
    may_answer: Event = field(default_factory=Event)
    asked: list[tuple[str, str]] = field(default_factory=list)
    authenticated_by: str = ""
    codes: dict[str, "Code"] = field(default_factory=dict)
    tokens: dict[str, "AccessToken"] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    issuer: str = ""
    certificate: Path | None = None

    def log_in(self, address: str) -> Query:
        """Press the button at `address`; return what the provider sends the browser back with."""
        with self._pool() as pool:
            page = pool.request("GET", address)
            assert page.status == 200, page.data
            assert b"<button>" in page.data
            sent = pool.request("POST", address, redirect=False)
        return dict(parse_qsl(urlsplit(sent.headers["Location"]).query))

    def _pool(self) -> urllib3.PoolManager:
        certificates = str(self.certificate) if self.certificate else None
        return urllib3.PoolManager(timeout=5, retries=False, ca_certs=certificates)

    def metadata(self) -> dict[str, Any]:
        """What it publishes of itself, checked by Authlib where it has no fault."""
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": list(self.methods),
            "code_challenge_methods_supported": ["S256"],
        }
        if self.has_user_info:
            document["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        if self.certificate:
            OpenIDProviderMetadata(document).validate()
        return {name: value for name, value in (document | self.publishes).items() if value is not None}

    # What Authlib asks of a client.

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        self.authenticated_by = method
        return method in self.methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass(frozen=True, kw_only=True)
class Code:
    """An authorization code, as Authlib asks of it."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    issued_at: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.issued_at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """An access token, as Authlib asks of it."""

    scope: str

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


@cache
def signing_key() -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": "1"})


def code_grant(provider: Provider) -> type[AuthorizationCodeGrant]:
    class CodeGrant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = list(METHODS)  # noqa: RUF012 - as Authlib declares it

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            provider.nonces.add(data["nonce"])
            provider.codes[code] = Code(
                code=code,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                nonce=data["nonce"],
                code_challenge=data["code_challenge"],
                code_challenge_method=data["code_challenge_method"],
                issued_at=time.time(),
            )

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            found = provider.codes.get(code)
            return found if found and time.time() - found.issued_at < provider.code_lifetime else None

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return provider.user

    return CodeGrant


class OnlyS256(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - as Authlib declares it


def id_tokens(provider: Provider) -> OpenIDCode:
    class IdTokens(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return nonce in provider.nonces

        def get_client_algorithm(self, client: Any) -> str:
            return "RS256"

        def resolve_client_private_key(self, client: Any) -> RSAKey:
            return signing_key()

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": provider.issuer}

        def get_authorization_code_claims(self, authorization_code: Any) -> dict[str, Any]:
            claims = super().get_authorization_code_claims(authorization_code)
            return {name: value for name, value in claims.items() if name not in provider.leaves_out}

        def get_compatible_claims(self, request: Any) -> dict[str, Any]:
            claims = super().get_compatible_claims(request)
            return {name: value for name, value in claims.items() if name not in provider.leaves_out}

        def generate_user_info(self, user: Mapping[str, Any], scope: str) -> UserInfo:
            claims = {**user, **provider.says}
            return UserInfo(
                {name: value for name, value in claims.items() if name not in provider.leaves_out}
            )

    return IdTokens(require_nonce=True)


def bearer_tokens(provider: Provider) -> BearerTokenValidator:
    class Known(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> AccessToken | None:
            return provider.tokens.get(token_string)

    return Known()


def issuer_parameter(provider: Provider) -> IssuerParameter:
    class Named(IssuerParameter):
        def get_issuer(self) -> str:
            return provider.issuer

    return Named()


def publish(app: Flask, provider: Provider) -> None:
    """Serve what can be asked about the provider, and about a person."""
    signed_in = ResourceProtector()
    signed_in.register_token_validator(bearer_tokens(provider))

    @app.get(DISCOVERY)
    def discovery() -> Response:
        return jsonify(provider.metadata())

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [signing_key().as_dict(private=False)]})

    @app.get("/userinfo")
    @signed_in("openid")  # type: ignore[untyped-decorator]
    def user_info() -> Response:
        return jsonify({**provider.user, **provider.tells})


def application(provider: Provider) -> Flask:
    """Authlib's server, behind Flask."""
    app = Flask(__name__)
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: provider if client_id == provider.client_id else None,
        save_token=lambda token, request: provider.tokens.update(
            {token["access_token"]: AccessToken(scope=token["scope"])}
        ),
    )
    server.register_grant(code_grant(provider), [id_tokens(provider), OnlyS256(required=True)])
    server.register_extension(issuer_parameter(provider))

    @app.before_request
    def fault() -> Any:
        provider.asked.append((request.method, request.path))
        provider.may_answer.wait(30)
        if request.path in provider.moves:
            return redirect(provider.moves[request.path])
        if request.path in provider.answers:
            status, body = provider.answers[request.path]
            return Response(body, status, content_type="application/json")
        return None

    publish(app, provider)

    @app.get("/authorize")
    def page() -> Any:
        try:
            server.get_consent_grant(end_user=provider.user)  # type: ignore[no-untyped-call]
        except OAuth2Error as error:
            return Response(str(error), 400)
        return PAGE.format(name=provider.user.get("name", "nobody"))

    @app.post("/authorize")
    def pressed() -> Any:
        grant = server.get_consent_grant(end_user=provider.user)  # type: ignore[no-untyped-call]
        user = None if provider.denies else provider.user
        return server.create_authorization_response(grant_user=user, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    return app


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - as werkzeug calls it
        """Say nothing."""


@contextmanager
def running(provider: Provider, *, tls: bool = False) -> Iterator[Provider]:
    """Serve it on a free port of this machine; over TLS, `provider.certificate` is what to trust."""
    with TemporaryDirectory() as folder:
        pair = make_ssl_devcert(f"{folder}/provider", host="localhost") if tls else None
        server = make_server(
            "127.0.0.1",
            0,
            application(provider),
            threaded=True,
            request_handler=Quiet,
            ssl_context=pair,
        )
        provider.certificate = Path(pair[0]) if pair else None
        provider.issuer = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{server.server_port}"
        provider.may_answer.set()
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            provider.may_answer.set()
            server.shutdown()
            thread.join()
            server.server_close()
