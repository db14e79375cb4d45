"""The layout of an index in the embedded engine's words: what a shard is made with, and asked with."""

from __future__ import annotations

from pathlib import Path

import qdrant_edge

from ingest.store.layout import FILTER_LINKS, FULL_SCAN_KB, OVERSAMPLING, Layout
from ingest.store.port import FILTER_FIELDS, BuildVersions, Leg

Quantisation = qdrant_edge.ScalarQuantizationConfig | qdrant_edge.BinaryQuantizationConfig


def create_shard(path: Path, versions: BuildVersions, layout: Layout) -> qdrant_edge.EdgeShard:
    """Return a new, empty shard."""
    path.mkdir()
    shard = qdrant_edge.EdgeShard.create(
        str(path),
        qdrant_edge.EdgeConfig(
            vectors=_vectors(versions, layout),
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
    return shard


def _vectors(versions: BuildVersions, layout: Layout) -> dict[str, qdrant_edge.EdgeVectorParams]:
    cosine, half = qdrant_edge.Distance.Cosine, qdrant_edge.VectorStorageDatatype.Float16
    best_of_many = qdrant_edge.MultiVectorConfig(qdrant_edge.MultiVectorComparator.MaxSim)
    searched = _memory(cold=layout.on_disk == "all")
    looked_up = _memory(cold=layout.on_disk != "none")
    # only chunks that were found are measured by these, so no graph is built over them
    no_graph = qdrant_edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=FULL_SCAN_KB)
    return {
        "body": qdrant_edge.EdgeVectorParams(
            size=versions.dimension,
            distance=cosine,
            hnsw_config=_graph(layout, layout.links, layout.build_ef),
            quantization_config=_quantisation(layout),
            memory=searched,
        ),
        "wordings": qdrant_edge.EdgeVectorParams(
            size=versions.dimension,
            distance=cosine,
            multivector_config=best_of_many,
            datatype=half,
            hnsw_config=_graph(layout, layout.wording_links, layout.wording_ef),
            quantization_config=_quantisation(layout),
            memory=searched,
        ),
        "title": qdrant_edge.EdgeVectorParams(
            size=versions.dimension, distance=cosine, hnsw_config=no_graph, memory=looked_up
        ),
        "tokens": qdrant_edge.EdgeVectorParams(
            size=versions.token_dimension,
            distance=qdrant_edge.Distance.Dot,
            multivector_config=best_of_many,
            datatype=half,
            hnsw_config=no_graph,
            memory=looked_up,
        ),
    }


def _memory(*, cold: bool) -> qdrant_edge.Memory | None:
    """Return where a part stands: the engine's own choice unless it is to be read from disk."""
    return qdrant_edge.Memory.Cold if cold else None


def _graph(layout: Layout, links: int, build_ef: int) -> qdrant_edge.HnswIndexConfig:
    return qdrant_edge.HnswIndexConfig(
        m=links,
        payload_m=FILTER_LINKS,
        ef_construct=build_ef,
        full_scan_threshold=FULL_SCAN_KB,
        memory=_memory(cold=layout.on_disk == "all"),
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
    coarse = None
    if layout.quantisation != "none":
        times = OVERSAMPLING[layout.quantisation]
        coarse = qdrant_edge.QuantizationSearchParams(rescore=True, oversampling=times)
    return qdrant_edge.SearchParams(hnsw_ef=layout.ef(filtered=filtered), quantization=coarse)
