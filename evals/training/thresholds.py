"""Where the scorer's verdicts change, set on predictions for examples that nothing was fitted on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coach.faithfulness.arrays import Places, Reals, Signs
from coach.faithfulness.model import Thresholds

# An assumption on use, not a count of any data set: one answer in four has a fault.
PRIOR = 0.25
# Of claims that hold, as many may be called into doubt, and as many rejected.
MOST_DOUBTED = 0.05
MOST_REJECTED = 0.02
_CLAIM_SETS = frozenset({"claims", "made"})


def set_thresholds(
    sources: Sequence[str],
    *,
    unfaithful: Signs,
    labels: Signs,
    risks: Reals,
    owner: Places,
) -> Thresholds:
    """Return the thresholds.

    That of answers has the highest F1 on answers that people labelled, counted as if a quarter of them were
    unfaithful; an answer is as risky as its riskiest claim. Those of claims are set on claims against short
    passages, as quotes are checked.

    Args:
        sources: The set that each answer comes from.
        unfaithful: By answer.
        labels: By claim, whether it is unfaithful.
        risks: By claim.
        owner: By claim, the answer that makes it.
    """
    people = np.array([source == "ragtruth" for source in sources])
    short = np.array([source in _CLAIM_SETS for source in sources])[owner]
    highest = np.zeros(len(unfaithful))
    np.maximum.at(highest, owner, risks)
    holding = risks[short & ~labels]
    return Thresholds(
        answer=best_f1(unfaithful[people], highest[people], PRIOR),
        doubt=float(np.quantile(holding, 1.0 - MOST_DOUBTED)),
        reject=float(np.quantile(holding, 1.0 - MOST_REJECTED)),
        origin=(
            "answers: highest F1 on RAGTruth's training answers at a share of 25% unfaithful; claims: 5% of"
            " those that hold are doubted, 2% rejected; all on out-of-fold predictions"
        ),
    )


def best_f1(labels: Signs, risks: Reals, prior: float) -> float:
    """Return the threshold of the highest F1 where `prior` of all are positive.

    >>> best_f1(np.array([True, True, False, False]), np.array([0.9, 0.6, 0.5, 0.1]), 0.25)
    0.6
    """
    order = np.argsort(-risks, kind="stable")
    positive = np.cumsum(labels[order]) / labels.sum() * prior
    negative = np.cumsum(~labels[order]) / (~labels).sum() * (1.0 - prior)
    f1 = 2.0 * positive / (positive + negative + prior)
    return float(risks[order][int(f1.argmax())])
