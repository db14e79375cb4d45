"""What the pipelines ask of an index, whichever engine holds it.

A collection is a row of builds. A build is written once, published, and never changed; exactly one build
of a collection is live. A reader that has opened a build keeps reading it after another goes live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from ingest.contract import Chunk, IndexManifest, ParsedDocument

Vector = npt.NDArray[np.float32]
VectorName = Literal["body", "title"]
FILTER_FIELDS = ("document", "level", "kind", "frequency", "stage", "question_id", "section_id")


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Term weights; `indices` are unique and ascending, both lists equally long."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChunkVectors:
    """All vectors of one chunk: `body` and `title` float32 (dim,) of unit norm, and BM25 weights."""

    body: Vector
    title: Vector
    bm25: SparseVector


@dataclass(frozen=True, slots=True)
class Leg:
    """One retriever's part of a query.

    Attributes:
        name: How replay calls it ("dense", "sparse", ...).
        using: The named vector searched.
        query: A dense vector float32 (dim,) for "body" and "title", sparse weights for "bm25".
        limit: Candidates it may bring.
        weight: Its share in the fusion.
    """

    name: str
    using: Literal["body", "title", "bm25"]
    query: Vector | SparseVector
    limit: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class RankedId:
    """A chunk id with the score its retriever gave it and its 1-based rank; ties are broken by id."""

    id: str
    score: float
    rank: int


Filter = Mapping[str, Sequence[str]]
"""Field of FILTER_FIELDS -> accepted values; fields are joined by AND, values by OR."""


class Build(Protocol):
    """A published build, read only and safe to share between threads."""

    @property
    def manifest(self) -> IndexManifest:
        """The manifest it was published with."""
        ...

    def search(self, legs: Sequence[Leg], *, limit: int, rrf_k: int, where: Filter) -> list[RankedId]:
        """Return at most `limit` chunks, best first, fused inside the engine by reciprocal ranks.

        A single leg is not fused: its own scores come back. No leg gives no hits. The filter is applied
        before the vector search. The order is deterministic.
        """
        ...

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks of these ids; an unknown id is absent."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, ChunkVectors]:
        """Return the stored vectors of these ids; an unknown id is absent."""
        ...

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by chunk id, for all chunks."""
        ...

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its text and sections. Raises KeyError if it is not in the build."""
        ...

    def vocabulary(self) -> dict[str, int]:
        """Return how many chunks hold each word, lower case and unstemmed."""
        ...

    def close(self) -> None:
        """Release files and connections; idempotent."""
        ...


class BuildWriter(Protocol):
    """A build in the making; invisible to readers until published."""

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        """Store chunks with their vectors, all of them or none."""
        ...

    def add_documents(self, documents: Iterable[ParsedDocument]) -> None:
        """Store documents with text and sections."""
        ...

    def set_vocabulary(self, words: Mapping[str, int]) -> None:
        """Store the vocabulary."""
        ...

    def publish(self, manifest: IndexManifest) -> None:
        """Make this build the live one, atomically, then remove what no reader needs."""
        ...

    def abandon(self) -> None:
        """Leave the build unpublished; what it holds is offered by `Store.unfinished`."""
        ...


class Store(Protocol):
    """All collections of one engine."""

    def open(self, collection: str) -> Build:
        """Return the live build.

        Raises:
            IndexMissingError: The collection has no published build.
            IndexMismatchError: Its schema version is not this program's.
            IndexUnreachableError: The server does not answer.
        """
        ...

    def begin(self, collection: str, build: str, *, dimension: int) -> BuildWriter:
        """Return a writer for a new build. Raises IndexBusyError if another process writes it."""
        ...

    def unfinished(self, collection: str) -> Build | None:
        """Return the newest build that was begun and never published, to reuse its vectors; or None.

        Its manifest, document and vocabulary are not available.
        """
        ...

    def collections(self) -> list[str]:
        """Return the names of collections with a live build, sorted."""
        ...

    def drop(self, collection: str) -> None:
        """Remove a collection with all its builds; no error if it is absent."""
        ...
