"""A replay as tables: where each chunk stood at each stage."""

from __future__ import annotations

from typing import NamedTuple

from ui.models import RankedChunk, Replay

STAGES = ("dense", "sparse", "wordings", "fused", "reranked")


class Journey(NamedTuple):
    """A chunk on its way: its rank at each stage of STAGES, None where it was not found."""

    chunk: RankedChunk
    ranks: tuple[int | None, ...]
    is_used: bool


def journeys(replay: Replay, limit: int) -> list[Journey]:
    """Return the chunks that came out best, best first."""
    ranks = {stage: {one.chunk_id: one.rank for one in _chunks(replay, stage)} for stage in STAGES}
    used = used_chunks(replay)
    return [
        Journey(one, tuple(ranks[stage].get(one.chunk_id) for stage in STAGES), one.chunk_id in used)
        for one in last_stage(replay)[:limit]
    ]


def last_stage(replay: Replay) -> tuple[RankedChunk, ...]:
    """Return the chunks as the last stage left them, best first."""
    return replay.reranked or replay.fused


def used_chunks(replay: Replay) -> frozenset[str]:
    """Return the ids of the chunks whose sections the answer drew on."""
    return frozenset(chunk_id for passage in replay.passages for chunk_id in passage.chunk_ids)


def _chunks(replay: Replay, stage: str) -> tuple[RankedChunk, ...]:
    chunks: tuple[RankedChunk, ...] = getattr(replay, stage)
    return chunks
