"""What was fitted on requests that people wrote and labelled: small regressions, shipped with the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Regression:
    """A multinomial logistic regression over named signs.

    Attributes:
        places: Of each sign in the rows of `weights`.
        weights: float32 (n_signs, n_classes).
        bias: float32 (n_classes,).
    """

    places: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def chances(self, rows: Sequence[Mapping[str, float]]) -> Vector:
        """Return the chances of each class, float64 (n_rows, n_classes); unknown signs count for nothing."""
        logits = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        for at, row in enumerate(rows):
            for name, much in row.items():
                place = self.places.get(name)
                if place is not None:
                    logits[at] += much * self.weights[place]
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Vector = chances / chances.sum(axis=1, keepdims=True)
        return shares


@cache
def load_regression(name: str) -> Regression:
    """Return a regression that ships with the product."""
    arrays = load_arrays(name)
    places = {str(sign): place for place, sign in enumerate(arrays["signs"])}
    return Regression(places, arrays["weights"].astype(np.float32), arrays["bias"].astype(np.float32))


@cache
def load_arrays(name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a weights file."""
    content = resources.files("coach.recruit").joinpath(WEIGHTS, f"{name}.npz").read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return dict(arrays)
