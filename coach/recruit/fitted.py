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

Chances = npt.NDArray[np.float64]
WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Regression:
    """A multinomial logistic regression over named signs.

    Attributes:
        places: Of each sign in the rows of `weights`.
        weights: float32 (n_signs, n_classes).
        bias: float32 (n_classes,).
        dense: Of what a row means beside its signs, float32 (dim, n_classes).
    """

    places: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    dense: npt.NDArray[np.float32] | None = None

    def chances(
        self, rows: Sequence[Mapping[str, float]], meanings: npt.NDArray[np.float32] | None = None
    ) -> Chances:
        """Return the chances of each class, float64 (n_rows, n_classes); unknown signs count for nothing.

        Args:
            rows: The signs of each.
            meanings: What each means, float32 (n_rows, dim), where the regression weighs that too.
        """
        logits = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        if self.dense is not None and meanings is not None:
            logits += meanings @ self.dense
        for at, row in enumerate(rows):
            for name, much in row.items():
                place = self.places.get(name)
                if place is not None:
                    logits[at] += much * self.weights[place]
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Chances = chances / chances.sum(axis=1, keepdims=True)
        return shares


@cache
def load_regression(name: str) -> Regression:
    """Return a regression that ships with the product."""
    arrays = load_arrays(name)
    places = {str(sign): place for place, sign in enumerate(arrays["signs"])}
    weights, bias = (arrays[part].astype(np.float32) for part in ("weights", "bias"))
    dense = arrays["dense"].astype(np.float32) if "dense" in arrays else None
    return Regression(places, weights, bias, dense)


@cache
def load_arrays(name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a weights file."""
    content = resources.files("coach.recruit").joinpath(WEIGHTS, f"{name}.npz").read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return dict(arrays)
