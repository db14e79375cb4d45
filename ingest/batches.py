"""A row in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
CHUNKS_A_BATCH = 256
"""So many chunks are in hand at a time, whatever is done with them."""


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Return the items in order, so many at a time.

    >>> [*batches([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    return (items[start : start + size] for start in range(0, len(items), size))
