"""The scorer: each claim of an answer held against the passages it was written from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from coach.faithfulness.arrays import Reals
from coach.faithfulness.checks import Findings
from coach.faithfulness.claim import Claim
from coach.faithfulness.evidence import Passages
from coach.faithfulness.model import Model, Thresholds, load_model
from coach.faithfulness.reader import Reader, load_reader
from coach.faithfulness.reading import Reading, read_answer, read_claim
from coach.faithfulness.verdicts import AnswerVerdict, ClaimVerdict, Evidence, Problem
from coach.types import Support
from ingest.settings import IndexSettings

_PASSAGES_KEPT = 16
# Told by figures and names alone, so that they hold whatever the rest of the claim is worth.
_PLAIN = frozenset({"number", "unit", "date", "name"})


class Scorer:
    """Judges claims and answers against passages, on a CPU, without a language model.

    Args:
        learned: Whether answers and passages are read together too; without it words and figures decide,
            which is faster and knows fewer paraphrases.
    """

    def __init__(self, *, learned: bool = True) -> None:
        self._model: Model = load_model("learned" if learned else "lexical")
        self._reader: Reader | None = load_reader(IndexSettings().threads) if learned else None
        self._passages: Callable[[tuple[str, ...]], Passages] = lru_cache(maxsize=_PASSAGES_KEPT)(Passages)

    @property
    def version(self) -> str:
        """Of the fitted weights; risks of different versions are not compared."""
        return f"{self._model.version}+{self._reader.version}" if self._reader else self._model.version

    @property
    def thresholds(self) -> Thresholds:
        """Where verdicts change."""
        return self._model.thresholds

    def check(self, claim: str, passages: Sequence[str]) -> ClaimVerdict:
        """Return the verdict of one claim against passages, or against one short quote."""
        reading = read_claim(claim, self._passages(tuple(passages)))
        if not reading.claims:
            return ClaimVerdict(
                claim=claim,
                start=0,
                end=len(claim),
                support="unchecked",
                risk=0.0,
                evidence=None,
                problems=(),
            )
        return self._verdicts(reading)[0]

    def score(self, answer: str, passages: Sequence[str], question: str = "") -> AnswerVerdict:
        """Return the verdict of an answer, as risky as its riskiest claim; without a claim it is unscored."""
        reading = read_answer(answer, self._passages(tuple(passages)), question)
        if not reading.claims:
            return AnswerVerdict(claims=(), risk=0.0, unfaithful=None)
        risks = self._risks(reading)
        risk = float(risks.max())
        return AnswerVerdict(
            claims=tuple(self._verdicts(reading, risks)),
            risk=risk,
            unfaithful=risk >= self.thresholds.answer,
        )

    def _risks(self, reading: Reading) -> Reals:
        if not reading.passages.lines:
            return np.ones(len(reading.claims))
        read = self._reader.read(reading) if self._reader else None
        # What shares no word of its own with any passage cannot be borne out by one.
        is_strange = np.array([claim.alignment is None for claim in reading.claims])
        return np.where(is_strange, 1.0, self._model.claim_risks(reading.features, read))

    def _verdicts(self, reading: Reading, risks: Reals | None = None) -> list[ClaimVerdict]:
        known = self._risks(reading) if risks is None else risks
        parts = zip(reading.spans, reading.claims, reading.findings, known, strict=True)
        return [
            self._verdict(reading, claim, found, span.start, float(risk))
            for span, claim, found, risk in parts
        ]

    def _verdict(
        self, reading: Reading, claim: Claim, found: Findings, start: int, risk: float
    ) -> ClaimVerdict:
        support = self._support(risk)
        if support == "supported" and any(problem.kind in _PLAIN for problem in found.problems):
            support = "partial"
        best = claim.alignment.line if claim.alignment else None
        return ClaimVerdict(
            claim=claim.text,
            start=start,
            end=start + len(claim.text),
            support=support,
            risk=risk,
            evidence=best
            and Evidence(
                passage=best.passage,
                start=best.start,
                end=best.end,
                quote=reading.passages.texts[best.passage][best.start : best.end],
            ),
            problems=_shown(found.problems, support),
        )

    def _support(self, risk: float) -> Support:
        if risk < self.thresholds.doubt:
            return "supported"
        return "partial" if risk < self.thresholds.reject else "unsupported"


def _shown(problems: tuple[Problem, ...], support: Support) -> tuple[Problem, ...]:
    """Return the problems that explain a verdict; a claim that holds has none."""
    return () if support == "supported" else problems
