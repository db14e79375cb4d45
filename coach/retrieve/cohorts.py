"""How a question compares with questions that are known: cohorts, as in speaker verification.

A raw similarity says little: a vague question is far from every page and a common one is near to many. What
says more is whether the question is nearer to this handbook than to questions of other fields, to small
talk, or to attempts to steer an assistant (cohort normalisation; Auckenthaler et al., "Score Normalization
for Text-Independent Speaker Verification Systems", 2000). What counts as near is taken from the index's own
headings, so that a handbook about cooking is not refused for being about cooking.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

import numpy as np

from ingest.store.values import Vector

NEAREST = 8
INT8_SCALE = 127.0
SMALLEST_CHANCE = 1e-3
REGRESSION = ("weights_version", "weights", "bias")


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Dense vectors of known questions, by what kind of questions they are.

    Attributes:
        weights_version: Of the embedder that made them.
        vectors: By cohort, in the order of their names, float32 (n, dim), unit norm to within a hundredth.
        weights: Of a multinomial logistic regression between the cohorts, float32 (n_cohorts, dim).
        bias: Of the same, float32 (n_cohorts,).
    """

    weights_version: str
    vectors: dict[str, Vector]
    weights: Vector
    bias: Vector

    def nearness(self, bodies: Vector) -> dict[str, Vector]:
        """Return measurements by name, each float32 (n,), for dense vectors float32 (n, dim) of unit norm.

        For each cohort: the cosine with its nearest question, the mean with its `NEAREST` nearest, and the
        logarithm of the chance that the question is of this cohort rather than of another.
        """
        found: dict[str, Vector] = {}
        logits = bodies @ self.weights.T + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        for name, chance in zip(self.vectors, chances.T, strict=True):
            found[f"{name}_chance"] = np.log(chance + SMALLEST_CHANCE)
        for name, vectors in self.vectors.items():
            nearest = np.partition(bodies @ vectors.T, -NEAREST, axis=1)[:, -NEAREST:]
            found[f"{name}_nearest"] = nearest.max(axis=1)
            found[f"{name}_near"] = nearest.mean(axis=1)
        return found


@cache
def load_cohorts() -> Cohorts:
    """Return the cohorts that ship with the product; `make fit` writes them."""
    content = resources.files("coach.retrieve").joinpath("cohorts.npz").read_bytes()
    with np.load(BytesIO(content)) as arrays:
        vectors = {
            name: arrays[name].astype(np.float32) / INT8_SCALE
            for name in sorted(arrays.files)
            if name not in REGRESSION
        }
        weights, bias = arrays["weights"].astype(np.float32), arrays["bias"].astype(np.float32)
        return Cohorts(str(arrays["weights_version"]), vectors, weights, bias)


def save_cohorts(cohorts: Cohorts) -> bytes:
    """Return the cohorts as the content of a file, a byte a number."""
    content = BytesIO()
    arrays: dict[str, Any] = {
        name: np.round(vectors * INT8_SCALE).astype(np.int8) for name, vectors in cohorts.vectors.items()
    }
    arrays["weights_version"] = np.array(cohorts.weights_version)
    arrays |= {"weights": cohorts.weights.astype(np.float16), "bias": cohorts.bias.astype(np.float16)}
    np.savez_compressed(content, **arrays)
    return content.getvalue()
