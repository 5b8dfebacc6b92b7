"""AWS by moto, Slack, an OpenID provider and CloudFormation's address, behind one real port of this machine.

Every fault but two is done to a real connection here. Connections are refused by the client's side:
by a closed port for addresses outside AWS, and for AWS, whose calls share one address, by what botocore
raises at a closed port (`test_harness.py` compares). A read timeout is a real one, of a shorter time.
"""

import json
import re
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

import jwt
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.backends import get_backend
from moto.core.request import normalize_request
from werkzeug.exceptions import HTTPException

from tests.faults.weather import SKY, Fault

FAULT_HEADER: Final = "X-Fault"
HELD: Final = 5.0  # seconds for which a request is held at the most, until its client has given up
OWN: Final = "123456789012"  # moto's own
REGION: Final = "eu-west-1"
SLOWLY: Final = 0.01
OK: Final = 200

_SCOPE: Final = re.compile(r"Credential=[^/]+/\d+/([\w-]+)/([\w-]+)/aws4_request")
_really_sleep: Final = time.sleep

SIGNED_AS: Final = {"monitoring": "cloudwatch"}

Answer = tuple[int, Mapping[str, str], bytes]

# Each service's own words; what is not here is said in AWS' common ones.
THROTTLED: Final = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "organizations": (400, "TooManyRequestsException"),
    "sns": (429, "Throttled"),
    "sqs": (400, "RequestThrottled"),
    "sts": (400, "Throttling"),
}
DENIED: Final = {"sns": (403, "AuthorizationError"), "sts": (403, "AccessDenied")}
BROKEN: Final = {
    "dynamodb": "InternalServerError",
    "kms": "KMSInternalException",
    "secretsmanager": "InternalServiceError",
    "logs": "ServiceUnavailableException",
}


