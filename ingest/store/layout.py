"""How an index lays out its vectors: what it is built with, beside what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from ingest.settings import IndexSettings

Quantisation = Literal["none", "scalar", "binary"]
OnDisk = Literal["none", "words", "all"]

FULL_SCAN_KB = 40_000
"""Of vectors that a search has to look at: up to here, some 26,000 passages, comparing with all of them takes
a few milliseconds and misses nothing, with a filter too, so no graph is walked."""

FILTERED_TIMES = 2
"""A filtered search keeps so many times the candidates in hand, since it may not keep all it meets."""

FILTER_LINKS = 0
"""Extra links among the chunks of each value of each filter field: they take eight times as long to build as
the graph itself, and a filter for a level found no more with them (docs/performance.md)."""

OVERSAMPLING = {"scalar": 1.5, "binary": 4.0}
"""So many times the candidates are taken by the coarse copies, then measured by the vectors themselves."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What decides speed, room and exactness of an index; a build keeps the one it was made with.

    Only `search_ef` is chosen anew with each search; the rest is in the files.

    Attributes:
        links: Links of each chunk in the graph over its vectors ("m").
        build_ef: Candidates weighed for them ("ef_construct").
        search_ef: Candidates that a search keeps in hand; a leg with more takes its limit.
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

    @property
    def wording_links(self) -> int:
        """Links of each chunk in the graph over wordings.

        Two chunks are compared wording by wording there, so its links cost many times those of passages; a
        search takes a few candidates from it, and half of everything finds the same ones.
        """
        return self.links // 2

    @property
    def wording_ef(self) -> int:
        """Candidates weighed for them."""
        return self.build_ef // 2

    def ef(self, *, filtered: bool) -> int:
        """Return the candidates that a search keeps in hand."""
        return self.search_ef * (FILTERED_TIMES if filtered else 1)

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
