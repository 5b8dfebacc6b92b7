"""Addresses outside AWS, over HTTPS. An address may be the secret: no error and no log holds one.

All has one time limit together, the name's look-up aside: the connection, TLS, and an answer that comes byte
by byte. No redirect is followed, and no more of an answer is read than is shown to a person.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from time import monotonic
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reprieve.dataclass import dataclass
from reprieve.errors import NoAnswerError
from reprieve.ports import HttpAnswer
from reprieve.untrusted import is_over_tls

BODY_LIMIT: Final = 4_096  # bytes
LONGEST_WAIT: Final = 3600
_TIMEOUT: Final = 10.0
_PORTS: Final = {"https": 443, "http": 80}
_CARRIES_IPV4: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # RFC 6052, RFC 4291
_LEAST: Final = 0.001  # seconds: a socket takes 0 for "do not wait"


class HttpClient:
    """The `Http` of the network.

    `timeout` is for the whole of an exchange, in seconds; `body_limit` is how many bytes of an answer are
    read.
    """

    def __init__(self, timeout: float = _TIMEOUT, body_limit: int = BODY_LIMIT) -> None:
        self._timeout = timeout
        self._body_limit = body_limit

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool = False
    ) -> HttpAnswer:
        """Post once; the caller retries."""
        if not is_over_tls(url):
            raise NoAnswerError("not an https URL")
        deadline = _Deadline(self._timeout)
        try:
            with deadline.running():
                return self._exchange(urlsplit(url), body, headers, deadline, public_only=public_only)
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswerError("TimeoutError" if deadline.has_passed else _told(error)) from None

    def _exchange(
        self,
        url: SplitResult,
        body: bytes,
        headers: Mapping[str, str],
        deadline: "_Deadline",
        *,
        public_only: bool,
    ) -> HttpAnswer:
        with closing(self._opened(url, deadline, public_only=public_only)) as line:
            connection = HTTPConnection(url.hostname or "")
            connection.sock = line
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("POST", target, body, {"Host": url.netloc, **headers})
            with connection.getresponse() as answer:
                content = answer.read(self._body_limit).decode(errors="replace")
                if deadline.has_passed:
                    raise TimeoutError
                return HttpAnswer(status=answer.status, body=content, retry_after=_retry_after(answer))

    def _opened(self, url: SplitResult, deadline: "_Deadline", *, public_only: bool) -> socket.socket:
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        line = deadline.watch(_connected(host, port, deadline, public_only=public_only))
        if url.scheme == "http":
            return line
        wrapped = self.tls.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
        deadline.watch(wrapped)
        try:
            wrapped.do_handshake()
        except (OSError, ValueError):
            wrapped.close()
            raise
        return wrapped

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """Return what certificates are checked by."""
        return ssl.create_default_context()


class _PrivateAddressError(OSError):
    """The name leads into a private network."""


@dataclass(slots=True)
class _Deadline:
    """A moment at which a connection is cut, wherever the exchange is."""

    seconds: float
    has_passed: bool = False
    _end: float = 0.0
    _line: socket.socket | None = field(default=None, repr=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._end = monotonic() + self.seconds
        timer = Timer(self.seconds, self._pass)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def left(self) -> float:
        return max(self._end - monotonic(), _LEAST)

    def watch(self, line: socket.socket) -> socket.socket:
        self._line = line
        return line

    def _pass(self) -> None:
        self.has_passed = True
        if self._line:
            with suppress(OSError):
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)


def _connected(host: str, port: int, deadline: _Deadline, *, public_only: bool) -> socket.socket:
    """Return a connection to the first address of a host that takes one."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure: OSError = OSError()
    for family, kind, protocol, _, address in found:
        if public_only and not _is_public(str(address[0])):
            failure = _PrivateAddressError()
            continue
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(deadline.left())
            line.connect(address)
        except OSError as error:
            line.close()
            failure = error
        else:
            return line
    raise failure


def _is_public(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.is_site_local:
            return False
        found = _carried(found) or found
    return found.is_global and not found.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address to which a network brings what is sent to this one."""
    if any(address in each for each in _CARRIES_IPV4):
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour


def _told(error: Exception) -> str:
    if isinstance(error, _PrivateAddressError):
        return "the address is in a private network"
    return type(error).__name__


def _retry_after(answer: HTTPResponse) -> int | None:
    """Return `Retry-After`, in seconds, where it makes sense."""
    value = answer.headers.get("Retry-After", "")
    return min(int(value[:9]), LONGEST_WAIT) if value.isdecimal() and value.isascii() else None
