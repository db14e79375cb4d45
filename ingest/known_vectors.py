"""Vectors that earlier builds hold already."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.batches import CHUNKS_A_BATCH, batches
from ingest.contract import Chunk
from ingest.store.port import Build
from ingest.store.values import ChunkVectors


class KnownVectors:
    """Looks up vectors of earlier builds by chunk id, where the content hash is the same."""

    def __init__(self, builds: Sequence[Build]) -> None:
        self._builds = [(build, build.chunk_ids()) for build in builds]

    def __call__(self, chunks: Sequence[Chunk]) -> dict[str, ChunkVectors]:
        """Return the vectors that are known of these chunks, by id."""
        found: dict[str, ChunkVectors] = {}
        for build, hashes in self._builds:
            same = [c.id for c in chunks if c.id not in found and hashes.get(c.id) == c.content_hash]
            for ids in batches(same, CHUNKS_A_BATCH):
                found |= build.vectors(ids)
        return found
