"""Success@k: whether anything relevant is among the first k."""

from __future__ import annotations

from collections.abc import Sequence


def success(relevant: Sequence[bool], k: int) -> float:
    """Return 1.0 if any of the first `k` hits is relevant, else 0.0.

    Not recall@k, which is the share of all relevant items that the first k hold.
    Source: Voorhees & Harman, "TREC: Experiment and Evaluation in Information Retrieval" (2005), chapter 3.

    >>> success([False, True, False], 2), success([False, True, False], 1)
    (1.0, 0.0)
    """
    return float(any(relevant[:k]))
