"""Text to vectors, passages and queries alike: one module, so that the two cannot drift apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import mmh3
import numpy as np

from ingest.analysis import terms, words
from ingest.contract import Chunk
from ingest.store.port import ChunkVectors, SparseVector, Vector
from ingest.weights import ModelSpec, find_model, require

if TYPE_CHECKING:
    from fastembed import TextEmbedding

# BM25 as Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), section 3; the engine
# multiplies by the inverse document frequency. The mean length is a constant because chunks are cut to
# size: were it the corpus mean, one new page would change every stored vector.
BM25_K1 = 1.2
BM25_B = 0.6
BM25_MEAN_TERMS = 90.0
# Terms of the heading and of the path count as this many occurrences in the passage (BM25F, section 3.4).
HEADING_WEIGHT = 2.0
PATH_WEIGHT = 0.5

SPARSE_VERSION = (
    f"bm25-snowball-1 k1={BM25_K1} b={BM25_B} mean={BM25_MEAN_TERMS} "
    f"heading={HEADING_WEIGHT} path={PATH_WEIGHT}"
)


class Embedder:
    """Dense and sparse vectors from one set of local weights.

    Raises:
        WeightsError: The weights are missing or wrong; raised when it is made.
    """

    def __init__(self, model: str, weights_dir: Path, *, threads: int = 2) -> None:
        self.spec: ModelSpec = find_model(model)
        self._folder = require(model, weights_dir)
        self._threads = threads
        self._loaded: TextEmbedding | None = None

    def embed_passages(self, chunks: Sequence[Chunk]) -> Iterator[ChunkVectors]:
        """Yield the vectors of each chunk, in order; equal titles are embedded once."""
        titles = {chunk.title: i for i, chunk in enumerate(chunks)}
        title_vectors = dict(zip(titles, self._embed(list(titles)), strict=True))
        bodies = self._embed([f"{chunk.lead}\n{chunk.plain}" for chunk in chunks])
        for chunk, body in zip(chunks, bodies, strict=True):
            yield ChunkVectors(body=body, title=title_vectors[chunk.title], bm25=sparse_passage(chunk))

    def embed_query(self, text: str) -> Vector:
        """Return the dense vector of a query, float32 (dim,), unit norm."""
        return next(self._embed([text]))

    def embed_texts(self, texts: Sequence[str]) -> Vector:
        """Return the dense vectors of texts, float32 (n, dim), unit norm."""
        return np.stack(list(self._embed(texts))) if texts else np.empty((0, self.spec.dimension), np.float32)

    def _embed(self, texts: Sequence[str]) -> Iterator[Vector]:
        # The weights quantise activations over the whole batch, so a text's vector would depend on its
        # neighbours; one text a batch makes it depend on the text alone, and is no slower on a CPU.
        for vector in self._model.embed(list(texts), batch_size=1):
            yield np.asarray(vector, dtype=np.float32)

    @property
    def _model(self) -> TextEmbedding:
        if self._loaded is None:
            from fastembed import TextEmbedding

            self._loaded = TextEmbedding(
                self.spec.fastembed_name, specific_model_path=str(self._folder), threads=self._threads
            )
        return self._loaded


def sparse_passage(chunk: Chunk) -> SparseVector:
    """Return the BM25 term weights of a chunk, its heading and path counted as fields."""
    counts: Counter[str] = Counter(terms(chunk.plain))
    length = sum(counts.values())
    weights: dict[str, float] = dict(counts)
    fields = ((chunk.title, HEADING_WEIGHT), ("\n".join(chunk.path), PATH_WEIGHT))
    for text, weight in fields:
        for term in set(terms(text)):
            weights[term] = weights.get(term, 0.0) + weight
    norm = BM25_K1 * (1 - BM25_B + BM25_B * length / BM25_MEAN_TERMS)
    return _sparse({term: tf * (BM25_K1 + 1) / (tf + norm) for term, tf in weights.items()})


def sparse_query(weights: Mapping[str, float]) -> SparseVector:
    """Return a query's term weights, by stem, as a vector of the same space as `sparse_passage`."""
    return _sparse(weights)


def vocabulary(chunks: Sequence[Chunk]) -> dict[str, int]:
    """Return in how many of the chunks each word stands, unstemmed, heading included."""
    counts: Counter[str] = Counter()
    for chunk in chunks:
        counts.update(set(words(f"{chunk.lead}\n{chunk.plain}")))
    return dict(counts)


def _sparse(weights: Mapping[str, float]) -> SparseVector:
    by_index: dict[int, float] = {}
    for term, weight in weights.items():
        index = mmh3.hash(term, signed=False)
        by_index[index] = by_index.get(index, 0.0) + weight
    ordered = sorted(by_index.items())
    return SparseVector(tuple(index for index, _ in ordered), tuple(value for _, value in ordered))
