"""A unit test talks to nobody."""

import pytest


@pytest.fixture(autouse=True)
def _no_sockets(socket_disabled: None) -> None:
    """Refuse every socket; a test that serves itself on this machine says `socket_enabled`."""
