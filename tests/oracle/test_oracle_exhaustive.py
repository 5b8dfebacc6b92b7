"""Every history up to a depth keeps the promise: see `tests.oracle.exhaustive`."""

import pytest

from tests.oracle.exhaustive import ROOTS, Root, Walk

FROM_THE_BEGINNING = 5
FROM_LATER = 4
"""Roots that have lived through something already are walked one letter less."""


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_every_history_up_to_the_depth_keeps_the_promise(root: Root) -> None:
    walk = Walk(FROM_LATER if root.before else FROM_THE_BEGINNING).from_root(root)

    shortest = min(walk.failures, key=lambda broken: len(broken.word), default=None)
    assert shortest is None, f"{len(walk.failures)} of {walk.words} words; the shortest:\n{shortest}"
    assert walk.leaves
