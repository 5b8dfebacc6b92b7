"""What errors say of themselves: it ends up in the log."""

from datetime import UTC, datetime

import pytest

from reprieve.errors import (
    ChannelBusyError,
    ChannelError,
    DeniedError,
    ExpiredLinkError,
    HealthError,
    NotUnderstoodError,
    ReprieveError,
    SettingsError,
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SettingsError("TABLE_NAME", "is missing"), "environment variable TABLE_NAME is missing"),
        (NotUnderstoodError("queue message", "it is not JSON"), "queue message: it is not JSON"),
        (ExpiredLinkError(datetime(2026, 11, 29, tzinfo=UTC)), "expired at 2026-11-29T00:00:00+00:00"),
        (
            HealthError(("addresses: denied", "nobody was notified: alarm/x")),
            "addresses: denied; nobody was notified: alarm/x",
        ),
        (ChannelError("slack", "HTTP 404"), "slack: HTTP 404"),
        (ChannelBusyError("slack", "HTTP 429", 30), "slack: HTTP 429"),
        (
            DeniedError("kms:DescribeKey", "AccessDeniedException", "not authorized"),
            "kms:DescribeKey: AccessDeniedException: not authorized",
        ),
    ],
)
def test_an_error_says_what_it_knows(error: ReprieveError, said: str) -> None:
    assert str(error) == said
