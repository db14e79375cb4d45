"""What passes through the port of an index: vectors, legs of a query, ranked chunks, states of builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ingest.contract import IndexManifest

Vector = npt.NDArray[np.float32]
Using = Literal["body", "title", "wordings", "tokens", "bm25"]
FILTER_FIELDS = ("document", "level", "kind", "frequency", "stage", "question_id", "section_id")
TENANT_FIELD = "tenant"
INDEXED_FIELDS = (*FILTER_FIELDS, TENANT_FIELD)
"""What the engines keep an index of; whose a chunk is no caller may ask for, see `ingest.store.view`."""
MAX_WEIGHT = 4


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Term weights; `indices` are unique and ascending, both lists equally long."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ChunkVectors:
    """All vectors of one chunk.

    Attributes:
        body: Of the passage behind its heading path, float32 (dim,), unit norm.
        title: Of the heading and its other wordings, float32 (dim,), unit norm.
        wordings: Of the heading and of each other wording by itself, float32 (n, dim), rows of unit norm, if
            the chunk opens a section; None if not.
        tokens: Of the word pieces of the passage and of its question's other wordings, float32
            (n_tokens, token_dim), rows of unit norm.
        bm25: Term weights.
    """

    body: Vector
    title: Vector
    tokens: Vector
    bm25: SparseVector
    wordings: Vector | None = None


@dataclass(frozen=True, slots=True)
class BuildVersions:
    """What a build's points are made from; every point carries both versions.

    Attributes:
        dimension: Of the dense vectors.
        token_dimension: Of the word pieces' vectors.
        embed_model_version: Of the model that makes them.
        doc_versions: Document name -> sha256 of its file, for every document that the build will hold.
    """

    dimension: int
    token_dimension: int
    embed_model_version: str
    doc_versions: Mapping[str, str]


BuildStatus = Literal["live", "earlier", "beside", "unfinished"]
Engine = Literal["edge", "server"]


@dataclass(frozen=True, slots=True)
class BuildState:
    """A build as its collection lists it.

    Attributes:
        status: "earlier" was live once; "beside" was published to be looked at and has not gone live;
            "unfinished" was never published.
        manifest: None of an unfinished build, and of one that this program cannot read.
    """

    name: str
    status: BuildStatus
    manifest: IndexManifest | None


@dataclass(frozen=True, slots=True)
class Leg:
    """One retriever's part of a query.

    Attributes:
        name: How replay calls it ("dense", "sparse", ...).
        using: The named vector searched.
        query: A dense vector float32 (dim,) for "body", "title" and "wordings", whose score is that of
            the nearest wording; float32 (n, token_dim) for "tokens", whose score is the sum over the n rows
            of the best inner product with a row of the chunk; and sparse weights for "bm25".
        limit: Candidates it may bring, at least 1.
        weight: Its share in the fusion, a whole number from 1 to 4 (docs/decisions/0003-index-engine.md).
    """

    name: str
    using: Using
    query: Vector | SparseVector
    limit: int
    weight: int = 1

    def __post_init__(self) -> None:
        """Refuse what no engine can run. Raises ValueError."""
        if self.limit < 1:
            raise ValueError(f"leg {self.name!r}: limit {self.limit!r} is below 1")
        if not isinstance(self.weight, int) or not 1 <= self.weight <= MAX_WEIGHT:
            raise ValueError(
                f"leg {self.name!r}: weight {self.weight!r} is no whole number in 1-{MAX_WEIGHT}"
            )
        if isinstance(self.query, SparseVector) != (self.using == "bm25"):
            raise ValueError(f"leg {self.name!r}: the query does not fit the vector {self.using!r}")


@dataclass(frozen=True, slots=True)
class RankedId:
    """A chunk id with the score its retriever gave it and its 1-based rank; ties are broken by id."""

    id: str
    score: float
    rank: int


Filter = Mapping[str, Sequence[str]]
"""Field of FILTER_FIELDS -> accepted values; fields are joined by AND, values by OR."""
