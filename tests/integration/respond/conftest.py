"""A world with one case, of a key that is pending deletion."""

import pytest

from tests.respond_world import World, begin


@pytest.fixture
def world() -> World:
    return begin()
