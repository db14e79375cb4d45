"""Reciprocal rank: one over the rank of the first relevant hit. Its mean over queries is the MRR."""

from __future__ import annotations

from collections.abc import Sequence


def reciprocal_rank(relevant: Sequence[bool], k: int) -> float:
    """Return 1 / rank of the first relevant hit among the first `k`, or 0.0.

    Source: Kantor & Voorhees, "The TREC-5 Confusion Track" (2000), section 3.

    >>> reciprocal_rank([False, True, True], 10), reciprocal_rank([False, True], 1)
    (0.5, 0.0)
    """
    return next((1.0 / rank for rank, hit in enumerate(relevant[:k], start=1) if hit), 0.0)
