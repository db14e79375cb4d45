"""A build on a Qdrant server, open for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, cast

import numpy as np
from qdrant_client import models

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.errors import IndexMissingError
from ingest.store.encoding import CHUNK_FIELDS, canonical_ids, decode_chunk
from ingest.store.layout import Layout
from ingest.store.port import ChunkVectors, Filter, Leg, RankedId, SparseVector, Vector
from ingest.store.query import Plan, make_plan, ranked
from ingest.store.server_connection import POINTS_PER_REQUEST, Connection
from ingest.store.server_layout import search_params
from ingest.store.server_library import ServerLibrary

DOCUMENTS_IN_MEMORY = 32


class ServerBuild:
    """Two collections of the server, read under their own names, so that a new live build changes nothing."""

    def __init__(
        self,
        connection: Connection,
        name: str,
        library: ServerLibrary,
        layout: Layout,
        *,
        dimension: int,
        manifest: IndexManifest | None,
    ) -> None:
        self._connection = connection
        self._name = name
        self._library = library
        self._layout = layout
        self._dimension = dimension
        self._manifest = manifest
        self._document = lru_cache(DOCUMENTS_IN_MEMORY)(library.document)
        self._vocabulary = cache(library.vocabulary)  # the rewriter and the gate both ask for it

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
        """Return at most `limit` chunks, best first; see the port."""
        plan = make_plan(legs, dimension=self._dimension, rrf_k=rrf_k, where=where, among=among)
        if plan is None:
            return []
        with self._connection.errors() as to:
            found = to.client.query_points(
                self._name,
                **_query(plan, self._layout, exact=exact),
                limit=plan.fetch,
                with_payload=False,
                with_vectors=False,
                consistency=to.consistency,
            ).points
        return ranked(((str(point.id), point.score) for point in found), fused=plan.fused, limit=limit)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks of these ids; an unknown id is absent."""
        found = self._retrieve(ids, with_payload=CHUNK_FIELDS, with_vectors=False)
        return {str(one.id): decode_chunk(str(one.id), one.payload or {}) for one in found}

    def vectors(self, ids: Sequence[str]) -> dict[str, ChunkVectors]:
        """Return the stored vectors of these ids; an unknown id is absent."""
        found = self._retrieve(ids, with_payload=False, with_vectors=True)
        return {str(one.id): _decode_vectors(cast("dict[str, Any]", one.vector)) for one in found}

    def titles(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the title vectors of these ids; an unknown id is absent."""
        found = self._retrieve(ids, with_payload=False, with_vectors=["title"])
        return {
            str(one.id): np.asarray(cast("dict[str, Any]", one.vector)["title"], dtype=np.float32)
            for one in found
        }

    def _retrieve(
        self, ids: Sequence[str], *, with_payload: bool | list[str], with_vectors: bool | list[str]
    ) -> Iterator[models.Record]:
        wanted = canonical_ids(ids)
        for start in range(0, len(wanted), POINTS_PER_REQUEST):
            with self._connection.errors() as to:
                yield from to.client.retrieve(
                    self._name,
                    wanted[start : start + POINTS_PER_REQUEST],
                    with_payload=with_payload,
                    with_vectors=with_vectors,
                    consistency=to.consistency,
                )

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by chunk id, for all chunks."""
        return self._library.chunk_ids()

    def document(self, name: str) -> ParsedDocument:
        """Return a document with its text and sections. Raises KeyError if it is not in the build."""
        return self._document(name)

    def vocabulary(self) -> dict[str, int]:
        """Return how many chunks hold each word, lower case and unstemmed."""
        return self._vocabulary()

    def close(self) -> None:
        """Do nothing: the connection is the store's."""


def _query(plan: Plan, layout: Layout, *, exact: bool) -> dict[str, Any]:
    condition = _condition(plan)
    if not plan.fused:
        leg = plan.legs[0]
        return {
            "query": _vector(leg),
            "using": leg.using,
            "query_filter": condition,
            "search_params": search_params(layout, leg, exact=exact, filtered=bool(plan.where)),
        }
    return {
        "query": models.RrfQuery(rrf=models.Rrf(k=plan.engine_k)),
        "prefetch": [
            models.Prefetch(
                query=_vector(leg),
                using=leg.using,
                limit=leg.limit,
                filter=condition,
                params=search_params(layout, leg, exact=exact, filtered=bool(plan.where)),
            )
            for leg in plan.legs
        ],
    }


def _vector(leg: Leg) -> list[float] | list[list[float]] | models.SparseVector:
    if isinstance(leg.query, SparseVector):
        return models.SparseVector(indices=list(leg.query.indices), values=list(leg.query.values))
    return cast("list[float] | list[list[float]]", leg.query.tolist())


def _condition(plan: Plan) -> models.Filter | None:
    conditions: list[models.Condition] = [
        models.FieldCondition(key=field, match=models.MatchAny(any=values))
        for field, values in plan.where.items()
    ]
    if plan.among is not None:
        conditions.append(models.HasIdCondition(has_id=[*plan.among]))
    return models.Filter(must=conditions) if conditions else None


def _decode_vectors(stored: dict[str, Any]) -> ChunkVectors:
    sparse = stored.get("bm25")
    return ChunkVectors(
        body=np.asarray(stored["body"], dtype=np.float32),
        title=np.asarray(stored["title"], dtype=np.float32),
        wordings=np.asarray(stored["wordings"], dtype=np.float32) if stored.get("wordings") else None,
        tokens=np.asarray(stored["tokens"], dtype=np.float32),
        bm25=SparseVector(tuple(sparse.indices), tuple(sparse.values)) if sparse else SparseVector((), ()),
    )
