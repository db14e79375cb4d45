"""Eval runs as the page shows them: each measure in words, with its interval and how it went before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ui.models import Estimate, EvalRow, EvalRun


class Measure(NamedTuple):
    """How a measure is told; `top` ends its scale, `better` says which end is good."""

    name: str
    meaning: str
    top: float = 1.0
    better: str = "high"


MEASURES: dict[str, Measure] = {
    "support_rate": Measure("Support rate", "claims shown whose quote supports them"),
    "quote_validity": Measure("Quotes in place", "quotes that stand in the document, word for word"),
    "citation_recall": Measure("Citation recall", "claims that their own citations support"),
    "citation_precision": Measure("Citation precision", "citations that support their claim"),
    "citation_relevance": Measure("Citation relevance", "citations from the sections that the item names"),
    "key_fact_recall": Measure("Key facts", "facts of a good answer that the answer has"),
    "abstention_recall": Measure("Honest no", "uncovered questions that get a no"),
    "abstention_precision": Measure("No is right", "refusals that are of uncovered questions"),
    "false_refusals": Measure(
        "False refusals", "covered questions that are refused; lower is better", better="low"
    ),
    "refusals_without_next_step": Measure(
        "Dead ends", "refusals with no next step; lower is better", better="low"
    ),
    "repetition": Measure("Repetition", "share of an answer said twice; lower is better", better="low"),
    "spoken_minutes": Measure("Spoken length", "minutes to say the direct answer", 5.0, "neither"),
    "time_box": Measure("In its time", "answers that fit the time of their question"),
    "faithfulness": Measure("Faithfulness", "claims that the cited span supports"),
    "success@1": Measure("First hit right", "questions whose first section is relevant"),
    "success@3": Measure("Right in three", "questions with a relevant section in the first three"),
    "success@5": Measure("Right in five", "questions with a relevant section in the first five"),
    "success@10": Measure("Right in ten", "questions with a relevant section in the first ten"),
    "recall@5": Measure("Recall@5", "relevant sections that are in the first five"),
    "recall@10": Measure("Recall@10", "relevant sections that are in the first ten"),
    "mrr@10": Measure("MRR@10", "one over the rank of the first relevant section"),
    "ndcg@10": Measure("nDCG@10", "how near the order is to the best one, exponential gain"),
    "ndcg_linear@10": Measure("nDCG@10, linear", "the same with linear gain"),
    "context_precision@5": Measure("Precision of five", "how early the relevant sections come"),
}
HEADLINES = {
    "answers": ("support_rate", "key_fact_recall", "abstention_recall", "false_refusals"),
    "retrieval": ("success@1", "success@5", "mrr@10", "ndcg@10"),
}


def measure(name: str) -> Measure:
    """Return how a measure is told; one that is not known keeps its name."""
    return MEASURES.get(name, Measure(name.replace("_", " "), ""))


def order(names: Sequence[str]) -> list[str]:
    """Return names of measures, known ones first in the order of the page."""
    known = list(MEASURES)
    return sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name))


def shown(value: float | None) -> str:
    """Return a value as it is read; None is unscored, never nought.

    >>> shown(0.5367), shown(None)
    ('0.537', 'unscored')
    """
    return "unscored" if value is None else f"{value:.3f}"


def rows(
    run: EvalRun, estimates: dict[str, Estimate], earlier: Sequence[EvalRun] = ()
) -> list[dict[str, object]]:
    """Return estimates as the JSON that ui/components/measures.js draws.

    Args:
        run: Whose estimates they are.
        estimates: By name of the measure.
        earlier: Older runs to compare with, newest first; those of other items are passed over.
    """
    alike = [one for one in reversed(earlier) if _comparable(one, run)]
    return [
        _row(name, estimates[name], [one.metrics.get(name) for one in alike])
        for name in order(list(estimates))
    ]


def _comparable(one: EvalRun, run: EvalRun) -> bool:
    return (one.kind, one.golden_sha256, one.split) == (run.kind, run.golden_sha256, run.split)


def _row(name: str, one: Estimate, before: list[Estimate | None]) -> dict[str, object]:
    told = measure(name)
    trend = [value for past in (*before, one) if past and (value := past.value) is not None]
    top = max(told.top, one.value or 0.0, one.high or 0.0)
    has_interval = one.low is not None and one.high is not None
    bounds = f"{shown(one.low)} to {shown(one.high)}" if has_interval else "too few items"
    return {
        "name": told.name,
        "meaning": told.meaning,
        "shown": shown(one.value),
        "value": one.value,
        "low": one.low if has_interval else None,
        "high": one.high if has_interval else None,
        "top": top,
        "bounds": bounds,
        "told": f"{told.name} {shown(one.value)}, 95% interval {bounds}",
        "count": f"{one.n}" + (f" + {one.unscored} unscored" if one.unscored else ""),
        "trend": trend,
    }


def worst(run: EvalRun, name: str, limit: int) -> list[EvalRow]:
    """Return the items with the worst values of a measure; unscored and perfect ones are no worst ones."""
    is_low_better = measure(name).better == "low"
    perfect, sign = (0.0, -1.0) if is_low_better else (1.0, 1.0)
    scored = [
        (value, row) for row in run.rows if (value := row.values.get(name)) is not None and value != perfect
    ]
    return [row for _, row in sorted(scored, key=lambda pair: (sign * pair[0], pair[1].id))[:limit]]
