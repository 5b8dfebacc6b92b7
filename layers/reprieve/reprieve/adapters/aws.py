"""AWS' clients, and its errors in this package's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

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

PAGING: Final = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)
"""For one page of many, each of which may take long: less than half a minute, whatever happens to it."""

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
