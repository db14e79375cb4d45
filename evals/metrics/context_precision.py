"""Context precision@k: how far what is relevant stands before what is not, among the first k."""

from __future__ import annotations

from collections.abc import Sequence


def context_precision(relevant: Sequence[bool], k: int) -> float:
    """Return the mean of precision@rank over the ranks of the relevant hits among the first `k`, or 0.0.

    What is missing is not punished (recall does that): one relevant hit in front of noise scores 1. It is
    average precision with the relevant hits found as its denominator.

    Source: RAGAS, "Context Precision" (https://docs.ragas.io, metrics); average precision: Manning,
    Raghavan & Schütze (2008), section 8.4.

    Worked: relevant at ranks 1 and 3 gives (1/1 + 2/3) / 2.

    >>> round(context_precision([True, False, True], 3), 3), context_precision([False, True], 1)
    (0.833, 0.0)
    """
    ranks = [rank for rank, hit in enumerate(relevant[:k], start=1) if hit]
    return sum(found / rank for found, rank in enumerate(ranks, start=1)) / len(ranks) if ranks else 0.0
