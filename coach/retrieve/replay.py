"""What single stages saw, for people who want to know why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from coach.types import RankedChunk
from ingest.contract import Chunk
from ingest.store.port import Build
from ingest.store.values import Leg


def run_legs(build: Build, legs: Sequence[Leg]) -> dict[str, list[tuple[str, float]]]:
    """Return what each leg finds alone, as ids and the leg's own scores, by the leg's name."""
    found = build.search_each(legs, where={})
    return {leg.name: [(hit.id, hit.score) for hit in hits] for leg, hits in zip(legs, found, strict=True)}


def describe(
    found: Iterable[tuple[str, float]], chunks: Callable[[Iterable[str]], list[Chunk]]
) -> tuple[RankedChunk, ...]:
    """Return ranked ids with what they stand for."""
    pairs = list(found)
    return tuple(
        RankedChunk(
            rank=rank,
            score=round(score, 6),
            chunk_id=chunk.id,
            document=chunk.document,
            heading=chunk.heading,
            start=chunk.start,
            end=chunk.end,
        )
        for rank, ((_, score), chunk) in enumerate(
            zip(pairs, chunks(one for one, _ in pairs), strict=True), 1
        )
    )
