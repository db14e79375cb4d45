"""A question becomes ranked sections with the evidence that they answer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

from coach.retrieve.duplicates import Duplicates
from coach.retrieve.read_chunks import ReadChunks
from coach.retrieve.rerank import Scored, rerank
from coach.retrieve.rewrite import Rewriter
from coach.retrieve.search import EmbeddedQuery, embed, find_candidates, make_legs
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from coach.types import Hit, RewrittenQuery
from ingest.contract import Chunk
from ingest.embed import Embedder
from ingest.store.port import Build
from ingest.store.values import Filter, Leg, RankedId

# A section counts for its best chunk and, by this share, for the mean of its best three: a section that
# speaks of the matter throughout goes before one that mentions it once.
BREADTH_WEIGHT = 0.2
BREADTH_CHUNKS = 3


@dataclass(frozen=True, slots=True)
class FoundSection:
    """A section with the chunks of it that were found, best first."""

    section_id: str
    score: float
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Everything that was found for a question, stage by stage.

    Attributes:
        scored: Empty if reranking is switched off.
        parts: What each part of a question of several parts finds by itself, where that was asked for; empty
            without reranking.
    """

    query: RewrittenQuery
    embedded: EmbeddedQuery
    legs: tuple[Leg, ...]
    fused: tuple[RankedId, ...]
    scored: tuple[Scored, ...]
    sections: tuple[FoundSection, ...]
    parts: tuple[Retrieval, ...] = ()


class Retriever:
    """Searches one build of an index; safe to share between threads."""

    def __init__(self, build: Build, embedder: Embedder, settings: Settings) -> None:
        self.build = build
        self._embedder = embedder
        self._settings = settings
        self._rewriter = Rewriter(build.vocabulary(), embedder.known_words())
        self._chunks = ReadChunks(build)

    def varied(self, settings: Settings) -> Retriever:
        """Return a retriever of the same build with other settings."""
        other = copy(self)
        other._settings = settings  # noqa: SLF001 - a copy of this one
        return other

    def retrieve(self, question: str, *, where: Filter, watch: Stopwatch) -> Retrieval:
        """Return what the index holds on a question; a question without words finds nothing."""
        with watch.stage("rewrite"):
            query = self._rewriter.rewrite(question)
        return self._find(query, where, watch)

    def with_parts(self, found: Retrieval, *, where: Filter, watch: Stopwatch) -> Retrieval:
        """Return a retrieval with what each part of its question finds by itself."""
        if len(found.query.parts) == 1 or not self._settings.rerank:
            return found
        parts = (
            self._rewriter.rewrite(one).model_copy(update={"parts": (one,)}) for one in found.query.parts
        )
        return replace(found, parts=tuple(self._find(part, where, watch) for part in parts))

    def _find(self, query: RewrittenQuery, where: Filter, watch: Stopwatch) -> Retrieval:
        with watch.stage("embed"):
            embedded = embed(query, self._embedder)
        with watch.stage("search"):
            legs = make_legs(embedded, self._settings)
            fused = find_candidates(self.build, legs, self._settings, where) if query.parts else []
        scored: list[Scored] = []
        if self._settings.rerank:
            with watch.stage("rerank"):
                scored = rerank(self.build, embedded, [hit.id for hit in fused])
        with watch.stage("group"):
            ordered = [(one.id, one.score) for one in scored] or [(hit.id, hit.score) for hit in fused]
            sections = self._group(ordered)
        return Retrieval(query, embedded, tuple(legs), tuple(fused), tuple(scored), tuple(sections))

    def hits(self, retrieval: Retrieval, *, limit: int) -> list[Hit]:
        """Return the best chunk of each section as hits."""
        return [
            Hit(
                rank=rank,
                score=round(found.score, 6),
                document=best.document,
                heading=best.heading,
                path=best.path,
                start=best.start,
                end=best.end,
                text=best.text,
                question_id=best.question_id,
                chunk_id=best.id,
                section_id=best.section_id,
            )
            for rank, found in enumerate(retrieval.sections[:limit], start=1)
            for best in found.chunks[:1]
        ]

    def chunks(self, ids: Iterable[str]) -> list[Chunk]:
        """Return these chunks, in order; kept in memory once read."""
        return self._chunks.get([*ids])

    def _group(self, ordered: Sequence[tuple[str, float]]) -> list[FoundSection]:
        by_section: dict[str, list[tuple[Chunk, float]]] = {}
        for chunk, (_, score) in zip(self.chunks(one for one, _ in ordered), ordered, strict=True):
            by_section.setdefault(chunk.section_id, []).append((chunk, score))
        found = [
            FoundSection(
                section_id=section_id,
                score=_blend([score for _, score in members]),
                chunks=tuple(chunk for chunk, _ in members),
            )
            for section_id, members in by_section.items()
        ]
        found.sort(key=lambda section: (-section.score, section.section_id))
        seen = Duplicates()
        return [section for section in found if not seen.holds(section.chunks[0].plain)]


def _blend(scores: Sequence[float]) -> float:
    best = scores[:BREADTH_CHUNKS]
    return scores[0] + BREADTH_WEIGHT * sum(best) / len(best)
