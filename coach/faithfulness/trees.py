"""Boosted decision trees, evaluated with numpy: what was fitted elsewhere needs no library here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from coach.faithfulness.arrays import Places, Reals, Stored


@dataclass(frozen=True, slots=True)
class Trees:
    """An ensemble of binary trees whose leaves add up to a logit; all trees lie in one table of nodes.

    Attributes:
        feature: int64 (n_nodes,), the feature that a node looks at; -1 for a leaf.
        threshold: float32 (n_nodes,); a row goes left if its feature is not above it.
        left: int64 (n_nodes,); likewise `right`.
        value: float32 (n_nodes,), what a leaf adds.
        roots: int64 (n_trees,).
        depth: Steps from a root to the deepest leaf.
        baseline: The logit before any tree.
    """

    feature: Places
    threshold: Reals
    left: Places
    right: Places
    value: Reals
    roots: Places
    depth: int
    baseline: float

    @classmethod
    def load(cls, arrays: Mapping[str, Stored], prefix: str) -> Trees:
        """Return the trees whose arrays have this prefix."""
        return cls(
            feature=arrays[f"{prefix}_feature"].astype(np.int64),
            threshold=arrays[f"{prefix}_threshold"],
            left=arrays[f"{prefix}_left"].astype(np.int64),
            right=arrays[f"{prefix}_right"].astype(np.int64),
            value=arrays[f"{prefix}_value"],
            roots=arrays[f"{prefix}_roots"].astype(np.int64),
            depth=int(arrays[f"{prefix}_depth"]),
            baseline=float(arrays[f"{prefix}_baseline"]),
        )

    def logits(self, rows: Reals) -> Reals:
        """Return the logit of each row, float64 (n,), for features float32 (n, n_features)."""
        at = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        for _ in range(self.depth):
            feature = self.feature[at]
            seen = np.take_along_axis(rows, np.maximum(feature, 0), axis=1)
            below = np.where(seen <= self.threshold[at], self.left[at], self.right[at])
            at = np.where(feature < 0, at, below)
        total: Reals = self.value[at].sum(axis=1, dtype=np.float64) + self.baseline
        return total


def probability(logits: Reals) -> Reals:
    """Return the logistic function of logits."""
    chances: Reals = 1.0 / (1.0 + np.exp(-np.clip(logits, -40.0, 40.0)))
    return chances
