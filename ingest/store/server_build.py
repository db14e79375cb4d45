"""A build on a Qdrant server, open for reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from qdrant_client import models

from ingest.contract import IndexManifest
from ingest.store.held_build import HeldBuild
from ingest.store.layout import Layout
from ingest.store.query import Plan
from ingest.store.server_connection import POINTS_PER_REQUEST, Connection
from ingest.store.server_layout import search_params
from ingest.store.server_library import ServerLibrary
from ingest.store.server_scroll import scroll
from ingest.store.values import TENANT_FIELD, Leg, SparseVector


class ServerBuild(HeldBuild):
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
        super().__init__(name, library, layout, dimension=dimension, manifest=manifest)
        self._connection = connection

    def _query(self, plans: Sequence[Plan], *, exact: bool) -> Sequence[Iterable[Any]]:
        batch = models.QueryRequestBatch(
            searches=[_request(plan, self._layout, exact=exact) for plan in plans]
        )
        with self._connection.errors() as to:
            # the call beneath `client.query_batch_points`, which first copies every number of every vector
            reply = to.client.http.search_api.query_batch_points(
                self._name,
                consistency=to.consistency,  # type: ignore[arg-type]  # None is its default
                query_request_batch=batch,
            )
        return [found.points for found in reply.result or ()]

    def _retrieve(
        self, ids: list[str], *, payload: bool | list[str], vectors: bool | list[str]
    ) -> Iterable[Any]:
        for start in range(0, len(ids), POINTS_PER_REQUEST):
            with self._connection.errors() as to:
                yield from to.client.retrieve(
                    self._name,
                    ids[start : start + POINTS_PER_REQUEST],
                    with_payload=payload,
                    with_vectors=vectors,
                    consistency=to.consistency,
                )

    def _scroll_ids(self, tenant: str) -> dict[str, str]:
        found = scroll(self._connection, self._name, TENANT_FIELD, [tenant], ["content_hash"])
        return {one: str(payload["content_hash"]) for one, payload in found}

    def close(self) -> None:
        """Do nothing: the connection is the store's."""


def _request(plan: Plan, layout: Layout, *, exact: bool) -> models.QueryRequest:
    condition = _condition(plan)
    parts = [
        models.Prefetch(
            query=_vector(leg),
            using=leg.using,
            limit=leg.limit,
            filter=condition,
            params=search_params(layout, leg, exact=exact, filtered=bool(plan.where)),
        )
        for leg in plan.legs
    ]
    if plan.fused:
        fusion = models.RrfQuery(rrf=models.Rrf(k=plan.engine_k))
        return models.QueryRequest(query=fusion, prefetch=parts, limit=plan.fetch)
    [only] = parts
    return models.QueryRequest(
        query=only.query, using=only.using, filter=condition, params=only.params, limit=plan.fetch
    )


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
