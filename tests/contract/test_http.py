"""Addresses outside AWS: the same in memory and against servers on this machine."""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from reprieve.adapters import http
from reprieve.adapters.http import BODY_LIMIT, HttpClient
from reprieve.errors import NoAnswerError
from reprieve.ports import Http, HttpAnswer
from tests.fakes import FakeHttp

PATH = "/services/T000/B000/confidential"
JSON = {"Content-Type": "application/json"}


@dataclass
class Other:
    """The other side: it answers as it is told, and remembers what it got."""

    port: int = 0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    got: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)
    may_answer: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    other: Other

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that hangs up."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        other = self.server.other
        body = self.rfile.read(int(self.headers["Content-Length"]))
        other.may_answer.wait()
        other.got.append((self.path, body, dict(self.headers)))
        self.send_response(other.status)
        for name, value in other.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(other.body)))
        self.end_headers()
        self.wfile.write(other.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other() -> Iterator[Other]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.other = Other(port=server.server_port)
        server.other.may_answer.set()
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.other
        finally:
            server.other.may_answer.set()
            server.shutdown()
            thread.join()


def client(timeout: float = 20) -> HttpClient:
    return HttpClient(timeout)


Posted = Callable[[], Sequence[tuple[str, bytes]]]


@pytest.fixture(params=["memory", "network"])
def line(request: pytest.FixtureRequest) -> tuple[Http, str, Posted]:
    if request.param == "memory":
        fake = FakeHttp()
        return fake, f"https://x.example{PATH}", lambda: [(PATH, body) for _, body, _ in fake.posts]
    other: Other = request.getfixturevalue("other")
    return client(), other.url, lambda: [(path, body) for path, body, _ in other.got]


def test_what_is_posted_arrives_as_it_is_and_the_answer_is_told(line: tuple[Http, str, Posted]) -> None:
    sender, url, posted = line

    answers = [sender.post(url, body, JSON) for body in ("é \N{SNOWMAN}".encode(), b"{}")]

    assert answers == [HttpAnswer(status=200, body="ok")] * 2
    assert posted() == [(PATH, "é \N{SNOWMAN}".encode()), (PATH, b"{}")]


def test_headers_host_and_query_are_sent_as_they_are(other: Other) -> None:
    query = "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sig=a-b_c"

    client().post(other.url + query, b"x", {"Webhook-Id": "1"})

    ((path, _, headers),) = other.got
    assert path == PATH + query
    assert (headers["Webhook-Id"], headers["Host"]) == ("1", f"127.0.0.1:{other.port}")


def test_an_address_without_a_path_has_the_shortest(other: Other) -> None:
    client().post(f"http://127.0.0.1:{other.port}", b"x", {})

    assert other.got[0][0] == "/"


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308, 400, 403, 410, 500])
def test_whatever_the_status_is_it_is_told_and_no_redirect_is_followed(other: Other, status: int) -> None:
    other.status, other.headers, other.body = status, {"Location": other.url}, b""

    assert client().post(other.url, b"x", {}) == HttpAnswer(status=status)
    assert len(other.got) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "86400"}, 3600),
        ({"Retry-After": "9" * 5000}, 3600),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "\u00b2"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 15:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_told_where_it_makes_sense(
    other: Other, header: dict[str, str], seconds: int | None
) -> None:
    other.status, other.headers = 429, header

    assert client().post(other.url, b"x", {}).retry_after == seconds


def test_of_a_long_answer_the_beginning_is_read(other: Other) -> None:
    other.body = b"x" * 1_000_000

    assert client().post(other.url, b"x", {}).body == "x" * BODY_LIMIT


def test_what_is_no_text_does_no_harm(other: Other) -> None:
    other.body = b"\xff\xfe"

    assert client().post(other.url, b"x", {}).body == "\N{REPLACEMENT CHARACTER}" * 2


