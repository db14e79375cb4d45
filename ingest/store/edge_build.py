"""A build of the embedded engine, open for reading."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import qdrant_edge

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.errors import IndexMissingError, StoreError
from ingest.store.edge_files import LIBRARY, MANIFEST, SHARD, engine_errors
from ingest.store.edge_layout import search_params
from ingest.store.encoding import CHUNK_FIELDS, canonical_ids, decode_chunk, parse_manifest
from ingest.store.layout import Layout
from ingest.store.port import ChunkVectors, Filter, Leg, RankedId, SparseVector, Vector
from ingest.store.query import Plan, make_plan, ranked
from ingest.store.sqlite_library import SqliteLibrary

DOCUMENTS_IN_MEMORY = 32


def open_published(folder: Path, collection: str, layout: Layout) -> EdgeBuild:
    """Return a published build.

    Raises:
        IndexMismatchError: Its schema version is not this program's.
        StoreError: It is not whole.
    """
    with engine_errors(folder), ExitStack() as undo:
        manifest = parse_manifest((folder / MANIFEST).read_bytes(), collection)
        library = undo.enter_context(closing(SqliteLibrary.open(folder / LIBRARY)))
        shard = undo.enter_context(closing(_load(folder)))
        held, recorded = shard.count(qdrant_edge.CountRequest(exact=True)), library.count_chunks()
        if held != recorded:  # with some of its files lost the engine loads without a word
            raise StoreError(f"index {str(folder)!r}: {held} points of {recorded} are left")
        undo.pop_all()
        dimension = manifest.dimension
        return EdgeBuild(folder, shard, library, layout, dimension=dimension, manifest=manifest)


def open_draft(folder: Path, dimension: int, layout: Layout) -> EdgeBuild:
    """Return a build that never went live. Raises StoreError if it cannot be read."""
    with engine_errors(folder), ExitStack() as undo:
        library = undo.enter_context(closing(SqliteLibrary.recover(folder / LIBRARY)))
        build = EdgeBuild(folder, _load(folder), library, layout, dimension=dimension, manifest=None)
        undo.pop_all()
        return build


def _load(folder: Path) -> qdrant_edge.EdgeShard:
    return qdrant_edge.EdgeShard.load(str(folder / SHARD))


class EdgeBuild:
    """One shard and its library. Loading rewrites the engine's own settings, unchanged; nothing else."""

    def __init__(
        self,
        folder: Path,
        shard: qdrant_edge.EdgeShard,
        library: SqliteLibrary,
        layout: Layout,
        *,
        dimension: int,
        manifest: IndexManifest | None,
    ) -> None:
        self._layout = layout
        self._folder = folder
        self._shard = shard
        self._library = library
        self._dimension = dimension
        self._manifest = manifest
        self._document = lru_cache(DOCUMENTS_IN_MEMORY)(library.document)
        self._vocabulary = cache(library.vocabulary)  # the rewriter and the gate both ask for it

    @property
    def manifest(self) -> IndexManifest:
        """The manifest it was published with. Raises IndexMissingError if it never was."""
        if self._manifest is None:
            raise IndexMissingError(f"build {self._folder.name!r} was never published")
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
        with engine_errors(self._folder):
            found = self._shard.query(_request(plan, self._layout, exact=exact))
        return ranked(((str(point.id), point.score) for point in found), fused=plan.fused, limit=limit)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks of these ids; an unknown id is absent."""
        with engine_errors(self._folder):
            records = self._shard.retrieve(
                [*canonical_ids(ids)], with_payload=CHUNK_FIELDS, with_vector=False
            )
        return {str(one.id): decode_chunk(str(one.id), one.payload or {}) for one in records}

    def vectors(self, ids: Sequence[str]) -> dict[str, ChunkVectors]:
        """Return the stored vectors of these ids; an unknown id is absent."""
        with engine_errors(self._folder):
            records = self._shard.retrieve([*canonical_ids(ids)], with_payload=False, with_vector=True)
        return {str(one.id): _decode_vectors(cast("dict[str, Any]", one.vector)) for one in records}

    def titles(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the title vectors of these ids; an unknown id is absent."""
        with engine_errors(self._folder):
            records = self._shard.retrieve([*canonical_ids(ids)], with_payload=False, with_vector=["title"])
        return {
            str(one.id): np.asarray(cast("dict[str, Any]", one.vector)["title"], dtype=np.float32)
            for one in records
        }

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
        """Release files; idempotent."""
        self._library.close()
        with engine_errors(self._folder):
            self._shard.close()


def _request(plan: Plan, layout: Layout, *, exact: bool) -> qdrant_edge.QueryRequest:
    condition = _condition(plan)
    if not plan.fused:
        return qdrant_edge.QueryRequest(
            limit=plan.fetch,
            query=_nearest(plan.legs[0]),
            params=search_params(layout, plan.legs[0], exact=exact, filtered=bool(plan.where)),
            filter=condition,
            with_payload=False,
            with_vector=False,
        )
    return qdrant_edge.QueryRequest(
        limit=plan.fetch,
        query=cast("qdrant_edge.Fusion", qdrant_edge.Fusion.Rrf(k=plan.engine_k)),
        prefetches=[
            qdrant_edge.Prefetch(
                limit=leg.limit,
                query=_nearest(leg),
                params=search_params(layout, leg, exact=exact, filtered=bool(plan.where)),
                filter=condition,
            )
            for leg in plan.legs
        ],
        with_payload=False,
        with_vector=False,
    )


def _nearest(leg: Leg) -> qdrant_edge.Query:
    if isinstance(leg.query, SparseVector):
        sparse = qdrant_edge.SparseVector(indices=list(leg.query.indices), values=list(leg.query.values))
        return qdrant_edge.Query.Nearest(sparse, using=leg.using)
    return qdrant_edge.Query.Nearest(leg.query.tolist(), using=leg.using)


def _condition(plan: Plan) -> qdrant_edge.Filter | None:
    conditions: list[qdrant_edge.FieldCondition | qdrant_edge.HasIdCondition] = [
        qdrant_edge.FieldCondition(key=field, match=qdrant_edge.MatchAny(values))
        for field, values in plan.where.items()
    ]
    if plan.among is not None:
        conditions.append(qdrant_edge.HasIdCondition(set(plan.among)))
    return qdrant_edge.Filter(must=[*conditions]) if conditions else None


def _decode_vectors(stored: dict[str, Any]) -> ChunkVectors:
    sparse = stored.get("bm25")
    return ChunkVectors(
        body=np.asarray(stored["body"], dtype=np.float32),
        title=np.asarray(stored["title"], dtype=np.float32),
        wordings=np.asarray(stored["wordings"], dtype=np.float32) if stored.get("wordings") else None,
        tokens=np.asarray(stored["tokens"], dtype=np.float32),
        bm25=SparseVector(tuple(sparse.indices), tuple(sparse.values)) if sparse else SparseVector((), ()),
    )
