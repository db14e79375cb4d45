"""Area under the receiver operating characteristic: whether the bad is ranked above the good."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def auroc(labels: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Return the chance that a random positive scores above a random negative, ties counting half.

    None if there are no positives, or no negatives.

    Source: Hanley & McNeil, "The meaning and use of the area under a ROC curve" (1982); computed from mean
    ranks, as Mann and Whitney's U.

    >>> auroc([True, False, True, False], [0.9, 0.1, 0.4, 0.4])
    0.875
    """
    positive = np.asarray(labels, dtype=bool)
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    _, place, counts = np.unique(np.asarray(scores, dtype=float), return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[place]
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))
