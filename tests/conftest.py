"""One way of looking for counterexamples, the same on every machine; one stack for all that need one."""

import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import cache
from unittest.mock import patch

import botocore.session
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, settings

from local.function_logs import last_lines
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the functions logged where a test on the stack fails: it is gone with the stack."""
    report = yield
    local = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(local, Local):
        with suppress(BotoCoreError, ClientError):
            report.sections.append(("What the functions logged", last_lines(local.emulator, lines=60)))
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what needs a stack of which nothing has been asked yet, last what leaves it much to read."""
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """-1 for what comes first, 1 for what comes last."""
    return bool(item.get_closest_marker("last")) - bool(item.get_closest_marker("first"))
