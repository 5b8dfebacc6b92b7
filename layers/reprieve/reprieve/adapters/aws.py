"""AWS' clients, and its errors in this package's words."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError
from botocore.session import Session, get_session

from reprieve.errors import (
    AbsentError,
    AwsError,
    DeniedError,
    ThrottledError,
    UnreachableError,
    WrongStateError,
)

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
    "Throttled": ThrottledError,  # SNS
    "TooManyRequestsException": ThrottledError,
    "RequestThrottled": ThrottledError,  # SQS
    "RequestLimitExceeded": ThrottledError,
    "ProvisionedThroughputExceededException": ThrottledError,
    "KMSInternalException": UnreachableError,
    "DependencyTimeoutException": UnreachableError,
    "ServiceUnavailable": UnreachableError,
    "ServiceUnavailableException": UnreachableError,
    "InternalServerError": UnreachableError,
    "TransactionInProgressException": UnreachableError,  # DynamoDB: an earlier attempt is not over
}
_SERVER_FAULT: Final = 500
_BEFORE_ANOTHER: Final = 0.1  # seconds
_one_at_a_time: Final = Lock()


class _Models(Loader):
    """AWS' models, as botocore loads them: but it would look into every folder for what a service has."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's signature
        """Return the names of all folders: a service without a model of the type fails when it is loaded."""
        return [entry.name for path in filter(os.path.isdir, self.search_paths) for entry in os.scandir(path)]


@cache
def sdk_session() -> Session:
    """Return the session that makes all clients: what it has read of AWS' models it reads once.

    It is botocore's own: boto3 would load its transfer manager and its resources, which nothing here needs.
    """
    session = get_session()
    session.register_component("data_loader", _Models())
    return session


def client(service: str, config: Config, **more: Any) -> Any:  # noqa: ANN401 - whichever it is
    """Return a client of a service that takes no answer which was cut short.

    botocore reads an answer up to where it ends, whatever its `Content-Length` says. What it can't parse
    it takes for an empty object if it should be JSON: a table would seem empty, and a key never used.
    """
    with _one_at_a_time:  # a session makes no two clients at once
        made: Any = sdk_session().create_client(service, config=config, **more)
    made.meta.events.register("before-parse.*.*", _set_aside)
    made.meta.events.register("needs-retry.*.*", _ask_again)
    made.meta.events.register("after-call.*.*", _refuse)
    return made


def _set_aside(response_dict: Any, operation_model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
    """Let botocore not even parse a part of an answer; what it makes of this is never looked at."""
    if operation_model.has_streaming_output:
        return
    if _length(response_dict["headers"]) not in {None, len(response_dict["body"])}:
        response_dict.update(status_code=_SERVER_FAULT, body=b"")


def _ask_again(
    response: Any,  # noqa: ANN401 - botocore's, as the others
    attempts: int,
    request_dict: Any,  # noqa: ANN401
    operation: Any,  # noqa: ANN401
    **_: object,
) -> float | None:
    """Return how long to wait for another attempt, as botocore's own retries do; None for none."""
    most = request_dict["context"]["client_config"].retries["total_max_attempts"]
    if response is None or attempts >= most or operation.has_streaming_output:
        return None
    answer, _parsed = response
    return _BEFORE_ANOTHER if _is_part(answer) else None


def _refuse(http_response: Any, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
    if not model.has_streaming_output and _is_part(http_response):
        announced: Any = _length(http_response.headers)
        raise IncompleteReadError(actual_bytes=len(http_response.content), expected_bytes=announced)


def _is_part(answer: Any) -> bool:  # noqa: ANN401 - botocore's
    """Return whether an answer should have been another length."""
    length = _length(answer.headers)
    return length is not None and length != len(answer.content)


def _length(headers: Mapping[str, str]) -> int | None:
    return int(headers["Content-Length"]) if "Content-Length" in headers else None


@contextmanager
def call(operation: str) -> Iterator[None]:
    """Raise what AWS says of `operation`, such as `kms:DescribeKey`, as the `AwsError` of its kind."""
    try:
        yield
    except ClientError as error:
        raise _kind(error)(
            operation, _code(error), error.response.get("Error", {}).get("Message", "")
        ) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise UnreachableError(operation, type(error).__name__, str(error)) from error


def _kind(error: ClientError) -> type[AwsError]:
    known = _KINDS.get(_code(error))
    if known:
        return known
    status: Any = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return UnreachableError if status >= _SERVER_FAULT else AwsError


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "Unknown")
