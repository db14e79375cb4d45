"""Whether the handbook covers a question: a calibrated probability, and an honest no."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from coach.guard.screened import Place, honest_place
from coach.retrieve.evidence import Evidence
from coach.retrieve.parts import stands_alone
from coach.retrieve.retriever import Retrieval
from coach.types import Abstention, AbstentionReason, GateDecision, NearestSection
from ingest.contract import Chunk

Numbers = npt.NDArray[np.float64]

NEAREST_SECTIONS = 3
# Of the development questions in English that are refused and nearest to other fields, the covered ones have
# a probability of 0.18 and more; 52 of the 64 that are not covered have less than this.
OFF_TOPIC_BELOW = 0.05
_OF_THE_FIELD: tuple[AbstentionReason, ...] = ("not_covered", "off_topic")
MESSAGES: dict[AbstentionReason, tuple[str, str]] = {
    "empty": ("There is no question to answer.", "Ask a question in a sentence."),
    "off_topic": (
        "This handbook does not seem to treat that subject.",
        "Ask about what an interview for the role covers, or ingest another handbook.",
    ),
    "not_covered": (
        "The handbook does not cover this question; nothing in it supports an answer.",
        "Look at the nearest sections, ask more narrowly, or ingest a handbook that covers it.",
    ),
    "instruction": (
        "This reads as an instruction to the coach, not as a question about the handbook.",
        "Ask the question you would be asked in an interview; attacks as a subject are welcome.",
    ),
    "other_language": (
        "This reads like another language than the handbook's, in which nothing can be looked up.",
        "Ask the same in the handbook's language.",
    ),
}


@dataclass(frozen=True, slots=True)
class GateModel:
    """A support vector machine over named measurements, as `make fit` writes it.

    Attributes:
        names: Of the measurements, in the order of the columns below.
        means: float64 (n,); with `scales` they standardise the measurements.
        centres: Support vectors, standardised, float64 (n_centres, n).
        weights: Of the centres, float64 (n_centres,).
        gamma: Of the Gaussian kernel.
        slope: With `offset` it turns the machine's output into a probability (Platt, 1999).
        threshold: Probability below which the coach abstains.
        fitted_on: Which questions it was fitted on, and what it reached on those held out.
    """

    version: str
    names: tuple[str, ...]
    means: Numbers
    scales: Numbers
    centres: Numbers
    weights: Numbers
    bias: float
    gamma: float
    slope: float
    offset: float
    threshold: float
    fitted_on: str

    def probability(self, evidence: Mapping[str, float]) -> float:
        """Return the probability that the question is covered."""
        point = (np.array([evidence[name] for name in self.names]) - self.means) / self.scales
        distances = ((self.centres - point) ** 2).sum(axis=1)
        output = float(self.weights @ np.exp(-self.gamma * distances)) + self.bias
        return 1.0 / (1.0 + math.exp(-max(min(self.slope * output + self.offset, 50.0), -50.0)))


@cache
def load_gate_models() -> dict[str, GateModel]:
    """Return the fitted models: "reranked" where reranking is on, "fused" where it is off."""
    text = resources.files("coach.retrieve").joinpath("gate.json").read_text(encoding="utf-8")
    arrays = ("means", "scales", "centres", "weights")
    models: dict[str, dict[str, Any]] = json.loads(text)
    for model in models.values():
        model.update({key: np.array(model[key]) for key in arrays})
    return {name: GateModel(**model) for name, model in models.items()}


class Gate:
    """Decides for one index."""

    def __init__(self, evidence: Evidence, *, rerank: bool) -> None:
        self._evidence = evidence
        self._model = load_gate_models()["reranked" if rerank else "fused"]

    @property
    def version(self) -> str:
        """Of the fitted model."""
        return self._model.version

    def decide_by_parts(self, retrieval: Retrieval) -> tuple[GateDecision, Retrieval]:
        """Return the decision, with what it is about: the whole question, or the first part that is covered.

        A part counts where the whole is not covered and the part stands alone. What reads like an
        instruction is none of its parts.
        """
        decision = self.decide(retrieval)
        if decision.reason in _OF_THE_FIELD:
            for part in filter(stands_alone, retrieval.parts):
                of_part = self.decide(part)
                if of_part.covered:
                    query = part.query.model_copy(update={"original": retrieval.query.original})
                    return of_part, replace(part, query=query)
        return decision, retrieval

    def decide(self, retrieval: Retrieval) -> GateDecision:
        """Return whether what was found answers the question."""
        if not retrieval.query.parts or not retrieval.query.terms:  # "the of and" asks nothing
            return self._decision(0.0, "empty", {})
        is_foreign = retrieval.query.is_foreign
        if not retrieval.sections:
            return self._decision(0.0, "other_language" if is_foreign else "not_covered", {})
        evidence = self._evidence.measure(retrieval)
        probability = self._model.probability(evidence)
        reason: AbstentionReason = "other_language" if is_foreign else _reason(evidence, probability)
        return self._decision(probability, reason, evidence)

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


def _reason(evidence: Mapping[str, float], probability: float) -> AbstentionReason:
    """Return why a question would not be answered: the kind of known questions that it is nearest to.

    A question of the handbook's field may be nearest to other fields; its probability is not so small.
    """
    reasons: dict[str, AbstentionReason] = {"instruction": "instruction", "off_topic": "off_topic"}
    nearest = max(
        (name for name in evidence if name.endswith("_near")), key=lambda name: evidence[name], default=""
    )
    reason = reasons.get(nearest.removesuffix("_near"), "not_covered")
    return "not_covered" if reason == "off_topic" and probability >= OFF_TOPIC_BELOW else reason


def abstain(decision: GateDecision, retrieval: Retrieval, steers: Callable[[str], bool]) -> Abstention:
    """Return the abstention that belongs to a decision, with the nearest sections to read instead.

    Args:
        decision: Against an answer.
        retrieval: What was found.
        steers: Tells headings that speak to an AI; no section goes by one.
    """
    reason = decision.reason or "not_covered"
    message, next_step = MESSAGES[reason]
    nearest = () if reason == "empty" else retrieval.sections[:NEAREST_SECTIONS]
    return Abstention(
        reason=reason,
        message=message,
        next_step=next_step,
        nearest=tuple(_nearest(found.chunks[0], steers) for found in nearest),
    )


def _nearest(chunk: Chunk, steers: Callable[[str], bool]) -> NearestSection:
    place = honest_place(Place(chunk.path, chunk.heading), chunk.document, steers)
    return NearestSection(
        document=chunk.document, heading=place.heading, path=place.path, start=chunk.start, end=chunk.end
    )
