"""AWS by moto in this process, begun in milliseconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from botocore import useragent
from botocore.client import ClientCreator
from moto import mock_aws
from moto.core import models, responses
from moto.core.config import DefaultConfig
from moto.core.utils import camelcase_to_underscores, method_names_from_class

_ONE_SESSION: Final[DefaultConfig] = {"core": {"reset_boto3_session": False}}
"""boto3's own session stays: it has read AWS' models."""
_METHODS: Final = cache(method_names_from_class)
_WORDS: Final = cache(camelcase_to_underscores)


@contextmanager
def prompt_moto() -> Iterator[None]:
    """Let moto remember which methods its classes have, which it would look for at every request."""
    with (
        patch.object(responses, "method_names_from_class", _METHODS),
        patch.object(responses, "camelcase_to_underscores", _WORDS),
    ):
        yield


def _once_a_service(method: str) -> Callable[..., Any]:
    """Let what botocore makes of a service's model, for every client anew, be made once."""
    make: Callable[..., Any] = getattr(ClientCreator, method)
    made: dict[str, Any] = {}

    def known(creator: ClientCreator, service: str, *more: object) -> Any:
        if service not in made:
            made[service] = make(creator, service, *more)
        return made[service]

    return known


_MODEL: Final = _once_a_service("_load_service_model")
_SANITIZED: Final = cache(useragent.sanitize_user_agent_string_component)
_CLASS: Final = _once_a_service("_create_client_class")


@contextmanager
def prompt_clients() -> Iterator[None]:
    """Let clients of a service share what botocore makes of its model, and of what it says of itself."""
    with (
        patch.object(ClientCreator, "_load_service_model", _MODEL),
        patch.object(ClientCreator, "_create_client_class", _CLASS),
        patch.object(useragent, "sanitize_user_agent_string_component", _SANITIZED),
    ):
        yield


@contextmanager
def aws_in_process() -> Iterator[None]:
    """An AWS in which nothing has happened yet, for clients of botocore.

    moto would answer `requests` too, and for that make more than a thousand patterns each time.
    """
    with (
        prompt_clients(),
        prompt_moto(),
        patch.object(models, "RESPONSES_METHODS", []),
        mock_aws(config=_ONE_SESSION),
    ):
        yield
