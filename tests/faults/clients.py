"""The clients' side: every attempt passes here before it is sent, and waits are counted, not waited."""

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import local
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError
from botocore.retries.bucket import TokenBucket
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.core.botocore_stubber import MockRawResponse

from reprieve.adapters.aws import sdk_session
from tests.aws_in_process import prompt_clients, prompt_moto
from tests.faults.cloud import FAULT_HEADER, Cloud
from tests.faults.messages import SIGNED_AS, Asked
from tests.faults.weather import SKY, Fault

ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "kms-reprieve",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "NO_PROXY": "127.0.0.1",
}
LONG: Final = 60.0
SHORT: Final = 0.08
"""Seconds: every read timeout of an attempt, or of an address outside AWS, that is to run out."""

_ATTEMPT: Final = re.compile(r"attempt=(\d+)")
_this_thread = local()


@dataclass
class _Outside:
    """The timeout of connections that are not AWS'; and the cloud that AWS' clients are led to."""

    timeout: float | None = None
    cloud: Cloud = field(default_factory=Cloud)


_outside: Final = _Outside()
_GENERATE: Final = rsa.generate_private_key
_REAL: Final = socket.socket.settimeout


def _sending(request: Any, event_name: str, **_: object) -> Any:
    """Let one attempt of an AWS call meet its fault: over a connection, where it meets one.

    Whatever is raised here, botocore takes as its own.
    """
    service, operation = event_name.split(".")[1:]
    call = f"{_service(service, request)}:{operation}"
    attempt = int(_ATTEMPT.search(_text(request.headers.get("amz-sdk-request", "attempt=1")))[1])  # type: ignore[index]
    fault = SKY.weather.strikes(call, _bytes(request.body), attempt)
    _this_thread.timeout = SHORT if fault is Fault.TIMEOUT else LONG
    if fault is None:
        return _answered(request)
    SKY.weather.meets(fault, request.context["client_config"].read_timeout)
    if fault is Fault.REFUSED:
        raise EndpointConnectionError(endpoint_url=request.url, error="Connection refused")
    request.headers[FAULT_HEADER] = fault.value
    return None


def _answered(request: Any) -> AWSResponse:
    """Ask the cloud without a connection: most calls meet no fault, and there are many of them."""
    headers = {name: _text(value) for name, value in request.headers.items()}
    status, told, body = _outside.cloud.answer(
        Asked("POST", urlsplit(request.url).path, headers, _bytes(request.body))
    )
    return AWSResponse(request.url, status, HTTPHeaders.from_pairs(told.items()), MockRawResponse(body))


def _service(service_id: str, request: Any) -> str:
    found = re.search(r"/([\w-]+)/aws4_request", _text(request.headers["Authorization"]))
    return SIGNED_AS.get(found[1], found[1]) if found else service_id


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _received(**_: object) -> None:
    _this_thread.timeout = None


@cache
def _session() -> boto3.Session:
    """Return the session of the functions, as boto3 has it: what it has read of AWS' models it knows."""
    return boto3.Session(botocore_session=sdk_session())


@contextmanager
def _led(session: boto3.Session) -> Iterator[None]:
    """Let the attempts of every client that is made meanwhile pass here, for as long as the client lives."""
    session.events.register_first("before-send.*.*", _sending)
    session.events.register("response-received.*.*", _received)
    try:
        yield
    finally:
        session.events.unregister("before-send.*.*", _sending)
        session.events.unregister("response-received.*.*", _received)


def _settimeout(connection: socket.socket, seconds: float | None) -> None:
    _REAL(connection, _shortened(seconds))


def _shortened(seconds: float | None) -> float | None:
    short = getattr(_this_thread, "timeout", None) or _outside.timeout
    return min(seconds, short) if short and seconds else seconds


def _wait(seconds: float) -> None:
    SKY.weather.wait(seconds)


def _acquire(bucket: TokenBucket, amount: int = 1, block: bool = True) -> bool:  # noqa: ARG001, FBT001, FBT002 - as botocore has it
    """Wait for a token as adaptive retries do, at the rate that they have come to."""
    SKY.weather.wait(amount / bucket.max_rate)
    return True


@contextmanager
def short_outside() -> Iterator[None]:
    """Let read timeouts of addresses outside AWS run out soon; AWS' clients set their own."""
    with patch.object(_outside, "timeout", SHORT):
        yield


@cache
def _rsa_key(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    """Make the key that moto makes for every KMS key, of whatever kind, once."""
    return _GENERATE(public_exponent, key_size)


@contextmanager
def connected(cloud: Cloud) -> Iterator[boto3.Session]:
    """Lead every client that is made to a cloud."""
    session = _session()
    with (
        patch.dict(os.environ, {**ENVIRONMENT, "AWS_ENDPOINT_URL": cloud.url}),
        _led(session),
        prompt_clients(),
        prompt_moto(),
        patch.object(_outside, "cloud", cloud),
        patch.object(time, "sleep", _wait),
        patch.object(socket.socket, "settimeout", _settimeout),
        patch.object(TokenBucket, "acquire", _acquire),
        patch.object(rsa, "generate_private_key", _rsa_key),
    ):
        yield session
