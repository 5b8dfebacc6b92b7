"""AWS by moto, Slack, an OpenID provider and CloudFormation's address, behind one real port of this machine.

Every fault but two is done to a real connection here. Connections are refused by the client's side:
by a closed port for addresses outside AWS, and for AWS, whose calls share one address, by what botocore
raises at a closed port (`test_harness.py` compares). A read timeout is a real one, of a shorter time.
"""

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, ClassVar, Final

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.backends import get_backend
from moto.core.request import normalize_request
from werkzeug.exceptions import HTTPException

from tests.faults.messages import SIGNED_AS, Answer, Asked, as_json, refusal
from tests.faults.outside import TIMEOUTS, Outside, call_of
from tests.faults.weather import SKY, Fault

FAULT_HEADER: Final = "X-Fault"
HELD: Final = 5.0  # seconds for which a request is held at the most, until its client has given up
OWN: Final = "123456789012"  # moto's own
REGION: Final = "eu-west-1"
SLOWLY: Final = 0.01
OK: Final = 200

_really_sleep: Final = time.sleep


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

    def begin(self, closed: frozenset[str]) -> None:
        """Forget whatever happened; from now on, connections for the calls in `closed` are refused."""
        self.outside = Outside(port=self.port, closed_port=self.closed_port, closed=closed)
        self.schedulings.clear()
        self.changes.clear()
        self._transactions.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call_of(self, asked: Asked) -> str:
        """Name a call."""
        if asked.scope:
            return f"{asked.scope[1]}:{asked.operation}"
        return call_of(asked.path)

    def answer(self, asked: Asked) -> Answer:
        """Do what is asked for."""
        if not asked.scope:
            return self.outside.answer(self.call_of(asked), asked)
        own: dict[str, Callable[[Asked], Answer | None]] = {
            "cloudtrail:LookupEvents": self._look_up_events,
            "kms:GetKeyLastUsage": lambda _: as_json(200, {"KeyId": "k", "TrackingStartDate": 1.7e9}),
            "kms:CancelKeyDeletion": self._cancel,
            "kms:EnableKey": self._enable,
            "dynamodb:TransactWriteItems": self._transact,
            "events:PutEvents": self._put_events,
            "ses:SendEmail": self._send_email,
            "lambda:Invoke": self._hand_over,
            "organizations:DescribeAccount": lambda _: as_json(200, {"Account": {"Name": "payments"}}),
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

    def _put_events(self, asked: Asked) -> Answer:
        self.outside.events += [json.loads(entry["Detail"]) for entry in json.loads(asked.body)["Entries"]]
        return as_json(200, {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})

    def _send_email(self, asked: Asked) -> Answer:
        self.outside.mails.append(json.loads(asked.body)["Content"])
        return as_json(200, {"MessageId": "1"})

    def _hand_over(self, asked: Asked) -> Answer:
        self.outside.handed.append(json.loads(asked.body))
        return 202, {}, b""

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
        return as_json(200, {"Events": [{"CloudTrailEvent": json.dumps(each)} for each in found]})


_BY_HAND: Final = frozenset({"content-length", "server", "date", "connection"})


def _wrong_state(message: str) -> Answer:
    return as_json(400, {"__type": "KMSInvalidStateException", "message": message})


@cache
def _dispatcher(service: str) -> Callable[..., Any]:
    """What answers for a service in moto, as its own client asks it: the first of its addresses."""
    backends = get_backend(service)[OWN]  # type: ignore[call-overload]
    backend = backends[REGION if REGION in backends.regions else "aws"]
    return next(iter(backend.urls.values()))  # type: ignore[no-any-return]


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
