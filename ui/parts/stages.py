"""A replay as tables: where each chunk stood at each stage, and what other settings would have brought."""

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
    by_stage = {stage: _chunks(replay, stage) for stage in STAGES}
    last = by_stage["reranked"] or by_stage["fused"]
    ranks = {stage: {one.chunk_id: one.rank for one in chunks} for stage, chunks in by_stage.items()}
    used = {chunk_id for passage in replay.passages for chunk_id in passage.chunk_ids}
    return [
        Journey(one, tuple(ranks[stage].get(one.chunk_id) for stage in STAGES), one.chunk_id in used)
        for one in last[:limit]
    ]


def sections(replay: Replay, stage: str, limit: int) -> list[tuple[str, str]]:
    """Return the first sections of a stage as (document, heading), each once, best first."""
    found = dict.fromkeys((one.document, one.heading) for one in _chunks(replay, stage))
    return list(found)[:limit]


def _chunks(replay: Replay, stage: str) -> tuple[RankedChunk, ...]:
    chunks: tuple[RankedChunk, ...] = getattr(replay, stage)
    return chunks
