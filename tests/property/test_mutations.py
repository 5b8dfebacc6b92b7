"""A few thousand broken records: each a notice or a counted skip, and no text that leaves its place."""

import pytest

from tests.mutations import tried


@pytest.mark.parametrize("seed", range(4))
def test_a_broken_record_is_told_in_its_place_or_passed_over(seed: int) -> None:
    found = tried(500, seed)

    assert found.total() == 500
    assert found["KeyUse"] > 200
