"""Cutting what is to be sent into as many calls as AWS' limits ask for."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


def batches(
    items: Iterable[_Item], size: Callable[[_Item], int], *, at_most: int, room: int
) -> Iterator[list[_Item]]:
    """Yield the items in their order, `at_most` at once, and no more than `room` holds by their `size`.

    One that is too big by itself makes a batch of its own: AWS says what is wrong with it.
    """
    batch: list[_Item] = []
    taken = 0
    for item in items:
        length = size(item)
        if batch and (len(batch) == at_most or taken + length > room):
            yield batch
            batch, taken = [], 0
        batch.append(item)
        taken += length
    if batch:
        yield batch
