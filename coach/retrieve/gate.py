"""Whether the handbook covers a question: a calibrated probability, and an honest no."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

import numpy as np

from coach.retrieve.passages import find_section
from coach.retrieve.retriever import Retrieval
from coach.types import Abstention, AbstentionReason, GateDecision, NearestSection
from ingest.analysis import STOPWORDS, stem, words
from ingest.contract import Frozen, ParsedDocument

NEAREST_SECTIONS = 3


class GateModel(Frozen):
    """A logistic model over named measurements, as `make fit` writes it.

    Attributes:
        weights: Of standardised measurements; `means` and `scales` standardise them.
        threshold: Probability below which the coach abstains.
        fitted_on: Which queries it was fitted on, and what it reached there.
    """

    version: str
    weights: dict[str, float]
    means: dict[str, float]
    scales: dict[str, float]
    bias: float
    threshold: float
    fitted_on: str

    def probability(self, evidence: Mapping[str, float]) -> float:
        """Return the probability that the question is covered."""
        total = self.bias + sum(
            weight * (evidence[name] - self.means[name]) / self.scales[name]
            for name, weight in self.weights.items()
        )
        return 1.0 / (1.0 + math.exp(-total))


@cache
def load_models() -> dict[str, GateModel]:
    """Return the fitted models: "reranked" where reranking is on, "fused" where it is off."""
    text = resources.files("coach.retrieve").joinpath("gate.json").read_text(encoding="utf-8")
    return {name: GateModel.model_validate(model) for name, model in json.loads(text).items()}


class Gate:
    """Decides for one index."""

    def __init__(self, vocabulary: Mapping[str, int], *, rerank: bool) -> None:
        self._model = load_models()["reranked" if rerank else "fused"]
        self._frequency: dict[str, int] = {}
        for word, count in vocabulary.items():
            one = stem(word)
            self._frequency[one] = max(self._frequency.get(one, 0), count)
        self._most = max(self._frequency.values(), default=1)

    @property
    def version(self) -> str:
        """Of the fitted model."""
        return self._model.version

    def decide(self, retrieval: Retrieval) -> GateDecision:
        """Return whether what was found answers the question."""
        evidence = self.measure(retrieval)
        probability = self._model.probability(evidence) if retrieval.sections else 0.0
        covered = probability >= self._model.threshold
        reason: AbstentionReason | None = None
        if not covered:
            reason = self._reason(retrieval, evidence)
        return GateDecision(
            covered=covered,
            probability=round(probability, 4),
            threshold=self._model.threshold,
            reason=reason,
            evidence={name: round(value, 4) for name, value in evidence.items()},
        )
