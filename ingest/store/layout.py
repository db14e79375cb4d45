"""How an index lays out its vectors: what it is built with, beside what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

from ingest.settings import IndexSettings
from ingest.store.values import BuildVersions

Quantisation = Literal["none", "scalar", "binary"]
OnDisk = Literal["none", "words", "all"]

FULL_SCAN_KB = 40_000
"""Of vectors that a search has to look at: up to here, some 26,000 passages, comparing with all of them takes
a few milliseconds and misses nothing, with a filter too, so no graph is walked."""

WORDINGS = 12
"""Wordings of a question, as the handbook has them. The engines count one vector a chunk where they decide
whether to walk a graph, so of wordings they would compare with twelve times as many as of passages."""

WORDINGS_TIMES = 2
"""A search among wordings keeps so many times the candidates in hand: its graph has half the links."""

FILTERED_TIMES = 2
"""A filtered search keeps so many times the candidates in hand, since it may not keep all it meets."""

FILTER_LINKS = 0
"""Extra links among the chunks of each value of each filter field: they take eight times as long to build as
the graph itself, and a filter for a level found no more with them (docs/performance.md)."""

OVERSAMPLING: dict[Quantisation, float | None] = {"none": None, "scalar": 1.5, "binary": 4.0}
"""So many times the candidates are taken by the coarse copies, then measured by the vectors themselves."""


class Graph(NamedTuple):
    """The graph over one kind of vectors.

    Attributes:
        links: Of each chunk ("m").
        build_ef: Candidates weighed for them ("ef_construct").
        scan_kb: Up to here all are compared, and it is not walked; one vector a chunk is counted.
    """

    links: int
    build_ef: int
    scan_kb: int


class VectorPlan(NamedTuple):
    """How one kind of a chunk's vectors is kept.

    Attributes:
        graph: None of those by which only chunks that were found are measured; they have no coarse copies.
        is_unit: Compared by cosine; by inner product otherwise.
        is_many: A chunk has several, of which the best counts, in half precision.
    """

    size: int
    graph: Graph | None
    is_unit: bool
    is_many: bool
    on_disk: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """What decides speed, room and exactness of an index; a build keeps the one it was made with.

    Only `search_ef` is chosen anew with each search; the rest is in the files.

    Attributes:
        links: Links of each chunk in the graph over its vectors ("m").
        build_ef: Candidates weighed for them ("ef_construct").
        search_ef: Candidates that a search among passages keeps in hand; a leg with more takes its limit.
        quantisation: Coarse copies of the passage and wording vectors, kept in memory.
        on_disk: "words" are the vectors of word pieces and titles, which are read only of chunks that were
            found; "all" adds the others and the graph.
    """

    links: int = 16
    build_ef: int = 100
    search_ef: int = 512
    quantisation: Quantisation = "none"
    on_disk: OnDisk = "none"

    @classmethod
    def of(cls, settings: IndexSettings) -> Self:
        """Return the layout that settings name."""
        return cls(
            links=settings.hnsw_m,
            build_ef=settings.hnsw_ef_construct,
            search_ef=settings.hnsw_ef,
            quantisation=settings.quantisation,
            on_disk=settings.on_disk,
        )

    def vectors(self, versions: BuildVersions) -> dict[str, VectorPlan]:
        """Return how each named dense vector is kept."""
        searched, looked_up = self.on_disk == "all", self.on_disk != "none"
        passages = Graph(self.links, self.build_ef, FULL_SCAN_KB)
        # Two chunks are compared wording by wording there, so its links cost many times those of passages; a
        # search takes a few candidates from it, and half of everything finds the same ones.
        wordings = Graph(self.links // 2, self.build_ef // 2, FULL_SCAN_KB // WORDINGS)
        size, token_size = versions.dimension, versions.token_dimension
        return {
            "body": VectorPlan(size, passages, is_unit=True, is_many=False, on_disk=searched),
            "wordings": VectorPlan(size, wordings, is_unit=True, is_many=True, on_disk=searched),
            "title": VectorPlan(size, None, is_unit=True, is_many=False, on_disk=looked_up),
            "tokens": VectorPlan(token_size, None, is_unit=False, is_many=True, on_disk=looked_up),
        }

    @property
    def oversampling(self) -> float | None:
        """So many times the candidates are taken by coarse copies; None without such."""
        return OVERSAMPLING[self.quantisation]

    def ef(self, using: str, *, filtered: bool) -> int:
        """Return the candidates that a search among one kind of vectors keeps in hand."""
        times = (FILTERED_TIMES if filtered else 1) * (WORDINGS_TIMES if using == "wordings" else 1)
        return self.search_ef * times

    @property
    def version(self) -> str:
        """Of what is in the files; a build with another one has to be made anew.

        >>> Layout().version
        'm=16 ef_construct=100 quantisation=none on_disk=none'
        """
        return (
            f"m={self.links} ef_construct={self.build_ef} "
            f"quantisation={self.quantisation} on_disk={self.on_disk}"
        )
