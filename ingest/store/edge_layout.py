"""The layout of an index in the embedded engine's words: what a shard is made with, and asked with."""

from __future__ import annotations

from pathlib import Path

import qdrant_edge

from ingest.store.layout import FILTER_LINKS, FULL_SCAN_KB, Layout, VectorPlan
from ingest.store.values import FILTER_FIELDS, TENANT_FIELD, BuildVersions, Leg

Quantisation = qdrant_edge.ScalarQuantizationConfig | qdrant_edge.BinaryQuantizationConfig


def create_shard(path: Path, versions: BuildVersions, layout: Layout) -> qdrant_edge.EdgeShard:
    """Return a new, empty shard."""
    path.mkdir()
    shard = qdrant_edge.EdgeShard.create(
        str(path),
        qdrant_edge.EdgeConfig(
            vectors={name: _vector(plan, layout) for name, plan in layout.vectors(versions).items()},
            sparse_vectors={
                "bm25": qdrant_edge.EdgeSparseVectorParams(
                    modifier=qdrant_edge.Modifier.Idf, memory=_memory(cold=layout.on_disk == "all")
                )
            },
            wal_enabled=False,  # a log is locked by the process that loads the shard; many have to read it
        ),
    )
    for field in FILTER_FIELDS:
        keyword = qdrant_edge.PayloadSchemaType.Keyword
        shard.update(qdrant_edge.UpdateOperation.create_field_index(field, keyword))
    of_tenants = qdrant_edge.KeywordIndexParams(is_tenant=True)
    shard.update(qdrant_edge.UpdateOperation.create_field_index(TENANT_FIELD, of_tenants))
    return shard


def _vector(plan: VectorPlan, layout: Layout) -> qdrant_edge.EdgeVectorParams:
    best_of_many = qdrant_edge.MultiVectorConfig(qdrant_edge.MultiVectorComparator.MaxSim)
    return qdrant_edge.EdgeVectorParams(
        size=plan.size,
        distance=qdrant_edge.Distance.Cosine if plan.is_unit else qdrant_edge.Distance.Dot,
        multivector_config=best_of_many if plan.is_many else None,
        datatype=qdrant_edge.VectorStorageDatatype.Float16 if plan.is_many else None,
        hnsw_config=_graph(plan),
        quantization_config=_quantisation(layout) if plan.graph else None,
        memory=_memory(cold=plan.on_disk),
    )


def _memory(*, cold: bool) -> qdrant_edge.Memory | None:
    """Return where a part stands: the engine's own choice unless it is to be read from disk."""
    return qdrant_edge.Memory.Cold if cold else None


def _graph(plan: VectorPlan) -> qdrant_edge.HnswIndexConfig:
    if plan.graph is None:
        return qdrant_edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=FULL_SCAN_KB)
    return qdrant_edge.HnswIndexConfig(
        m=plan.graph.links,
        payload_m=FILTER_LINKS,
        ef_construct=plan.graph.build_ef,
        full_scan_threshold=plan.graph.scan_kb,
        memory=_memory(cold=plan.on_disk),
    )


def _quantisation(layout: Layout) -> Quantisation | None:
    if layout.quantisation == "scalar":
        return qdrant_edge.ScalarQuantizationConfig(
            qdrant_edge.ScalarType.Int8, memory=qdrant_edge.Memory.Pinned
        )
    if layout.quantisation == "binary":
        return qdrant_edge.BinaryQuantizationConfig(memory=qdrant_edge.Memory.Pinned)
    return None


def search_params(
    layout: Layout, leg: Leg, *, exact: bool, filtered: bool
) -> qdrant_edge.SearchParams | None:
    """Return how a leg is searched; keywords are always searched exactly."""
    if leg.using == "bm25":
        return None
    if exact:
        ignored = qdrant_edge.QuantizationSearchParams(ignore=True)
        return qdrant_edge.SearchParams(exact=True, quantization=ignored)
    times = layout.oversampling
    coarse = qdrant_edge.QuantizationSearchParams(rescore=True, oversampling=times) if times else None
    return qdrant_edge.SearchParams(hnsw_ef=layout.ef(leg.using, filtered=filtered), quantization=coarse)
