"""What kind of text a question is: of the field, about something else, or an attempt to steer the coach."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np

from ingest.store.port import Vector

Intent = Literal["field", "off_topic", "instruction"]
INTENTS: tuple[Intent, ...] = ("field", "off_topic", "instruction")


@dataclass(frozen=True, slots=True)
class IntentModel:
    """Multinomial logistic regression on a question's dense vector, as `make fit` writes it.

    Attributes:
        weights_version: Of the embedder it was fitted on; it says nothing of others' vectors.
        weights: float32 (len(INTENTS), dim).
        bias: float32 (len(INTENTS),).
    """

    weights_version: str
    weights: Vector
    bias: Vector

    def probabilities(self, body: Vector) -> dict[Intent, float]:
        """Return the probability of each intent; they sum to 1.

        Args:
            body: The question's dense vector, float32 (dim,), unit norm.
        """
        logits = self.weights @ body + self.bias
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return {intent: float(share) for intent, share in zip(INTENTS, shares, strict=True)}


@cache
def load_intent_model() -> IntentModel:
    """Return the model that ships with the product."""
    raw = json.loads(resources.files("coach.retrieve").joinpath("intent.json").read_text(encoding="utf-8"))
    return IntentModel(
        raw["weights_version"],
        np.array(raw["weights"], dtype=np.float32),
        np.array(raw["bias"], dtype=np.float32),
    )
