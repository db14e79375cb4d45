"""Spearman's rank correlation: whether one list of values orders things as another does."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the correlation of the ranks, -1 to 1; equal values share their mean rank.

    Without any order in one of the two it is 0: nothing was told apart.
    Source: Spearman, "The Proof and Measurement of Association between Two Things" (1904).

    >>> spearman([1, 2, 3, 4], [10, 20, 30, 40]), spearman([1, 2, 3], [3, 2, 1]), spearman([1, 2], [5, 5])
    (1.0, -1.0, 0.0)
    >>> round(spearman([1, 2, 3, 4], [1, 3, 2, 2]), 3)
    0.316
    """
    ours, theirs = _ranks(first), _ranks(second)
    middle = (len(ours) + 1) / 2
    shared = sum((a - middle) * (b - middle) for a, b in zip(ours, theirs, strict=True))
    spread = sqrt(sum((a - middle) ** 2 for a in ours) * sum((b - middle) ** 2 for b in theirs))
    return shared / spread if spread else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    return [
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    ]
