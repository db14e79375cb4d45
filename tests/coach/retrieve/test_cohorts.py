from io import BytesIO

import numpy as np
import pytest

from coach.retrieve import cohorts
from coach.retrieve.cohorts import NEAREST, Cohorts, load_cohorts, save_cohorts


def unit(*numbers: float) -> np.ndarray:
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_nearness_is_the_best_and_the_mean_of_the_nearest() -> None:
    """A question equal to one of a cohort is at 1 from it; the mean looks at the nearest few alone."""
    near = np.stack([unit(1, 0)] * NEAREST + [unit(-1, 0)] * 50)
    made = Cohorts("w", {"same": near}, np.zeros((1, 2), np.float32), np.zeros(1, np.float32))
    found = made.nearness(np.stack([unit(1, 0), unit(0, 1)]))
    assert found["same_nearest"] == pytest.approx([1.0, 0.0])
    assert found["same_near"] == pytest.approx([1.0, 0.0])
    assert found["same_chance"] == pytest.approx([0.0, 0.0], abs=2e-3)


def test_cohorts_survive_being_written_as_bytes() -> None:
    """A byte a number keeps cosines to within a hundredth, and the version of the weights."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(20, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    content = save_cohorts(Cohorts("w1", {"some": vectors}, vectors[:1], vectors[0, :1]))
    with np.load(BytesIO(content)) as arrays:
        assert arrays["some"].dtype == np.int8
        assert str(arrays["weights_version"]) == "w1"
        restored = arrays["some"].astype(np.float32) / cohorts.INT8_SCALE
    assert np.abs(restored @ vectors.T - vectors @ vectors.T).max() < 0.02


def test_the_cohorts_that_ship_have_enough_questions_of_each_kind() -> None:
    """Every cohort can give `NEAREST` neighbours of the embedder's dimension."""
    shipped = load_cohorts()
    assert {"practice", "neighbouring", "off_topic", "instruction"} <= shipped.vectors.keys()
    assert all(len(v) >= NEAREST and v.shape[1] == 384 for v in shipped.vectors.values())
