"""The fitted parts against the libraries that they were fitted with, and against formulas written out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from coach.faithfulness.features import NAMES
from coach.faithfulness.model import Mode, Model, load_model
from coach.faithfulness.trees import Trees, probability
from evals.training.fit_trees import export

RNG = np.random.default_rng(7)


def test_trees_say_what_scikit_learn_says() -> None:
    """Probabilities are those of the library that the trees were fitted with."""
    rows = RNG.normal(size=(600, 5)).astype(np.float32)
    labels = rows[:, 0] * rows[:, 1] + rows[:, 2] > 0.2
    model = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=9, random_state=0).fit(rows, labels)
    trees = Trees.load(export(model, "x"), "x")
    assert np.allclose(probability(trees.logits(rows)), model.predict_proba(rows)[:, 1], atol=1e-6)


def test_what_was_read_is_weighed_with_the_trees() -> None:
    """The risk is the logistic of the weighed sum; without what was read it is the trees' own."""
    lexical = load_model("lexical")
    model = Model("x", lexical.trees, lexical.thresholds, np.array([0.5, 1.0, 0.0, 0.0, 2.0]), -1.0)
    rows = RNG.normal(size=(3, len(NAMES))).astype(np.float32)
    read = np.array([[1.0, 9.0, 9.0, 0.0], [0.0, 9.0, 9.0, 1.0], [-2.0, 9.0, 9.0, 0.5]])
    logits = lexical.trees.logits(rows)
    weighed = 0.5 * logits + read[:, 0] + 2.0 * read[:, 3] - 1.0
    assert np.allclose(model.claim_risks(rows, read), 1 / (1 + np.exp(-weighed)))
    assert np.allclose(model.claim_risks(rows), 1 / (1 + np.exp(-logits)))


@pytest.mark.parametrize("mode", ["lexical", "learned"])
def test_the_weights_fit_the_features(mode: Mode) -> None:
    """The trees that ship look at no feature that there is not, and their thresholds are in order."""
    model = load_model(mode)
    assert model.trees.feature.max() < len(NAMES)
    assert 0 < model.thresholds.doubt <= model.thresholds.reject <= 1
    assert 0 < model.thresholds.answer < 1
    assert "out-of-fold" in model.thresholds.origin


def test_a_named_fault_makes_no_claim_safer() -> None:
    """What the trees say counts in the same direction where the reader has a say too."""
    weights = load_model("learned").weights
    assert weights is not None
    assert weights.shape == (1 + 4,)
    assert weights[0] > 0
