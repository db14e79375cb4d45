"""Measurements to verdicts: a few fitted numbers that ship with the product.

evals/training/fit_grader.py makes them from answers that people graded; docs/practice.md says how well they
do on answers that they were not made from, and against plain thresholds.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from coach.practice.grade import MOST_POINTS, VERDICTS, PointVerdict
from coach.practice.measure import FEATURES
from coach.practice.point_reader import READ
from ingest.store.values import Vector

WEIGHTS_FILE = "grader.json"
CREDITS = np.array([1.0, 0.5, 0.0, 0.0], dtype=np.float32)
"""What each verdict earns."""
UNSAID = 0.1
"""Expected of a point even in an answer on another matter, since nothing is certain; it earns nothing."""
SHARED = (
    "good_late", "poor_late", "mixed_late", "good_dense", "poor_dense", "said_whole", "said_words",
    "strong_whole", "trap_over_page",
    *READ,
)  # fmt: skip
"""What counts of the answer as a whole too: who is wrong on one point is oftener wrong on the next."""
COLUMNS = (*FEATURES, *(f"mean_{name}" for name in SHARED))
# A standard normal lies within this many deviations of its mean nine times of ten.
_NINE_OF_TEN = 1.645


class Judgement(NamedTuple):
    """A verdict on one point; see `coach.practice.grade.PointGrade`.

    Attributes:
        variance: Of the true credit around the expected one.
    """

    verdict: PointVerdict
    credit: float
    confidence: float
    variance: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A multinomial logistic regression over measurements.

    Attributes:
        version: The first 8 hex digits of the sha256 of the numbers.
        means: Taken off the columns; float32 (n_columns,), and `scales` divides them.
        weights: float32 (n_verdicts, n_columns), rows as in `VERDICTS`.
        bias: float32 (n_verdicts,).
        widening: By how much the interval is wider than the points' variances say; their errors go together.
        origin: On what data, and how.
    """

    version: str
    means: Vector
    scales: Vector
    weights: Vector
    bias: Vector
    widening: float
    origin: str

    def judge(self, points: Sequence[Mapping[str, float]]) -> list[Judgement]:
        """Return the verdict on each point of an answer, for its measurements."""
        logits = ((columns(points) - self.means) / self.scales) @ self.weights.T + self.bias
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        expected = chances @ CREDITS
        variance = chances @ CREDITS**2 - expected**2
        credit = np.maximum(expected - UNSAID, 0.0) / (1.0 - UNSAID)
        best = chances.argmax(axis=1)
        return [
            Judgement(
                VERDICTS[best[at]], float(credit[at]), float(chances[at, best[at]]), float(variance[at])
            )
            for at in range(len(points))
        ]

    def half_width(self, weights: Sequence[float], variances: Sequence[float]) -> float:
        """Return how far the true score may lie from the given one, in points, nine times of ten."""
        variance = sum(weight**2 * one for weight, one in zip(weights, variances, strict=True))
        return MOST_POINTS * _NINE_OF_TEN * self.widening * math.sqrt(max(variance, 0.0)) / sum(weights)


def columns(points: Sequence[Mapping[str, float]]) -> Vector:
    """Return the columns of an answer's points, float32 (n_points, n_columns), as in `COLUMNS`."""
    own = np.array([[point[name] for name in FEATURES] for point in points], dtype=np.float32)
    shared = own[:, [FEATURES.index(name) for name in SHARED]].mean(axis=0)
    return np.concatenate([own, np.tile(shared, (len(points), 1))], axis=1)


@cache
def load_calibration() -> Calibration:
    """Return the numbers that ship with the product."""
    return read_calibration(resources.files("coach.practice").joinpath(WEIGHTS_FILE).read_bytes())


def read_calibration(content: bytes) -> Calibration:
    """Return the numbers of a file."""
    read = json.loads(content)
    named = {name: np.array(read[name], dtype=np.float32) for name in ("means", "scales", "weights", "bias")}
    return Calibration(
        version=hashlib.sha256(content).hexdigest()[:8],
        widening=float(read["widening"]),
        origin=str(read["origin"]),
        **named,
    )
