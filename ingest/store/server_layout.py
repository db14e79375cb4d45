"""The layout of an index in a Qdrant server's words: what points are made with, and asked with."""

from __future__ import annotations

from typing import Any

from qdrant_client import models

from ingest.store.layout import FILTER_LINKS, Layout, VectorPlan
from ingest.store.values import BuildVersions, Leg

Quantisation = models.ScalarQuantization | models.BinaryQuantization

GRAPH_ABOVE_KB = 20_000
"""The server's own threshold: from here on the vectors of a segment get a graph."""

SEGMENT_KB = 5_000_000
"""A search visits each segment of a shard, so few large ones are quick; the word pieces of 100,000 chunks."""


def collection_parts(versions: BuildVersions, layout: Layout) -> dict[str, Any]:
    """Return what a collection of points is created with.

    No graph is built while points come in: `start_graphs` has it built once, over all of them.
    """
    return {
        "vectors_config": {name: _vector(plan, layout) for name, plan in layout.vectors(versions).items()},
        "sparse_vectors_config": {
            "bm25": models.SparseVectorParams(
                modifier=models.Modifier.IDF,
                index=models.SparseIndexParams(on_disk=layout.on_disk == "all"),
            )
        },
        "optimizers_config": models.OptimizersConfigDiff(indexing_threshold=0, max_segment_size=SEGMENT_KB),
    }


def start_graphs() -> models.OptimizersConfigDiff:
    """Return the change that has the graphs built where there are enough vectors for one."""
    return models.OptimizersConfigDiff(indexing_threshold=GRAPH_ABOVE_KB)


def _vector(plan: VectorPlan, layout: Layout) -> models.VectorParams:
    best_of_many = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    return models.VectorParams(
        size=plan.size,
        distance=models.Distance.COSINE if plan.is_unit else models.Distance.DOT,
        multivector_config=best_of_many if plan.is_many else None,
        datatype=models.Datatype.FLOAT16 if plan.is_many else None,
        hnsw_config=_graph(plan),
        quantization_config=_quantisation(layout) if plan.graph else None,
        on_disk=plan.on_disk,
    )


def _graph(plan: VectorPlan) -> models.HnswConfigDiff:
    if plan.graph is None:
        return models.HnswConfigDiff(m=0)
    return models.HnswConfigDiff(
        m=plan.graph.links,
        payload_m=FILTER_LINKS,
        ef_construct=plan.graph.build_ef,
        full_scan_threshold=plan.graph.scan_kb,
        on_disk=plan.on_disk,
    )


def _quantisation(layout: Layout) -> Quantisation | None:
    if layout.quantisation == "scalar":
        scalar = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        return models.ScalarQuantization(scalar=scalar)
    if layout.quantisation == "binary":
        return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
    return None


def search_params(layout: Layout, leg: Leg, *, exact: bool, filtered: bool) -> models.SearchParams | None:
    """Return how a leg is searched; keywords are always searched exactly."""
    if leg.using == "bm25":
        return None
    if exact:
        return models.SearchParams(exact=True, quantization=models.QuantizationSearchParams(ignore=True))
    times = layout.oversampling
    coarse = models.QuantizationSearchParams(rescore=True, oversampling=times) if times else None
    return models.SearchParams(hnsw_ef=layout.ef(leg.using, filtered=filtered), quantization=coarse)
