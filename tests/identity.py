"""An OpenID provider in memory, as the contract tests hold the adapter to it; and a browser's cookies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from reprieve.errors import RefusedSignInError, SignInError
from reprieve.ports import Tokens
from tests.fakes import FakeClock

OPENS_USER_INFO = "opens-user-info"
JANE = {
    "sub": "jane-0001",
    "name": "Jane Doe",
    "preferred_username": "jane",
    "email": "jane@example.com",
    "email_verified": True,
    "groups": ["engineers", "key-approvers"],
}


@dataclass
class FakeProvider:
    """A provider at which somebody signs in whenever a test says so."""

    clock: FakeClock
    issuer: str = "https://id.example"
    client_id: str = "kms-reprieve"
    user: dict[str, Any] = field(default_factory=lambda: dict(JANE))
    says: dict[str, Any] = field(default_factory=dict)
    leaves_out: set[str] = field(default_factory=set)
    has_user_info: bool = False
    tells: dict[str, Any] = field(default_factory=dict)
    denies: bool = False
    error: SignInError | None = None
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    redeemed: list[str] = field(default_factory=list)

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        if self.error:
            raise self.error
        return f"{self.issuer}/authorize?" + urlencode(
            {"state": state, "nonce": nonce, "challenge": _challenge(verifier)}
        )

    def redeem(self, code: str, verifier: str) -> Tokens:
        self.redeemed.append(code)
        if self.error:
            raise self.error
        nonce, challenge = self.codes.get(code, ("", ""))
        if challenge != _challenge(verifier):
            raise RefusedSignInError("invalid_grant")
        del self.codes[code]
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": [self.client_id],
            "exp": now + 3600,
            "iat": now,
            "nonce": nonce,
            **self.user,
            **self.says,
        }
        said = {name: value for name, value in claims.items() if name not in self.leaves_out}
        return Tokens(claims=said, access_token=OPENS_USER_INFO)

    def user_info(self, access_token: str) -> Mapping[str, object]:
        assert access_token == OPENS_USER_INFO
        return self.user | self.tells if self.has_user_info else {}

    def log_in(self, address: str) -> dict[str, str]:
        """Sign in at `address`; return what the provider sends the browser back with."""
        asked = dict(parse_qsl(urlsplit(address).query))
        if self.denies:
            return {"error": "access_denied", "state": asked["state"], "iss": self.issuer}
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked["nonce"], asked["challenge"])
        return {"code": code, "state": asked["state"], "iss": self.issuer}


def _challenge(verifier: str) -> str:
    return sha256(verifier.encode()).hexdigest()


def held(*set_cookies: str) -> dict[str, str]:
    """The cookies that a browser holds after these `Set-Cookie`s."""
    pairs = [cookie.partition(";")[0].partition("=") for cookie in set_cookies]
    return {name: value for name, _, value in pairs if value}
