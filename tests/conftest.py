"""One way of looking for counterexamples, the same on every machine; one stack for all that need one."""

import sys
from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import botocore.session
import pytest
from hypothesis import HealthCheck, settings

from local.up import Local, progress, running

settings.register_profile(
    "reprieve", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("reprieve")


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Let every session of this process have what another has read of AWS' models: they are megabytes."""
    with patch.object(botocore.session, "create_loader", cache(botocore.session.create_loader)):
        yield


@pytest.fixture(scope="session")
def stack() -> Iterator[Local]:
    """The real template, built and deployed into the local cloud, with IAM enforced."""
    with running(progress(sys.stderr)) as local:
        yield local


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what needs a stack of which nothing has been asked yet, last what leaves it much to read."""
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """-1 for what comes first, 1 for what comes last."""
    return bool(item.get_closest_marker("last")) - bool(item.get_closest_marker("first"))