def failure(
    url: str, caplog: pytest.LogCaptureFixture, *, public_only: bool = False, timeout: float = 20
) -> str:
    """What is said of a failed post, after it has been seen that neither error nor log holds the address."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NoAnswerError) as caught:
        client(timeout).post(url, b"x", {}, public_only=public_only)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "confidential" not in str(caught.value)
    assert not [line for line in caplog.messages if "confidential" in line]
    return str(caught.value)


def test_a_name_that_is_found_too_late_is_not_connected_to(
    other: Other, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = socket.getaddrinfo

    def late(*asked: Any, **how: Any) -> Any:
        sleep(0.5)
        return found(*asked, **how)

    monkeypatch.setattr(socket, "getaddrinfo", late)

    assert failure(other.url, caplog, timeout=0.1) == "no answer: TimeoutError"


def test_a_server_that_never_answers_is_given_up(other: Other, caplog: pytest.LogCaptureFixture) -> None:
    other.may_answer.clear()

    assert failure(other.url, caplog, timeout=1) == "no answer: TimeoutError"


def test_a_port_at_which_nobody_is_is_told(closed_port: int, caplog: pytest.LogCaptureFixture) -> None:
    assert failure(f"http://127.0.0.1:{closed_port}{PATH}", caplog) == "no answer: ConnectionRefusedError"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/confidential",
        "file:///confidential",
        "https://jane@hooks.example/confidential",
        "https://hooks.example/confi dential",
        "confidential",
        "",
    ],
)
def test_what_is_no_https_address_is_told_and_not_shown(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert failure(url, caplog) == "no answer: not an https URL"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://[confidential/x", "ValueError"),
        ("https://hooks.example:confidential/x", "ValueError"),
        ("https://.confidential/x", "UnicodeError"),
    ],
)
def test_a_broken_address_is_told_and_not_shown(
    url: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert failure(url, caplog) in {
        f"no answer: {said}",
        "no answer: gaierror",
        "no answer: UnicodeEncodeError",
    }


@pytest.mark.parametrize("headers", [{"X": "a\r\nb: c"}, {"X\n": "a"}])
def test_no_header_makes_another(other: Other, headers: Mapping[str, str]) -> None:
    with pytest.raises(NoAnswerError, match="ValueError"):
        client().post(other.url, b"x", headers)

    assert other.got == []


def test_a_private_address_is_refused_where_that_is_asked_for(
    other: Other, caplog: pytest.LogCaptureFixture
) -> None:
    assert failure(other.url, caplog, public_only=True) == "no answer: the address is in a private network"
    assert other.got == []


PRIVATE = (
    *("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"),  # noqa: S104
    *("169.254.169.254", "fe80::1%eth0", "fd00:ec2::254"),
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1", "ff02::1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "2002:7f00:1::1", "::127.0.0.1", "fec0::1"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_a_name_leads_to_is_looked_at_and_not_the_name(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    said = failure("https://hooks.example/confidential", caplog, public_only=True)

    assert said == "no answer: the address is in a private network"


def test_a_public_address_is_connected_to(monkeypatch: pytest.MonkeyPatch, other: Other) -> None:
    """A stand-in for a public address: what is asked of `ipaddress` is what it says of this one."""
    monkeypatch.setattr(http, "_is_public", lambda address: address == "127.0.0.1")

    assert client().post(other.url, b"x", {}, public_only=True).status == 200
    assert http._is_public("127.0.0.1")  # noqa: SLF001 - the stand-in was asked


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::93.184.216.34"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert http._is_public(address)  # noqa: SLF001 - no such address can be connected to here


def test_the_next_address_is_tried_where_the_first_takes_no_connection(
    other: Other, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = (closed_port, other.port)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    assert client().post(other.url, b"x", {}).status == 200


@dataclass
class Raw:
    """A server that says what it is told to, byte by byte."""

    said: bytes
    pause: float = 0.02
    port: int = 0
    over: Event = field(default_factory=Event)

    def serve(self, listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line:
            try:
                line.recv(65_536)
                for byte in self.said:
                    if self.over.wait(self.pause):
                        return
                    line.sendall(bytes([byte]))
                _read_to_its_end(line)
            except OSError:
                return


def _read_to_its_end(line: socket.socket) -> None:
    """Hear a client out: what it says after a server has closed would break what it has not read yet."""
    line.shutdown(socket.SHUT_WR)
    line.settimeout(20)
    while line.recv(65_536):
        pass


@pytest.fixture
def raw(request: pytest.FixtureRequest) -> Iterator[Raw]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Raw(request.param, port=listening.getsockname()[1])
        thread = Thread(target=made.serve, args=(listening,))
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 4000, HEAD + b"z" * 4000], indirect=True, ids=["head", "body"]
)
def test_an_answer_that_comes_byte_by_byte_has_no_more_time_than_any_other(
    raw: Raw, caplog: pytest.LogCaptureFixture
) -> None:
    start = monotonic()

    assert failure(f"http://127.0.0.1:{raw.port}{PATH}", caplog, timeout=1) == "no answer: TimeoutError"
    assert monotonic() - start < 40  # as long as it takes to say all: 80 s


@pytest.mark.parametrize("raw", [b"SSH-2.0-confidential\r\n\r\n"], indirect=True)
def test_what_is_no_http_is_told(raw: Raw, caplog: pytest.LogCaptureFixture) -> None:
    raw.pause = 0

    assert failure(f"http://127.0.0.1:{raw.port}{PATH}", caplog) == "no answer: BadStatusLine"


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\n\r\n"], indirect=True)
def test_no_tls_is_no_answer(raw: Raw, caplog: pytest.LogCaptureFixture) -> None:
    raw.pause = 0

    assert failure(f"https://127.0.0.1:{raw.port}{PATH}", caplog) == "no answer: SSLError"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine that no authority has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "this machine")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return file


@pytest.fixture
def over_tls(certificate: Path, other: Other) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.other = other
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}{PATH}"
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_an_authority_vouches_for_gets_the_message(
    over_tls: str, certificate: Path, other: Other
) -> None:
    sender = client()
    sender.tls.load_verify_locations(certificate)

    assert sender.post(over_tls, b"x", {}).status == 200
    assert other.got[0][:2] == (PATH, b"x")


def test_a_server_that_nobody_vouches_for_gets_nothing(
    over_tls: str, other: Other, caplog: pytest.LogCaptureFixture
) -> None:
    assert failure(over_tls, caplog) == "no answer: SSLCertVerificationError"
    assert other.got == []
