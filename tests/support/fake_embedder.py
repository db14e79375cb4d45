"""An embedder whose vectors a reader can predict, and an index that goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.contract import Chunk
from ingest.embed import QueryVectors, sparse_passage
from ingest.store.values import ChunkVectors
from tests.support.index_samples import direction, make_chunk


@dataclass
class FakeEmbedder:
    """Turns a question into the direction that the test names for it, else into that of angle 0."""

    angles: Mapping[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def embed_query(self, text: str) -> QueryVectors:
        """Return the question's direction, and one word piece that points along the first axis."""
        self.asked.append(text)
        return QueryVectors(direction(self.angles.get(text, 0.0)), np.array([[1.0, 0.0]], dtype=np.float32))

    def known_words(self) -> list[str]:
        """Return no words: every word is that of the index."""
        return []


def passage_vectors(
    chunk: Chunk, body: float, *, title: float = 90.0, tokens: Sequence[float] = (90.0,)
) -> ChunkVectors:
    """Return vectors at these angles, with the term weights of the chunk's own text."""
    pieces = np.array([direction(angle)[:2] for angle in tokens], dtype=np.float32)
    return ChunkVectors(direction(body), direction(title), pieces, sparse_passage(chunk))


def make_section_chunk(text: str, section: str, document: str = "a.md") -> Chunk:
    """Return a chunk of this section with this text; its heading names the section."""
    named = make_chunk(f"{section} {text}", document=document)
    fields = {"text": text, "plain": text, "section_id": section, "heading": section, "path": ()}
    return named.model_copy(update=fields)
