"""Every history up to a depth keeps the promise: see `tests.oracle.exhaustive`."""

import pytest

from tests.oracle.exhaustive import ROOTS, Root, Walk


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_every_history_up_to_the_depth_keeps_the_promise(root: Root) -> None:
    walk = Walk(root.depth).from_root(root)

    shortest = min(walk.failures, key=lambda broken: len(broken.word), default=None)
    assert shortest is None, f"{len(walk.failures)} of {walk.words} words; the shortest:\n{shortest}"
    assert walk.leaves
