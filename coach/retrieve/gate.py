"""Whether the handbook covers a question: a calibrated probability, and an honest no."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources

from coach.retrieve.evidence import Evidence
from coach.retrieve.retriever import Retrieval
from coach.types import Abstention, AbstentionReason, GateDecision, NearestSection
from ingest.contract import Frozen

NEAREST_SECTIONS = 3
MESSAGES: dict[AbstentionReason, tuple[str, str]] = {
    "empty": ("There is no question to answer.", "Ask a question in a sentence."),
    "off_topic": (
        "This handbook does not treat that subject.",
        "Ask about what an interview for the role covers, or ingest a handbook that treats it.",
    ),
    "not_covered": (
        "The handbook does not cover this question; nothing in it supports an answer.",
        "Look at the nearest sections, ask more narrowly, or ingest a handbook that covers it.",
    ),
    "instruction": (
        "This reads as an instruction to the coach, not as a question about the handbook.",
        "Ask the question you would be asked in an interview; attacks as a subject are welcome.",
    ),
}


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
        return 1.0 / (1.0 + math.exp(-max(min(total, 50.0), -50.0)))


@cache
def load_gate_models() -> dict[str, GateModel]:
    """Return the fitted models: "reranked" where reranking is on, "fused" where it is off."""
    text = resources.files("coach.retrieve").joinpath("gate.json").read_text(encoding="utf-8")
    return {name: GateModel.model_validate(model) for name, model in json.loads(text).items()}


class Gate:
    """Decides for one index."""

    def __init__(self, evidence: Evidence, *, rerank: bool) -> None:
        self._evidence = evidence
        self._model = load_gate_models()["reranked" if rerank else "fused"]

    @property
    def version(self) -> str:
        """Of the fitted model."""
        return self._model.version

    def decide(self, retrieval: Retrieval) -> GateDecision:
        """Return whether what was found answers the question."""
        if not retrieval.query.parts:
            return self._decision(0.0, "empty", {})
        if not retrieval.sections:
            return self._decision(0.0, "not_covered", {})
        evidence = self._evidence.measure(retrieval)
        return self._decision(self._model.probability(evidence), _reason(evidence), evidence)

    def _decision(
        self, probability: float, reason: AbstentionReason, evidence: Mapping[str, float]
    ) -> GateDecision:
        covered = probability >= self._model.threshold
        return GateDecision(
            covered=covered,
            probability=round(probability, 4),
            threshold=self._model.threshold,
            reason=None if covered else reason,
            evidence={name: round(value, 4) for name, value in evidence.items()},
        )


def _reason(evidence: Mapping[str, float]) -> AbstentionReason:
    """Return why a question would not be answered: the likeliest of the three."""
    reasons: dict[AbstentionReason, float] = {
        "instruction": evidence["instruction"],
        "off_topic": evidence["off_topic"],
        "not_covered": 1.0 - evidence["instruction"] - evidence["off_topic"],
    }
    return max(reasons, key=lambda reason: reasons[reason])


def abstain(decision: GateDecision, retrieval: Retrieval) -> Abstention:
    """Return the abstention that belongs to a decision, with the nearest sections to read instead."""
    reason = decision.reason or "not_covered"
    message, next_step = MESSAGES[reason]
    nearest = () if reason == "empty" else retrieval.sections[:NEAREST_SECTIONS]
    return Abstention(
        reason=reason,
        message=message,
        next_step=next_step,
        nearest=tuple(
            NearestSection(
                document=chunk.document,
                heading=chunk.heading,
                path=chunk.path,
                start=chunk.start,
                end=chunk.end,
            )
            for chunk in (found.chunks[0] for found in nearest)
        ),
    )
