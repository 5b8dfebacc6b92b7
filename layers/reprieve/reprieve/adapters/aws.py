"""AWS' clients, and its errors in this package's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from reprieve.errors import (
    AbsentError,
    AwsError,
    DeniedError,
    ThrottledError,
    UnreachableError,
    WrongStateError,
)

PATIENT: Final = Config(
    connect_timeout=3, read_timeout=20, retries={"mode": "adaptive", "total_max_attempts": 6}
)
"""For calls that nobody waits for, some of which AWS allows only a few times a second."""

PROMPT: Final = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)
"""For calls that a person waits for, or that may be done without; none takes half of the page's time."""

BRIEF: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=16,
)
"""For facts about a key: many at once, and nobody waits for them for longer than some seconds."""

_KINDS: Final[dict[str, type[AwsError]]] = {
    "AccessDenied": DeniedError,
    "AccessDeniedException": DeniedError,
    "AuthorizationError": DeniedError,  # SNS
    "AuthorizationErrorException": DeniedError,
    "NotFound": AbsentError,  # SNS
    "NotFoundException": AbsentError,  # KMS
    "ResourceNotFoundException": AbsentError,
    "AWS.SimpleQueueService.NonExistentQueue": AbsentError,
    "KMSInvalidStateException": WrongStateError,
    "DisabledException": WrongStateError,
    "ThrottlingException": ThrottledError,
    "Throttling": ThrottledError,
    "ThrottledException": ThrottledError,
    "TooManyRequestsException": ThrottledError,
    "RequestThrottled": ThrottledError,  # SQS
    "RequestLimitExceeded": ThrottledError,
    "ProvisionedThroughputExceededException": ThrottledError,
    "KMSInternalException": UnreachableError,
    "DependencyTimeoutException": UnreachableError,
    "ServiceUnavailable": UnreachableError,
    "ServiceUnavailableException": UnreachableError,
    "InternalServerError": UnreachableError,
}
_SERVER_FAULT: Final = 500
_BEFORE_ANOTHER: Final = 0.1  # seconds


def client(service: str, config: Config, **more: Any) -> Any:  # noqa: ANN401 - whichever it is
    """Return a client of a service that takes no answer which was cut short.

    botocore reads an answer up to where it ends, whatever its `Content-Length` says, and takes JSON that
    it can't parse for an empty object: a table would seem empty, and a key never used.
    """
    make: Any = boto3.client
    made = make(service, config=config, **more)
    made.meta.events.register("needs-retry.*.*", _ask_again)
    made.meta.events.register("after-call.*.*", _refuse_a_part)
    return made


def _ask_again(response: Any, attempts: int, request_dict: Any, **_: object) -> float | None:  # noqa: ANN401 - botocore's
    """Return how long to wait for another attempt, as botocore's own retries do; None for none."""
    retries = request_dict["context"]["client_config"].retries
    is_short = response is not None and _bytes(response[0])[0] != _bytes(response[0])[1]
    return _BEFORE_ANOTHER if is_short and attempts < retries["total_max_attempts"] else None


def _refuse_a_part(http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
    came, announced = _bytes(http_response)
    if came != announced:
        raise IncompleteReadError(actual_bytes=came, expected_bytes=announced)


def _bytes(answer: Any) -> tuple[int, int]:  # noqa: ANN401 - botocore's
    """Return how many bytes of an answer came, and how many there should be."""
    came = len(answer.content)
    return came, int(answer.headers.get("Content-Length", came))


@contextmanager
def call(operation: str) -> Iterator[None]:
    """Raise what AWS says of `operation`, such as `kms:DescribeKey`, as the `AwsError` of its kind."""
    try:
        yield
    except ClientError as error:
        raise _kind(error)(
            operation, _code(error), error.response.get("Error", {}).get("Message", "")
        ) from error
    except BotoCoreError as error:
        raise UnreachableError(operation, type(error).__name__, str(error)) from error


def _kind(error: ClientError) -> type[AwsError]:
    known = _KINDS.get(_code(error))
    if known:
        return known
    status: Any = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return UnreachableError if status >= _SERVER_FAULT else AwsError


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "Unknown")
