"""nDCG@k: the gain of the first k hits, discounted by rank, as a share of the best order's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

Gain = Literal["exponential", "linear"]


def ndcg(grades: Sequence[int], ideal: Sequence[int], k: int, *, gain: Gain = "exponential") -> float:
    """Return DCG@k / ideal DCG@k, or 0.0 if nothing has a grade.

    DCG@k is the sum of gain / log2(rank + 1). The gain of grade g is 2^g - 1 if exponential (an answer
    weighs three times what a help does), g if linear, which is what trec_eval computes.

    Source: Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002); the
    exponential gain is of Burges et al., "Learning to rank using gradient descent" (2005).

    Args:
        grades: Of the hits, best first, each place credited once (`credited_grades`); 0 is not relevant.
        ideal: Grades of all relevant places, in any order.
        k: Cutoff, at least 1.
        gain: How a grade becomes a gain.

    Worked: grade 1 before grade 2 gives 1/1 + 3/log2(3) = 2.893; the best order 3/1 + 1/log2(3) = 3.631.

    >>> round(ndcg([1, 2], [2, 1], 10), 3), round(ndcg([1, 2], [2, 1], 10, gain="linear"), 3)
    (0.797, 0.86)
    """
    best = _dcg(sorted(ideal, reverse=True)[:k], gain)
    return _dcg(grades[:k], gain) / best if best else 0.0


def credited_grades(places_of_hits: Sequence[Sequence[int]], grades: Sequence[int]) -> list[int]:
    """Return the grade that each hit is credited with, so that each relevant place is credited once.

    A hit takes the best place it lies in that no earlier hit took, the first one listed if two are equally
    good. A second hit in the same place brings nothing new and gets 0. As one hit takes one place,
    `ndcg` cannot exceed 1.

    Args:
        places_of_hits: For each hit, best first, the numbers of the relevant places that it lies in.
        grades: Grade of each relevant place.

    >>> credited_grades([[0], [0], [], [0, 1]], [2, 1])
    [2, 0, 0, 1]
    """
    free = set(range(len(grades)))
    credited = []
    for places in places_of_hits:
        open_places = [place for place in places if place in free]
        taken = max(open_places, key=lambda place: (grades[place], -place), default=None)
        free.discard(-1 if taken is None else taken)
        credited.append(0 if taken is None else grades[taken])
    return credited


def _dcg(grades: Sequence[int], gain: Gain) -> float:
    gains = [2.0**grade - 1.0 if gain == "exponential" else float(grade) for grade in grades]
    return sum(value / math.log2(rank + 1) for rank, value in enumerate(gains, start=1))
