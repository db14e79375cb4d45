"""The second stage: candidates in a better order, by more evidence than ranks.

Four measurements of a chunk, all made by the engine from stored vectors, are blended: the cosine of the
passage, of its title, the late interaction of its words with the question's (Khattab & Zaharia, "ColBERT",
2020), and BM25. docs/decisions/0004-late-interaction.md says why these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coach.retrieve.search import EmbeddedQuery
from ingest.store.port import Build
from ingest.store.values import Leg

# Chosen by hand on a plateau of the development questions (docs/decisions/0004-late-interaction.md).
DENSE_WEIGHT = 0.2
TITLE_WEIGHT = 0.4
LATE_WEIGHT = 2.0
KEYWORD_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its measurements; `keyword` is BM25 as a share of the best candidate's."""

    id: str
    dense: float
    title: float
    late: float
    keyword: float
    bm25: float

    @property
    def score(self) -> float:
        """The blend, higher is better."""
        return (
            DENSE_WEIGHT * self.dense
            + TITLE_WEIGHT * self.title
            + LATE_WEIGHT * self.late
            + KEYWORD_WEIGHT * self.keyword
        )


def rerank(build: Build, embedded: EmbeddedQuery, candidates: Sequence[str]) -> list[Scored]:
    """Return all candidates with their measurements, best first, ties by id."""
    found = build.search_each(_make_legs(embedded, max(len(candidates), 1)), where={}, among=candidates)
    return _blend(candidates, *({hit.id: hit.score for hit in hits} for hits in found))


def _make_legs(embedded: EmbeddedQuery, limit: int) -> list[Leg]:
    whole = embedded.whole
    return [
        Leg("dense", "body", whole.body, limit),
        Leg("title", "title", whole.body, limit),
        Leg("late", "tokens", whole.tokens, limit),
        Leg("keyword", "bm25", embedded.terms, limit),
    ]


def _blend(
    candidates: Sequence[str],
    dense: Mapping[str, float],
    title: Mapping[str, float],
    late: Mapping[str, float],
    bm25: Mapping[str, float],
) -> list[Scored]:
    highest = max(bm25.values(), default=0.0) or 1.0
    scored = [
        Scored(
            id=one,
            dense=dense.get(one, 0.0),
            title=title.get(one, 0.0),
            late=late.get(one, 0.0),
            keyword=bm25.get(one, 0.0) / highest,
            bm25=bm25.get(one, 0.0),
        )
        for one in candidates
    ]
    return sorted(scored, key=lambda found: (-found.score, found.id))
