"""The real embedder, which also says what it was asked to embed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.contract import Chunk
from ingest.embed import Embedder
from ingest.settings import IndexSettings
from ingest.store.values import ChunkVectors


class CountingEmbedder(Embedder):
    """Keeps every chunk that was embedded, in order; `release` makes it pass for another version."""

    def __init__(self, *, release: str = "") -> None:
        settings = IndexSettings(_env_file=None)
        super().__init__(settings.embed_model, settings.weights_dir, threads=settings.threads)
        self.embedded: list[Chunk] = []
        self._release = release

    @property
    def version(self) -> str:
        """Of the weights, and of this release."""
        return super().version + self._release

    def embed_passages(self, chunks: Sequence[Chunk]) -> Iterator[ChunkVectors]:
        """Yield the vectors of each chunk, in order."""
        for chunk, vectors in zip(chunks, super().embed_passages(chunks), strict=True):
            self.embedded.append(chunk)
            yield vectors
