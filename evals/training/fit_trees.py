"""Boosted trees fitted with scikit-learn, and written as the arrays that `coach.faithfulness.trees` reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from coach.faithfulness.arrays import Reals, Signs, Stored

TREES = 220
LEAVES = 15
LEARNING_RATE = 0.05


def fit(
    rows: Reals, labels: Signs, weights: Reals, *, directions: Sequence[int]
) -> HistGradientBoostingClassifier:
    """Return fitted trees.

    Args:
        rows: float32 (n, n_features).
        labels: What is to be told.
        weights: How much each row counts.
        directions: By feature 1 if more of it can only raise the probability, -1 if only lower it, else 0.
    """
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=40,
        l2_regularization=1.0,
        monotonic_cst=list(directions),
        random_state=0,
    )
    return model.fit(rows, labels, sample_weight=weights)


def export(model: HistGradientBoostingClassifier, prefix: str) -> dict[str, Stored]:
    """Return fitted trees as one table of nodes; what each array is, `Trees` says."""
    tables = [one.nodes for (one,) in model._predictors]  # noqa: SLF001 - there is no public way to its trees
    starts = np.cumsum([0, *(len(table) for table in tables)])
    nodes = np.concatenate(tables)
    offset = np.repeat(starts[:-1], [len(table) for table in tables])
    is_leaf = nodes["is_leaf"].astype(bool)
    return {
        f"{prefix}_feature": np.where(is_leaf, -1, nodes["feature_idx"]).astype(np.int16),
        f"{prefix}_threshold": nodes["num_threshold"].astype(np.float32),
        f"{prefix}_left": (nodes["left"] + offset).astype(np.int32),
        f"{prefix}_right": (nodes["right"] + offset).astype(np.int32),
        f"{prefix}_value": nodes["value"].astype(np.float32),
        f"{prefix}_roots": starts[:-1].astype(np.int32),
        f"{prefix}_depth": np.array(nodes["depth"].max()),
        f"{prefix}_baseline": np.array(float(model._baseline_prediction[0, 0])),  # noqa: SLF001
    }
