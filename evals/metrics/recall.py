"""Recall@k: the share of all relevant places that the first k hits hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def recall(places_of_hits: Sequence[Collection[int]], k: int, *, places: int) -> float:
    """Return how many of the `places` relevant ones lie under any of the first `k` hits, as a share.

    A place that several hits lie in counts once, and a hit that lies in several places finds them all, so
    neither chunk size nor nested headings change what is asked: how much of what answers was found?

    Source: Manning, Raghavan & Schütze, "Introduction to Information Retrieval" (2008), section 8.3.

    Args:
        places_of_hits: For each hit, best first, the numbers of the relevant places that it lies in.
        k: Cutoff, at least 1.
        places: How many relevant places there are, at least 1.

    >>> recall([{0}, set(), {0}, {1, 2}], 3, places=4)
    0.25
    >>> recall([{0}, set(), {0}, {1, 2}], 4, places=4)
    0.75
    """
    return len(set().union(*places_of_hits[:k])) / places
