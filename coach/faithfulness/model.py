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
    """Trees for claims, and what their risks mean.

    Attributes:
        version: The first 8 hex digits of the sha256 of the weights.
    """

    version: str
    claims: Trees
    thresholds: Thresholds

    def claim_risks(self, features: Reals) -> Reals:
        """Return the risk of each claim, float64 (n,), for features (n, n_features)."""
        return probability(self.claims.logits(features))


def read_weights(name: str) -> tuple[str, Mapping[str, Stored]]:
    """Return the arrays of a file that ships with the product, and its version."""
    content = resources.files("coach.faithfulness").joinpath("weights", f"{name}.npz").read_bytes()
    with np.load(BytesIO(content)) as arrays:
        return hashlib.sha256(content).hexdigest()[:8], dict(arrays)


@cache
def load_model(mode: Mode) -> Model:
    """Return the model for claims that were compared by words alone, or by the embedder as well."""
    version, arrays = read_weights(mode)
    return Model(
        version=version,
        claims=Trees.load(arrays, "claims"),
        thresholds=Thresholds.model_validate(json.loads(str(arrays["thresholds"]))),
    )
