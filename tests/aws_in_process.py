"""AWS by moto in this process, begun in milliseconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final
from unittest.mock import patch

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


@contextmanager
def aws_in_process() -> Iterator[None]:
    """An AWS in which nothing has happened yet, for clients of botocore.

    moto would answer `requests` too, and for that make more than a thousand patterns each time.
    """
    with prompt_moto(), patch.object(models, "RESPONSES_METHODS", []), mock_aws(config=_ONE_SESSION):
        yield
