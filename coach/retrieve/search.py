"""The first stage: candidates from dense and keyword search, fused inside the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.settings import Settings
from coach.types import RewrittenQuery
from ingest.embed import Embedder, QueryVectors, sparse_query
from ingest.store.port import Build
from ingest.store.values import Filter, Leg, RankedId, SparseVector

PART_LEG = "part"


@dataclass(frozen=True, slots=True)
class EmbeddedQuery:
    """A rewritten question with its vectors.

    Attributes:
        parts: Vectors of each part, if there are several; empty for a question of one part.
    """

    whole: QueryVectors
    parts: tuple[QueryVectors, ...]
    terms: SparseVector


def embed(query: RewrittenQuery, embedder: Embedder) -> EmbeddedQuery:
    """Return the vectors of a question and of its parts."""
    parts = query.parts if len(query.parts) > 1 else ()
    return EmbeddedQuery(
        whole=embedder.embed_query(query.text),
        parts=tuple(embedder.embed_query(part) for part in parts),
        terms=sparse_query(query.terms),
    )


def make_legs(embedded: EmbeddedQuery, settings: Settings) -> list[Leg]:
    """Return what the engine is asked: the whole question by passage, keyword and wording, and its parts."""
    legs = [
        Leg("dense", "body", embedded.whole.body, settings.dense_limit),
        Leg("sparse", "bm25", embedded.terms, settings.sparse_limit),
        Leg("wordings", "wordings", embedded.whole.body, settings.wordings_limit),
    ]
    for number, part in enumerate(embedded.parts, start=1):
        legs.append(Leg(f"{PART_LEG} {number}", "body", part.body, max(settings.dense_limit // 4, 1)))
    return legs


def find_candidates(build: Build, legs: Sequence[Leg], settings: Settings, where: Filter) -> list[RankedId]:
    """Return the fused candidates, best first."""
    return build.search(legs, limit=settings.rerank_limit, rrf_k=settings.rrf_k, where=where)
