"""The layout of an index in a Qdrant server's words: what points are made with, and asked with."""

from __future__ import annotations

from typing import Any

from qdrant_client import models

from ingest.store.layout import FILTER_LINKS, FULL_SCAN_KB, OVERSAMPLING, Layout
from ingest.store.port import BuildVersions, Leg

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
        "vectors_config": _vectors(versions, layout),
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


def _vectors(versions: BuildVersions, layout: Layout) -> dict[str, models.VectorParams]:
    cosine = models.Distance.COSINE
    best_of_many = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    searched, looked_up = layout.on_disk == "all", layout.on_disk != "none"
    no_graph = models.HnswConfigDiff(m=0)  # only chunks that were found are measured by these
    coarse = _quantisation(layout)
    return {
        "body": models.VectorParams(
            size=versions.dimension,
            distance=cosine,
            hnsw_config=_graph(layout, layout.links, layout.build_ef),
            quantization_config=coarse,
            on_disk=searched,
        ),
        "wordings": models.VectorParams(
            size=versions.dimension,
            distance=cosine,
            multivector_config=best_of_many,
            datatype=models.Datatype.FLOAT16,
            hnsw_config=_graph(layout, layout.wording_links, layout.wording_ef),
            quantization_config=coarse,
            on_disk=searched,
        ),
        "title": models.VectorParams(
            size=versions.dimension, distance=cosine, hnsw_config=no_graph, on_disk=looked_up
        ),
        "tokens": models.VectorParams(
            size=versions.token_dimension,
            distance=models.Distance.DOT,
            multivector_config=best_of_many,
            datatype=models.Datatype.FLOAT16,
            hnsw_config=no_graph,
            on_disk=looked_up,
        ),
    }


def _graph(layout: Layout, links: int, build_ef: int) -> models.HnswConfigDiff:
    return models.HnswConfigDiff(
        m=links,
        payload_m=FILTER_LINKS,
        ef_construct=build_ef,
        full_scan_threshold=FULL_SCAN_KB,
        on_disk=layout.on_disk == "all",
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
    coarse = None
    if layout.quantisation != "none":
        times = OVERSAMPLING[layout.quantisation]
        coarse = models.QuantizationSearchParams(rescore=True, oversampling=times)
    return models.SearchParams(hnsw_ef=layout.ef(filtered=filtered), quantization=coarse)
