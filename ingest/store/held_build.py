"""What a build does in the same way on either engine, once it is open for reading."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Protocol

import numpy as np

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.errors import IndexMissingError
from ingest.store.encoding import CHUNK_FIELDS, canonical_ids, decode_chunk, decode_vectors
from ingest.store.layout import Layout
from ingest.store.query import Plan, make_plan, ranked
from ingest.store.values import TENANT_FIELD, ChunkVectors, Filter, Leg, RankedId, Vector
from ingest.store.view import summed
from ingest.tenants import tenants_of

DOCUMENTS_IN_MEMORY = 32


class Library(Protocol):
    """What a build holds besides points."""

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by chunk id, for all chunks."""
        ...

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its text and sections. Raises KeyError if it is not in the build."""
        ...

    def vocabulary(self, tenant: str) -> dict[str, int]:
        """Return how many of a tenant's own chunks, or of the shared ones, hold each word."""
        ...


class HeldBuild(ABC):
    """A build that an engine holds; see the port for what each method returns."""

    def __init__(
        self, name: str, library: Library, layout: Layout, *, dimension: int, manifest: IndexManifest | None
    ) -> None:
        self._name = name
        self._library = library
        self._layout = layout
        self._dimension = dimension
        self._manifest = manifest
        self._document = lru_cache(DOCUMENTS_IN_MEMORY)(library.document)
        self._vocabulary = cache(library.vocabulary)  # the rewriter and the gate both ask for it
        self._chunk_ids_of = cache(self._scroll_ids)  # each view asks for the shared ones

    @abstractmethod
    def _query(self, plans: Sequence[Plan], *, exact: bool) -> Sequence[Iterable[Any]]:
        """Return the engine's points for each plan, each point with `id` and `score`; one request."""

    @abstractmethod
    def _retrieve(
        self, ids: list[str], *, payload: bool | list[str], vectors: bool | list[str]
    ) -> Iterable[Any]:
        """Return the engine's points of these ids, each with `id`, `payload` and `vector`."""

    @abstractmethod
    def _scroll_ids(self, tenant: str) -> dict[str, str]:
        """Return content hash by chunk id for the chunks of a tenant, or for the shared ones."""

    @property
    def manifest(self) -> IndexManifest:
        """The manifest it was published with. Raises IndexMissingError if it never was."""
        if self._manifest is None:
            raise IndexMissingError(f"build {self._name!r} was never published")
        return self._manifest

    def search(
        self,
        legs: Sequence[Leg],
        *,
        limit: int,
        rrf_k: int,
        where: Filter,
        among: Sequence[str] | None = None,
        exact: bool = False,
    ) -> list[RankedId]:
        """Return at most `limit` chunks, best first."""
        plan = make_plan(legs, dimension=self._dimension, rrf_k=rrf_k, where=where, among=among)
        if plan is None:
            return []
        [found] = self._query([plan], exact=exact)
        return _ranked(found, plan, limit)

    def search_each(
        self, legs: Sequence[Leg], *, where: Filter, among: Sequence[str] | None = None
    ) -> list[list[RankedId]]:
        """Return what each leg brings by itself; see the port."""
        plans = [
            make_plan([leg], dimension=self._dimension, rrf_k=1, where=where, among=among) for leg in legs
        ]
        asked = [plan for plan in plans if plan]
        replies = iter(self._query(asked, exact=False) if asked else ())
        return [
            _ranked(next(replies), plan, leg.limit) if plan else []
            for leg, plan in zip(legs, plans, strict=True)
        ]

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks of these ids; an unknown id is absent."""
        found = self._retrieve(canonical_ids(ids), payload=CHUNK_FIELDS, vectors=False)
        return {str(one.id): decode_chunk(str(one.id), one.payload or {}) for one in found}

    def vectors(self, ids: Sequence[str]) -> dict[str, ChunkVectors]:
        """Return the stored vectors of these ids; an unknown id is absent."""
        found = self._retrieve(canonical_ids(ids), payload=False, vectors=True)
        return {str(one.id): decode_vectors(one.vector) for one in found}

    def titles(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the title vectors of these ids; an unknown id is absent."""
        found = self._retrieve(canonical_ids(ids), payload=False, vectors=["title"])
        return {str(one.id): np.asarray(one.vector["title"], dtype=np.float32) for one in found}

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by chunk id, for all chunks."""
        return self._library.chunk_ids()

    def chunk_ids_of(self, tenant: str) -> dict[str, str]:
        """Return content hash by chunk id for the chunks of a tenant, or for the shared ones."""
        return dict(self._chunk_ids_of(tenant))

    def tenants_of(self, ids: Sequence[str]) -> dict[str, str]:
        """Return whose the chunks of these ids are; see the port."""
        found = self._retrieve(canonical_ids(ids), payload=[TENANT_FIELD], vectors=False)
        payloads = ((str(one.id), one.payload or {}) for one in found)
        return {one: payload[TENANT_FIELD] for one, payload in payloads if TENANT_FIELD in payload}

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its text and sections. Raises KeyError if it is not in the build."""
        return self._document(name)

    def vocabulary(self) -> dict[str, int]:
        """Return how many chunks hold each word, lower case and unstemmed."""
        tenants = tenants_of(self._manifest) if self._manifest else ()
        return summed(map(self._vocabulary, ("", *tenants))) if tenants else self._vocabulary("")

    def vocabulary_of(self, tenant: str) -> dict[str, int]:
        """Return how many of a tenant's own chunks hold each word, or how many of the shared ones."""
        if tenant and self._manifest and self._manifest.tenants is None:
            return {}  # its library was made before there were any
        return self._vocabulary(tenant)


def _ranked(found: Iterable[Any], plan: Plan, limit: int) -> list[RankedId]:
    return ranked(((point.id, point.score) for point in found), fused=plan.fused, limit=limit)
