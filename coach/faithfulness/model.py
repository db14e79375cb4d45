"""The fitted part: features to risks, with the thresholds that were chosen where it was fitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Literal

import numpy as np

from coach.faithfulness.arrays import Reals, Stored
from coach.faithfulness.trees import Trees, probability
from ingest.contract import Frozen

Mode = Literal["lexical", "learned"]


class Thresholds(Frozen):
    """Where verdicts change; each was chosen on predictions for training data that the model had not seen.

    Attributes:
        answer: An answer of this risk or more is unfaithful.
        doubt: A claim of this risk or more is not supported.
        reject: A claim of this risk or more is unsupported; between the two it is partly supported.
        origin: On what data, and by what rule.
    """

    answer: float
    doubt: float
    reject: float
    origin: str


@dataclass(frozen=True, slots=True)
class Model:
    """Trees for claims, what was read weighed with them, and what the risks mean.

    Attributes:
        version: The first 8 hex digits of the sha256 of the weights.
        weights: Of the trees' logit and of the numbers of `coach.faithfulness.reader`, float64 (5,); None
            where the trees decide alone.
        bias: Added to what is weighed.
    """

    version: str
    trees: Trees
    thresholds: Thresholds
    weights: Reals | None = None
    bias: float = 0.0

    def claim_risks(self, features: Reals, read: Reals | None = None) -> Reals:
        """Return the risk of each claim, float64 (n,).

        Args:
            features: (n, n_features).
            read: (n, 4), where the model weighs what was read.
        """
        logits = self.trees.logits(features)
        if self.weights is None or read is None:
            return probability(logits)
        return probability(np.column_stack([logits, read]) @ self.weights + self.bias)


def read_weights(name: str) -> tuple[bytes, Mapping[str, Stored]]:
    """Return a file that ships with the product, and the arrays in it."""
    content = resources.files("coach.faithfulness").joinpath("weights", f"{name}.npz").read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return content, dict(arrays)


@cache
def load_model(mode: Mode) -> Model:
    """Return the model for claims that were compared by words alone, or read together with passages too."""
    content, arrays = read_weights("lexical")
    trees = Trees.load(arrays, "claims")
    if mode == "lexical":
        return Model(_version(content), trees, _thresholds(arrays))
    more, weighed = read_weights("learned")
    return Model(
        _version(content + more), trees, _thresholds(weighed), weighed["weights"], float(weighed["bias"])
    )


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def _thresholds(arrays: Mapping[str, Stored]) -> Thresholds:
    return Thresholds.model_validate(json.loads(str(arrays["thresholds"])))
