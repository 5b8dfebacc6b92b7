"""Slack, an OpenID provider and CloudFormation's address: what is not AWS, on this machine."""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

import jwt

from tests.faults.messages import Answer, Asked, as_json

SLACK: Final = "Slack webhook"
CLOUDFORMATION: Final = "CloudFormation's ResponseURL"
DISCOVERY: Final = "OpenID discovery"
TOKEN: Final = "OpenID token endpoint"  # noqa: S105 - its name
USER_INFO: Final = "OpenID UserInfo endpoint"
OUTSIDE: Final = {
    "/slack": SLACK,
    "/cloudformation": CLOUDFORMATION,
    "/oidc/.well-known/openid-configuration": DISCOVERY,
    "/oidc/token": TOKEN,
    "/oidc/userinfo": USER_INFO,
}
TIMEOUTS: Final = {SLACK: 10.0, CLOUDFORMATION: 10.0, DISCOVERY: 3.0, TOKEN: 3.0, USER_INFO: 3.0}


@dataclass
class Outside:
    """What is not AWS: it remembers what it got.

    Attributes:
        posts: What Slack took.
        puts: What CloudFormation took.
        events: What an EventBridge bus took.
        mails: What SES took.
        nonce: The nonce of the sign-in that is under way.
    """

    posts: list[dict[str, Any]] = field(default_factory=list)
    puts: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    nonce: str = ""
    port: int = 0
    closed_port: int = 0
    closed: frozenset[str] = frozenset()
    redeemed: set[str] = field(default_factory=set)

    def address(self, call: str, path: str) -> str:
        """Where a call outside AWS goes: nowhere, if connections are to be refused."""
        port = self.closed_port if call in self.closed else self.port
        return f"http://127.0.0.1:{port}{path}"

    def answer(self, call: str, asked: Asked) -> Answer:
        if call == SLACK:
            self.posts.append(json.loads(asked.body))
            return 200, {}, b"ok"
        if call == CLOUDFORMATION:
            self.puts.append(json.loads(asked.body))
            return 200, {}, b""
        return self._provider(call, asked)

    def _provider(self, call: str, asked: Asked) -> Answer:
        issuer = self.address(DISCOVERY, "/oidc")
        if call == DISCOVERY:
            return as_json(
                200,
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": self.address(TOKEN, "/oidc/token"),
                    "userinfo_endpoint": self.address(USER_INFO, "/oidc/userinfo"),
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                },
            )
        if call == USER_INFO:
            return as_json(200, {"sub": "jane-0001", "name": "Jane Doe"})
        return self._token(issuer, asked)

    def _token(self, issuer: str, asked: Asked) -> Answer:
        if asked.form["code"] in self.redeemed:
            return as_json(400, {"error": "invalid_grant"})
        self.redeemed.add(asked.form["code"])
        now = int(time.time())
        claims = {
            "iss": issuer,
            "aud": "kms-reprieve",
            "sub": "jane-0001",
            "exp": now + 600,
            "iat": now,
            "nonce": self.nonce,
            "email": "jane@example.com",
            "email_verified": True,
        }
        token = jwt.encode(claims, "signed by whomever it may be, unlooked at", "HS256")
        return as_json(200, {"access_token": "a", "token_type": "Bearer", "id_token": token})