@dataclass(frozen=True)
class Asked:
    """One HTTP request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def scope(self) -> tuple[str, str] | None:
        """Region and service of a request that is signed for AWS."""
        found = _SCOPE.search(self.headers.get("Authorization", ""))
        return (found[1], SIGNED_AS.get(found[2], found[2])) if found else None

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace")))

    @property
    def operation(self) -> str:
        target = self.headers.get("X-Amz-Target", "")
        return target.rpartition(".")[2] if target else self.form.get("Action", "")


@dataclass
class Outside:
    """What is not AWS: it remembers what it got.

    Attributes:
        posts: What Slack took.
        puts: What CloudFormation took.
        nonce: The nonce of the sign-in that is under way.
    """

    posts: list[dict[str, Any]] = field(default_factory=list)
    puts: list[dict[str, Any]] = field(default_factory=list)
    nonce: str = ""
    closed: frozenset[str] = frozenset()
    redeemed: set[str] = field(default_factory=set)


@dataclass
class Cloud:
    """All that a function can reach."""

    port: int = 0
    closed_port: int = 0
    outside: Outside = field(default_factory=Outside)
    schedulings: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    _transactions: dict[str, Answer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, outside: Outside) -> None:
        """Forget whatever happened."""
        self.outside = outside
        self.schedulings.clear()
        self.changes.clear()
        self._transactions.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def address(self, call: str, path: str) -> str:
        """Where a call outside AWS goes: nowhere, if connections are to be refused."""
        port = self.closed_port if call in self.outside.closed else self.port
        return f"http://127.0.0.1:{port}{path}"

    def call_of(self, asked: Asked) -> str:
        """Name a call."""
        if asked.scope:
            return f"{asked.scope[1]}:{asked.operation}"
        return OUTSIDE[asked.path.partition("?")[0]]

    def answer(self, asked: Asked) -> Answer:
        """Do what is asked for."""
        if not asked.scope:
            return self._outside(asked)
        own: dict[str, Callable[[Asked], Answer | None]] = {
            "cloudtrail:LookupEvents": self._look_up_events,
            "kms:GetKeyLastUsage": lambda _: _json(200, {"KeyId": "k", "TrackingStartDate": 1.7e9}),
            "kms:CancelKeyDeletion": self._cancel,
            "kms:EnableKey": self._enable,
            "dynamodb:TransactWriteItems": self._transact,
            "organizations:DescribeAccount": lambda _: _json(200, {"Account": {"Name": "payments"}}),
        }
        with self._lock:  # moto's own locks are in its client
            special = own.get(self.call_of(asked))
            return (special(asked) if special else None) or self._by_moto(asked)

    def _by_moto(self, asked: Asked, body: bytes | None = None) -> Answer:
        assert asked.scope
        region, service = asked.scope
        headers = HTTPHeaders()
        for name, value in asked.headers.items():
            headers[name] = value
        host = next((signed for signed, name in SIGNED_AS.items() if name == service), service)
        url = f"https://{host}.{region}.amazonaws.com{asked.path}"
        sent = asked.body if body is None else body
        request = normalize_request(AWSPreparedRequest("POST", url, headers, sent, stream_output=False))
        try:
            status, told, content = _dispatcher(service)(request, request.raw_url, request.headers)
        except HTTPException as error:
            status, told, content = error.code or 500, dict(error.get_headers()), error.get_body()
        kept = {name: str(value) for name, value in told.items() if name.lower() not in _BY_HAND}
        return status, kept, content.encode() if isinstance(content, str) else content

    def _by_id(self, asked: Asked) -> tuple[dict[str, Any], bytes]:
        """Moto does not find a key by its ARN in every call, as KMS does."""
        parameters = json.loads(asked.body)
        parameters["KeyId"] = parameters["KeyId"].rpartition("/")[2]
        return parameters, json.dumps(parameters).encode()

    def _state(self, asked: Asked) -> str:
        described = Asked(
            "POST", "/", {**asked.headers, "X-Amz-Target": "TrentService.DescribeKey"}, asked.body
        )
        metadata = json.loads(self._by_moto(described)[2])["KeyMetadata"]
        return str(metadata["KeyState"])

    def _cancel(self, asked: Asked) -> Answer:
        parameters, body = self._by_id(asked)
        if self._state(asked) != "PendingDeletion":
            return _wrong_state(f"{parameters['KeyId']} is not pending deletion.")
        self.changes.append(("CancelKeyDeletion", json.loads(asked.body)["KeyId"]))
        return self._by_moto(asked, body)

    def _transact(self, asked: Asked) -> Answer:
        """Do a transaction once: DynamoDB knows one that comes again by its token."""
        token = json.loads(asked.body)["ClientRequestToken"]
        if token not in self._transactions:
            done = self._by_moto(asked)
            if done[0] != OK:
                return done
            self._transactions[token] = done
        return self._transactions[token]

    def _enable(self, asked: Asked) -> Answer:
        parameters, body = self._by_id(asked)
        if self._state(asked) == "PendingDeletion":
            return _wrong_state(f"{parameters['KeyId']} is pending deletion.")
        self.changes.append(("EnableKey", json.loads(asked.body)["KeyId"]))
        return self._by_moto(asked, body)

    def _look_up_events(self, asked: Asked) -> Answer:
        assert asked.scope
        found = [each for each in self.schedulings if each["awsRegion"] == asked.scope[0]]
        return _json(200, {"Events": [{"CloudTrailEvent": json.dumps(each)} for each in found]})

    def _outside(self, asked: Asked) -> Answer:
        call = self.call_of(asked)
        if call == SLACK:
            self.outside.posts.append(json.loads(asked.body))
            return 200, {}, b"ok"
        if call == CLOUDFORMATION:
            self.outside.puts.append(json.loads(asked.body))
            return 200, {}, b""
        return self._provider(call, asked)

    def _provider(self, call: str, asked: Asked) -> Answer:
        issuer = self.address(DISCOVERY, "/oidc")
        if call == DISCOVERY:
            return _json(
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
            return _json(200, {"sub": "jane-0001", "name": "Jane Doe"})
        return self._token(issuer, asked)

    def _token(self, issuer: str, asked: Asked) -> Answer:
        if asked.form["code"] in self.outside.redeemed:
            return _json(400, {"error": "invalid_grant"})
        self.outside.redeemed.add(asked.form["code"])
        now = int(time.time())
        claims = {
            "iss": issuer,
            "aud": "kms-reprieve",
            "sub": "jane-0001",
            "exp": now + 600,
            "iat": now,
            "nonce": self.outside.nonce,
            "email": "jane@example.com",
            "email_verified": True,
        }
        token = jwt.encode(claims, "signed by whomever it may be, unlooked at", "HS256")
        return _json(200, {"access_token": "a", "token_type": "Bearer", "id_token": token})


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
_BY_HAND: Final = frozenset({"content-length", "server", "date", "connection"})


@cache
def _dispatcher(service: str) -> Callable[..., Any]:
    """What answers for a service in moto, as its own client asks it: the first of its addresses."""
    backends = get_backend(service)[OWN]  # type: ignore[call-overload]
    backend = backends[REGION if REGION in backends.regions else "aws"]
    return next(iter(backend.urls.values()))  # type: ignore[no-any-return]


def _json(status: int, body: Mapping[str, Any]) -> Answer:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def _wrong_state(message: str) -> Answer:
    return _json(400, {"__type": "KMSInvalidStateException", "message": message})


def refusal(asked: Asked, fault: Fault) -> Answer:
    """What a service says that is throttling, broken or denying."""
    if not asked.scope:
        return {
            Fault.THROTTLED: (429, {"Retry-After": "7"}, b"{}"),
            Fault.BROKEN: (500, {}, b"oops"),
            Fault.DENIED: (403, {}, b'{"error": "invalid_client"}'),
        }[fault]
    service = asked.scope[1]
    status, code = {
        Fault.THROTTLED: THROTTLED.get(service, (400, "ThrottlingException")),
        Fault.BROKEN: (500, BROKEN.get(service, "InternalFailure")),
        Fault.DENIED: DENIED.get(service, (400, "AccessDeniedException")),
    }[fault]
    message = f"User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized: {asked.operation}"
    if "X-Amz-Target" in asked.headers:
        return _json(status, {"__type": code, "message": message})
    return status, {"Content-Type": "text/xml"}, _xml(code, message)


def _xml(code: str, message: str) -> bytes:
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
    ).encode()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize: ClassVar[int] = -1
    server: "Server"

    def handle_request(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        asked = Asked(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        self._meet(asked, self._fault(asked))

    do_GET = do_POST = do_PUT = handle_request  # noqa: N815 - as http.server calls them

    def _fault(self, asked: Asked) -> Fault | None:
        if asked.scope:
            named = asked.headers.get(FAULT_HEADER)
            return Fault(named) if named else None
        call, weather = self.server.cloud.call_of(asked), SKY.weather
        fault = weather.strikes(call, asked.body)
        if fault in {Fault.SLOW, Fault.TIMEOUT}:
            weather.outside_waits(TIMEOUTS[call], fault)
        return fault

    def _meet(self, asked: Asked, fault: Fault | None) -> None:
        match fault:
            case Fault.THROTTLED | Fault.BROKEN | Fault.DENIED:
                self._send(refusal(asked, fault))
            case Fault.RESET:
                self._reset()
            case Fault.TIMEOUT:
                select.select([self.connection], [], [], HELD)
                self.close_connection = True
            case Fault.LOST:
                self.server.cloud.answer(asked)
                self._reset()
            case _:
                if fault is Fault.SLOW:
                    _really_sleep(SLOWLY)
                self._send(self.server.cloud.answer(asked), is_cut=fault is Fault.CUT)

    def _send(self, answer: Answer, *, is_cut: bool = False) -> None:
        status, headers, body = answer
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if is_cut else body)
        self.wfile.flush()
        self.close_connection = self.close_connection or is_cut

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def finish(self) -> None:
        if not self.wfile.closed and self.connection.fileno() >= 0:
            super().finish()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The port."""

    daemon_threads = True
    block_on_close = False
    cloud: Cloud


def start() -> Cloud:
    """Serve for as long as this process runs."""
    server = Server(("127.0.0.1", 0), Handler)
    server.cloud = Cloud(port=server.server_port)
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        server.cloud.closed_port = reserved.getsockname()[1]
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server.cloud
