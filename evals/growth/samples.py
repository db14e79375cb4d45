"""Chunks in any number: those of a real handbook first, then some that are drawn around them.

Random unit vectors would be unfair both ways: nearly orthogonal to each other, they have no neighbours that
a graph could lead to, and none that a search could mistake. So a drawn chunk starts from a real one:

- Its passage vector is the real one plus noise that has the covariance of the differences between real
  chunks and their nearest neighbours of other sections, at unit norm. So it lies about as far from its
  model, and in such directions, as a neighbour does. Its wordings are moved the same way, all alike: they
  ask another question, and lie about it as the model's do about theirs.
- It has as many terms as its model, with the model's weights in another order. Which terms is drawn from
  the document frequencies of the real handbook, continued past its vocabulary by a Zipf tail whose exponent
  is fitted to its rarer half: common words stay common, and new ones go on coming (Heaps' law).
- Title, texts and tags are the model's. Ids and documents are its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ingest.contract import Chunk, stable_id
from ingest.store.values import ChunkVectors, SparseVector, Vector

CHUNKS_A_BATCH = 500
CHUNKS_A_DOCUMENT = 500
VOCABULARY = 500_000
HIGHEST_INDEX = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Chunks with their vectors, equally many."""

    chunks: list[Chunk]
    vectors: list[ChunkVectors]


class Samples:
    """A row of chunks without end; what stands at a place depends on the seed and the real chunks alone."""

    def __init__(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors], *, seed: int) -> None:
        self._chunks = list(chunks)
        self._vectors = list(vectors)
        self._seed = seed
        self._spread = neighbour_spread(
            np.stack([one.body for one in vectors]), [one.section_id for one in chunks]
        )
        self._terms, self._shares = term_shares([one.bm25 for one in vectors], seed=seed)

    @property
    def real(self) -> int:
        """How many of the first are real."""
        return len(self._chunks)

    def documents(self, size: int) -> dict[str, str]:
        """Return a version for each document that the first `size` chunks name."""
        names = {one.document for one in self._chunks[:size]}
        drawn = range(self.real // CHUNKS_A_DOCUMENT, size // CHUNKS_A_DOCUMENT + 1)
        return {name: stable_id(name) for name in (*names, *map(_document, drawn))}

    def batch(self, start: int, size: int) -> Batch:
        """Return the chunks from `start`, a multiple of the batch size, up to `size` at most."""
        end = min(start + CHUNKS_A_BATCH, size)
        real = slice(start, min(end, self.real))
        chunks, vectors = self._chunks[real], self._vectors[real]
        # a whole batch is drawn even if less is wanted, so that a larger size begins with a smaller one
        drawn = self._draw(start) if end > self.real else Batch([], [])
        left = slice(max(0, self.real - start), end - start)
        return Batch([*chunks, *drawn.chunks[left]], [*vectors, *drawn.vectors[left]])

    def _draw(self, start: int) -> Batch:
        chance = np.random.default_rng([self._seed, start])
        models = chance.integers(self.real, size=CHUNKS_A_BATCH)
        chunks = [self._chunk(start + place, model) for place, model in enumerate(models)]
        vectors = [self._moved(self._vectors[model], chance) for model in models]
        return Batch(chunks, vectors)

    def _chunk(self, number: int, model: int) -> Chunk:
        own = stable_id("growth", str(self._seed), str(number))
        document = _document(number // CHUNKS_A_DOCUMENT)
        return self._chunks[model].model_copy(update={"id": own, "section_id": own, "document": document})

    def _moved(self, model: ChunkVectors, chance: np.random.Generator) -> ChunkVectors:
        passage, question = chance.standard_normal((2, len(self._spread)), dtype=np.float32) @ self._spread
        return replace(
            model,
            body=_unit(model.body + passage),
            wordings=None if model.wordings is None else _unit(model.wordings + question),
            bm25=self._reworded(model.bm25, chance),
        )

    def _reworded(self, model: SparseVector, chance: np.random.Generator) -> SparseVector:
        wanted = chance.random(len(model.indices))
        places = np.unique(np.searchsorted(self._shares, wanted))
        indices = np.sort(self._terms[np.minimum(places, len(self._terms) - 1)])
        values = chance.permutation(model.values)[: len(indices)]
        return SparseVector(tuple(indices.tolist()), tuple(values.tolist()))


def neighbour_spread(vectors: Vector, sections: Sequence[str]) -> Vector:
    """Return S, float32 (dim, dim), such that standard normal rows times S spread like near neighbours.

    Its covariance is that of the differences between each vector and the nearest one of another section.
    """
    names = np.asarray(sections)
    likeness = vectors @ vectors.T
    likeness[names[:, np.newaxis] == names[np.newaxis, :]] = -np.inf
    apart = vectors[likeness.argmax(axis=1)] - vectors
    values, directions = np.linalg.eigh(apart.T @ apart / len(apart))
    spread: Vector = (directions * np.sqrt(np.maximum(values, 0.0)) @ directions.T).astype(np.float32)
    return spread


def term_shares(
    given: Sequence[SparseVector], *, seed: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    """Return terms, the commonest first, and the cumulated share of each in all occurrences.

    >>> terms, shares = term_shares([SparseVector((7, 9), (1.0, 1.0)), SparseVector((7,), (1.0,))], seed=1)
    >>> int(terms[0]), len(terms) == len(shares) == VOCABULARY
    (7, True)
    """
    counts = Counter(index for one in given for index in one.indices)
    known = np.array([index for index, _ in counts.most_common()], dtype=np.uint32)
    frequencies = np.array([count for _, count in counts.most_common()], dtype=np.float64)
    ranks = np.arange(1, VOCABULARY + 1, dtype=np.float64)
    middle = len(known) // 2
    drop = np.log(frequencies[middle] / frequencies[-1]) / np.log(len(known) / max(middle, 1))
    exponent = max(float(drop), 1.0)
    tail = frequencies[-1] * (len(known) / ranks[len(known) :]) ** exponent
    more = np.random.default_rng(seed).choice(HIGHEST_INDEX, size=len(tail), replace=False).astype(np.uint32)
    shares = np.cumsum(np.concatenate([frequencies, tail]))
    return np.concatenate([known, more]), shares / shares[-1]


def _document(number: int) -> str:
    return f"drawn/{number:05}.md"


def _unit(vectors: Vector) -> Vector:
    unit: Vector = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return unit
