"""Retrieval, measured: is what answers found, in which order, and is it known when nothing does?"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from coach.types import Answer, Hit
from evals.golden import GoldenItem, Relevant
from evals.metrics.abstention import abstention
from evals.metrics.context_precision import context_precision
from evals.metrics.ndcg import credited_grades, ndcg
from evals.metrics.recall import recall
from evals.metrics.reciprocal_rank import reciprocal_rank
from evals.metrics.success import success

HITS = 10
_SHOWN_CHARS = 600


def measure_retrieval(item: GoldenItem, hits: Sequence[Hit], answer: Answer) -> dict[str, float | None]:
    """Return the value of each metric that applies to an item, by the first ten hits.

    Rankings are measured where the item names places; abstention is always. The unit found is the relevant
    place, not the hit: a second hit in the same place adds nothing to recall or nDCG, is relevant for
    context precision, and takes up a rank everywhere.
    """
    found: dict[str, float | None] = {}
    if places := item.places:
        holding = places_of_hits(hits, places)
        relevant = [bool(numbers) for numbers in holding]
        grades = [place.grade for place in places]
        credited = credited_grades(holding, grades)
        found |= {f"success@{k}": success(relevant, k) for k in (1, 3, 5, 10)}
        found |= {f"recall@{k}": recall(holding, k, places=len(places)) for k in (5, 10)}
        found["mrr@10"] = reciprocal_rank(relevant, 10)
        found["ndcg@10"] = ndcg(credited, grades, 10)
        found["ndcg_linear@10"] = ndcg(credited, grades, 10, gain="linear")
        found["context_precision@5"] = context_precision(relevant, 5)
    return found | abstention(answerable=item.answerable, abstained=answer.status == "abstained")


def unscored_retrieval(item: GoldenItem) -> dict[str, float | None]:
    """Return the metrics of an item that could not be asked, each without a value."""
    cutoffs = {"success": (1, 3, 5, 10), "recall": (5, 10)}
    names = [f"{name}@{k}" for name, ks in cutoffs.items() for k in ks]
    names += ["mrr@10", "ndcg@10", "ndcg_linear@10", "context_precision@5"]
    asked = abstention(answerable=item.answerable, abstained=False)
    return dict.fromkeys((*(names if item.places else ()), *asked))


def places_of_hits(hits: Sequence[Hit], places: Sequence[Relevant]) -> list[list[int]]:
    """Return for each hit the numbers of the relevant places that it lies in."""
    return [[number for number, place in enumerate(places) if place.holds(hit)] for hit in hits]


def describe_retrieval(item: GoldenItem, hits: Sequence[Hit], answer: Answer) -> dict[str, JsonValue]:
    """Return what a report shows of an item: the question, where its answer stands, and what was found."""
    holding = places_of_hits(hits, item.places)
    return {
        "question": item.query,
        "answerable": item.answerable,
        "status": answer.status,
        "relevant": [one.model_dump(mode="json", exclude_none=True) for one in item.places],
        "hits": [
            {
                "rank": hit.rank,
                "score": hit.score,
                "document": hit.document,
                "heading": hit.heading,
                "start": hit.start,
                "end": hit.end,
                "text": hit.text[:_SHOWN_CHARS],
                "grade": max((item.places[number].grade for number in numbers), default=0),
            }
            for hit, numbers in zip(hits, holding, strict=True)
        ],
    }
