"""The fitted parts against the libraries that they were fitted with, and against formulas written out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from coach.faithfulness.features import NAMES
from coach.faithfulness.head import SIGNS, Aligned, TokenHead, align
from coach.faithfulness.model import Mode, load_model, read_weights
from coach.faithfulness.reader import Pieces
from coach.faithfulness.trees import Trees, probability
from evals.training.fit_trees import export

RNG = np.random.default_rng(7)


def pieces(ids: list[int], states: list[list[float]]) -> Pieces:
    """Return word pieces of one letter each."""
    starts = np.arange(len(ids))
    return Pieces(np.array(ids), starts, starts + 1, np.array(states, dtype=np.float32))


def test_trees_say_what_scikit_learn_says() -> None:
    """Probabilities are those of the library that the trees were fitted with."""
    rows = RNG.normal(size=(600, 5)).astype(np.float32)
    labels = rows[:, 0] * rows[:, 1] + rows[:, 2] > 0.2
    model = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=9, random_state=0).fit(rows, labels)
    trees = Trees.load(export(model, "x"), "x")
    assert np.allclose(probability(trees.logits(rows)), model.predict_proba(rows)[:, 1], atol=1e-6)


def test_a_piece_finds_its_equal_and_its_neighbours() -> None:
    """The signs of equal pieces and of equal neighbours stand where they are; states are unit vectors."""
    told = pieces([5, 6, 7, 8], [[1, 0], [0, 2], [1, 1], [0, 1]])
    asked = pieces([6, 7, 9], [[0, 3], [1, 1], [-1, 0]])
    found = align(asked, told)
    same, same_before, same_after, both, _, replaced = found.signs[:, 4:10].T
    assert same.tolist() == [1, 1, 0]
    assert same_before.tolist() == [0, 1, 0]
    assert same_after.tolist() == [1, 0, 0]
    assert both.tolist() == [0, 0, 0]
    assert replaced.tolist() == [0, 0, 0]
    assert found.signs[:2, 0] == pytest.approx([1.0, 1.0])
    assert np.linalg.norm(found.own, axis=1) == pytest.approx([1.0] * 3)


def test_what_stands_between_equal_neighbours_is_seen() -> None:
    """A piece that replaces another between the same neighbours is marked."""
    told = pieces([1, 2, 3], [[1, 0]] * 3)
    asked = pieces([1, 9, 3], [[1, 0]] * 3)
    assert align(asked, told).signs[:, 9].tolist() == [0, 1, 0]


def test_the_head_agrees_with_its_formula() -> None:
    """A head whose layers do nothing but pass on one sign gives that sign's logistic."""
    dimension, look, width, pool = 2, 2, 3, 2
    arrays = {
        "look.weight": np.zeros((look, dimension)),
        "look.bias": np.zeros(look),
        "compare.weight": np.zeros((width, 5 * look + SIGNS)),
        "compare.bias": np.zeros(width),
        "piece.weight": np.ones((1, width)),
        "piece.bias": np.zeros(1),
        "pool.weight": np.zeros((pool, 2 * width + 2)),
        "pool.bias": np.zeros(pool),
        "claim.weight": np.zeros((1, pool)),
        "claim.bias": np.array([0.25]),
    }
    for layer in (0, 1):
        arrays |= {
            f"around.{layer}.weight": np.zeros((width, width, 5)),
            f"around.{layer}.bias": np.zeros(width),
        }
    arrays["compare.weight"][0, 5 * look] = 1.0  # the first sign
    rows = np.zeros((3, dimension), dtype=np.float32)
    signs = np.zeros((3, SIGNS), dtype=np.float32)
    signs[:, 0] = (0.0, 1.0, 2.0)
    aligned = Aligned(rows, rows, rows, signs)
    (risk,) = TokenHead(arrays).judge(aligned, [np.array([0, 1, 2])])
    x = np.array([0.0, 1.0, 2.0])
    gelu = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    assert risk.logit == pytest.approx(gelu.max() + 0.25, abs=1e-5)
    assert risk.highest == pytest.approx(1 / (1 + np.exp(-gelu.max())), abs=1e-5)
    assert risk.mean == pytest.approx((1 / (1 + np.exp(-gelu))).mean(), abs=1e-5)


@pytest.mark.parametrize("mode", ["lexical", "learned"])
def test_the_weights_fit_the_features(mode: Mode) -> None:
    """The trees that ship look at no feature that there is not, and their thresholds are in order."""
    model = load_model(mode)
    width = len(NAMES) + (4 if mode == "learned" else 0)
    assert model.claims.feature.max() < width
    assert 0 < model.thresholds.doubt <= model.thresholds.reject <= 1
    assert 0 < model.thresholds.answer < 1
    assert "out-of-fold" in model.thresholds.origin


def test_the_head_that_ships_is_trained() -> None:
    """Its layers have the sizes of the embedder, and hold more than zeros."""
    _, arrays = read_weights("head")
    assert arrays["look.weight"].shape[1] == 384
    assert all(np.abs(array.astype(np.float32)).max() > 0 for array in arrays.values())
