"""An answer read for judgement: its sentences, its claims with what the checks found, and their features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coach.faithfulness.arrays import Reals
from coach.faithfulness.checks import Findings, check
from coach.faithfulness.claim import Claim
from coach.faithfulness.claims import Sentence, split
from coach.faithfulness.evidence import Passages
from coach.faithfulness.features import NAMES as CLAIM_FEATURES
from coach.faithfulness.features import claim_features
from coach.faithfulness.tokens import tokenise


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer held against passages.

    Attributes:
        sentences: All of them; those of kind "claim" are what the other fields are about, in order.
        features: float32 (n_claims, n_features), columns as in `CLAIM_FEATURES`.
    """

    answer: str
    passages: Passages
    question: str
    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    findings: tuple[Findings, ...]
    features: Reals

    @property
    def spans(self) -> tuple[Sentence, ...]:
        """The sentences that are claims."""
        return tuple(one for one in self.sentences if one.kind == "claim")


def read_answer(answer: str, passages: Passages, question: str) -> Reading:
    """Return an answer, read."""
    return _read(answer, passages, question, split(answer))


def read_claim(claim: str, passages: Passages) -> Reading:
    """Return a text read as one claim, whatever it looks like."""
    has_words = any(token.is_content for token in tokenise(claim))
    return _read(claim, passages, "", [Sentence(0, len(claim), "claim" if has_words else "remark")])


def _read(answer: str, passages: Passages, question: str, sentences: Sequence[Sentence]) -> Reading:
    asked = frozenset(token.stem for token in tokenise(question) if token.is_content)
    texts = [answer[one.start : one.end] for one in sentences if one.kind == "claim"]
    claims = tuple(Claim.read(text, passages) for text in texts)
    findings = tuple(check(claim) for claim in claims)
    rows = [claim_features(claim, found, asked) for claim, found in zip(claims, findings, strict=True)]
    features = np.array(rows, dtype=np.float32).reshape(len(rows), len(CLAIM_FEATURES))
    return Reading(answer, passages, question, tuple(sentences), claims, findings, features)
