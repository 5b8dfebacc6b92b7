"""Slack, an OpenID provider and CloudFormation's address: what is not AWS, on this machine."""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

import jwt

from local.slack_workspace import Workspace
from tests.faults.messages import Answer, Asked, as_json

SLACK: Final = "Slack webhook"
SLACK_API: Final = "Slack's Web API"
ANSWERS: Final = "Slack's address for answers"
CLOUDFORMATION: Final = "CloudFormation's ResponseURL"
DISCOVERY: Final = "OpenID discovery"
TOKEN: Final = "OpenID token endpoint"  # noqa: S105 - its name
USER_INFO: Final = "OpenID UserInfo endpoint"
OUTSIDE: Final = {
    "/slack": SLACK,
    "/api/auth.test": SLACK_API,
    "/api/users.info": SLACK_API,
    "/api/chat.update": SLACK_API,
    "/api/chat.postEphemeral": SLACK_API,
    "/cloudformation": CLOUDFORMATION,
    "/oidc/.well-known/openid-configuration": DISCOVERY,
    "/oidc/token": TOKEN,
    "/oidc/userinfo": USER_INFO,
}
TIMEOUTS: Final = {
    SLACK: 10.0,
    CLOUDFORMATION: 10.0,
    SLACK_API: 2.0,
    ANSWERS: 2.0,
    DISCOVERY: 3.0,
    TOKEN: 3.0,
    USER_INFO: 3.0,
}
_ANSWERS: Final = "/actions/"


def call_of(path: str) -> str:
    """Name a call outside AWS by its path."""
    return ANSWERS if path.startswith(_ANSWERS) else OUTSIDE[path.partition("?")[0]]


@dataclass
class Outside:
    """What is not AWS: it remembers what it got.

    Attributes:
        posts: What Slack took.
        puts: What CloudFormation took.
        events: What an EventBridge bus took.
        mails: What SES took.
        workspace: Slack, where an app is in it.
        is_gone: Whether the webhook is no more.
        handed: What Lambda is to start a function with.
        nonce: The nonce of the sign-in that is under way.
    """

    posts: list[dict[str, Any]] = field(default_factory=list)
    puts: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    workspace: Workspace = field(default_factory=Workspace)
    handed: list[dict[str, Any]] = field(default_factory=list)
    is_gone: bool = False
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
        if call == SLACK and self.is_gone:
            return 410, {}, b"gone"
        if call == SLACK:
            self.posts.append(json.loads(asked.body))
            return 200, {}, b"ok"
        if call == CLOUDFORMATION:
            self.puts.append(json.loads(asked.body))
            return 200, {}, b""
        if call in {SLACK_API, ANSWERS}:
            return self._slack(call, asked)
        return self._provider(call, asked)

    def _slack(self, call: str, asked: Asked) -> Answer:
        name = asked.path.rpartition("/")[2]
        if call == SLACK_API:
            headers = {each.lower(): value for each, value in asked.headers.items()}
            status, said = self.workspace.call(name, headers, asked.body)
            return as_json(status, said)
        status, text = self.workspace.reply(name, asked.body)
        return status, {}, text.encode()

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
