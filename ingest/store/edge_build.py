"""A build of the embedded engine, open for reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Lock
from typing import Any, cast

import qdrant_edge

from ingest.contract import IndexManifest
from ingest.errors import IndexMismatchError, StoreError
from ingest.store.edge_files import LIBRARY, MANIFEST, SHARD, engine_errors, is_refusal
from ingest.store.edge_layout import search_params
from ingest.store.edge_scroll import scroll
from ingest.store.encoding import parse_manifest
from ingest.store.held_build import HeldBuild
from ingest.store.layout import Layout
from ingest.store.query import Plan
from ingest.store.sqlite_library import SqliteLibrary
from ingest.store.values import TENANT_FIELD, Leg, SparseVector


def open_published(folder: Path, collection: str, layout: Layout, *, check: bool = True) -> EdgeBuild:
    """Return a published build; its points are only looked into when they are asked for if it is not checked.

    Raises:
        IndexMismatchError: Its schema version is not this program's.
        StoreError: It is not whole.
    """
    with engine_errors(folder), ExitStack() as undo:
        manifest = parse_manifest((folder / MANIFEST).read_bytes(), collection)
        library = undo.enter_context(closing(SqliteLibrary.open(folder / LIBRARY)))
        build = EdgeBuild(folder, library, layout, dimension=manifest.dimension, manifest=manifest)
        if check:
            build.load()
        undo.pop_all()
        return build


def open_draft(folder: Path, dimension: int, layout: Layout) -> EdgeBuild:
    """Return a build that never went live. Raises StoreError if it cannot be read."""
    with engine_errors(folder), ExitStack() as undo:
        library = undo.enter_context(closing(SqliteLibrary.recover(folder / LIBRARY)))
        build = EdgeBuild(folder, library, layout, dimension=dimension, manifest=None)
        build.load()
        undo.pop_all()
        return build


class EdgeBuild(HeldBuild):
    """One shard and its library. Loading rewrites the engine's own settings, unchanged; nothing else."""

    def __init__(
        self,
        folder: Path,
        library: SqliteLibrary,
        layout: Layout,
        *,
        dimension: int,
        manifest: IndexManifest | None,
    ) -> None:
        super().__init__(folder.name, library, layout, dimension=dimension, manifest=manifest)
        self._folder = folder
        self._sqlite = library
        self._loading = Lock()
        self._loaded: qdrant_edge.EdgeShard | None = None

    def load(self) -> qdrant_edge.EdgeShard:
        """Return the shard. Raises StoreError if a published build has not all of its points."""
        with self._loading, engine_errors(self._folder):
            if self._loaded is None:
                recorded = self._sqlite.count_chunks()
                shard = qdrant_edge.EdgeShard.load(str(self._folder / SHARD))
                held = shard.count(qdrant_edge.CountRequest(exact=True))
                if self._manifest and held != recorded:  # the engine loads what is left without a word
                    shard.close()
                    raise StoreError(f"index {str(self._folder)!r}: {held} points of {recorded} are left")
                self._loaded = shard
            return self._loaded

    @property
    def _shard(self) -> qdrant_edge.EdgeShard:
        """The shard. Raises IndexMismatchError if it was not loaded on opening, and is damaged."""
        if self._loaded is not None:
            return self._loaded
        try:
            return self.load()
        except StoreError as error:
            if is_refusal(error):
                raise
            raise IndexMismatchError(f"build {self._name!r} cannot be read: {error}") from error

    def _query(self, plans: Sequence[Plan], *, exact: bool) -> Sequence[Iterable[Any]]:
        with engine_errors(self._folder):
            return [self._shard.query(_request(plan, self._layout, exact=exact)) for plan in plans]

    def _retrieve(
        self, ids: list[str], *, payload: bool | list[str], vectors: bool | list[str]
    ) -> Iterable[Any]:
        with engine_errors(self._folder):
            return self._shard.retrieve([*ids], with_payload=payload, with_vector=vectors)

    def _scroll_ids(self, tenant: str) -> dict[str, str]:
        with engine_errors(self._folder):
            found = scroll(self._shard, TENANT_FIELD, [tenant], ["content_hash"])
            return {one: payload["content_hash"] for one, payload in found}

    def close(self) -> None:
        """Release files; idempotent."""
        self._sqlite.close()
        if self._loaded is not None:
            with engine_errors(self._folder):
                self._loaded.close()


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
