"""AWS by moto in this process, begun in milliseconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from unittest.mock import patch

from moto import mock_aws
from moto.core import models
from moto.core.config import DefaultConfig

_ONE_SESSION: Final[DefaultConfig] = {"core": {"reset_boto3_session": False}}
"""boto3's own session stays: it has read AWS' models."""


@contextmanager
def aws_in_process() -> Iterator[None]:
    """An AWS in which nothing has happened yet, for clients of botocore.

    moto would answer `requests` too, and for that make more than a thousand patterns each time.
    """
    with patch.object(models, "RESPONSES_METHODS", []), mock_aws(config=_ONE_SESSION):
        yield
