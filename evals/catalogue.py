"""What each metric is called, which way is better, and which are headlines: one table for all who compare.

A name is the family, with "@k" behind it where there is a cutoff: "recall@5" is of the family "recall".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coach.errors import UsageError

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Metric:
    """How to read a metric.

    Attributes:
        meaning: One line for a reader who meets it the first time.
        headline: Whether a release stands or falls with it (`coach eval gate`).
        share: Whether it lies between 0 and 1.
    """

    meaning: str
    better: Better = "higher"
    headline: bool = False
    share: bool = True

    def gain(self, before: float, after: float) -> float:
        """Return how much better `after` is, in the metric's own unit; negative if it is worse."""
        return after - before if self.better == "higher" else before - after


_CATALOGUE = {
    "success": Metric("questions with a relevant section among the first k", headline=True),
    "recall": Metric("relevant sections that are among the first k", headline=True),
    "mrr": Metric("one over the rank of the first relevant section", headline=True),
    "ndcg": Metric("order of the first k by grade, against the best order", headline=True),
    "ndcg_linear": Metric("the same with the grade itself as gain"),
    "context_precision": Metric("how far relevant sections stand before the others", headline=True),
    "citation_precision": Metric("citations that support their claim", headline=True),
    "citation_recall": Metric("claims that their own citations support", headline=True),
    "citation_relevance": Metric("citations into a section that the golden item calls relevant"),
    "quote_validity": Metric("quotes that stand in the document, exactly there", headline=True),
    "support_rate": Metric("claims that verification called supported", headline=True),
    "key_fact_recall": Metric("facts that a good answer names which this one names", headline=True),
    "abstention_precision": Metric("refused questions that the handbook does not answer", headline=True),
    "abstention_recall": Metric("questions without an answer that are refused", headline=True),
    "false_refusals": Metric("questions with an answer that are refused", "lower", headline=True),
    "refusals_without_next_step": Metric("refusals that leave the reader alone", "lower", headline=True),
    "must_not": Metric("statements made that the item forbids", "lower", headline=True),
    "repetition": Metric("text that the answer says twice", "lower", headline=True),
    "time_box": Metric("answers that can be spoken in the time given"),
    "spoken_minutes": Metric("minutes that the answer takes to say", "lower", share=False),
    "faithfulness": Metric("claims that the passages support", headline=True),
    "precision": Metric("answers flagged as unfaithful that people call unfaithful", headline=True),
    "f1": Metric("harmonic mean of precision and recall", headline=True),
    "balanced_accuracy": Metric("mean of the recalls of both classes", headline=True),
    "auroc": Metric("chance that an unfaithful answer is scored below a faithful one", headline=True),
}


def metric(name: str) -> Metric:
    """Return how to read a metric, found by its family.

    Raises:
        UsageError: The metric is not in the catalogue, so that nobody can say which way is better.

    >>> metric("recall@5").better, metric("false_refusals").better
    ('higher', 'lower')
    """
    family = name.partition("@")[0].lower()
    if family not in _CATALOGUE:
        raise UsageError(
            f"metric {name!r} is not in the catalogue",
            hint="Declare in evals/catalogue.py which way is better.",
        )
    return _CATALOGUE[family]
