"""Acceptance, both engines: graphs, coarse copies and disk change room and speed, not what is found."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ingest.contract import FIRST_LAYOUT
from ingest.settings import IndexSettings
from ingest.store import open_store, server_layout
from ingest.store.edge import EdgeStore
from ingest.store.layout import Layout
from ingest.store.port import Build
from ingest.store.server_connection import Connection
from ingest.store.values import ChunkVectors
from tests.support.index_processes import CHUNKS, expected_vectors
from tests.support.index_samples import dense, direction, make_manifest, publish, sparse, versions_for

LAYOUTS = (
    {},
    {"quantisation": "scalar"},
    {"quantisation": "binary"},
    {"on_disk": "words"},
    {"on_disk": "all", "quantisation": "scalar"},
    {"hnsw_m": 32, "hnsw_ef_construct": 50, "hnsw_ef": 10},
)


def vectors(number: int) -> ChunkVectors:
    """Return the vectors of the chunk at this place; every other chunk has a wording."""
    wording = direction(float(number))[np.newaxis] if number % 2 else None
    return replace(expected_vectors(number), wordings=wording)


HELD = {chunk: vectors(number) for number, chunk in enumerate(CHUNKS)}


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_every_layout_finds_and_gives_back_the_same(settings: IndexSettings, layout: dict[str, Any]) -> None:
    """Exact hits and stored vectors do not depend on how the engine keeps them; nor do others, but for bits.

    One bit for each of four numbers tells few of these vectors apart.
    """
    chosen = settings.model_copy(update=layout)
    with closing(open_store(chosen)) as store:
        publish(store, HELD)
        with closing(store.open("handbook")) as build:
            hybrid = [dense(7), sparse({4: 1.0}), replace(dense(7), name="wordings", using="wordings")]
            for legs in ([dense(7)], hybrid):
                found, exact = (searched(build, legs, exact=exact) for exact in (False, True))
                assert exact[0][0] == CHUNKS[7].id
                assert found == exact or layout.get("quantisation") == "binary"
            stored = build.vectors([CHUNKS[7].id])[CHUNKS[7].id]
        store.drop("handbook")
    np.testing.assert_allclose(stored.body, vectors(7).body, atol=1e-6)
    assert stored.bm25 == vectors(7).bm25


def searched(build: Build, legs: list[Any], *, exact: bool) -> list[tuple[str, float]]:
    """Return ids and rounded scores, best first."""
    hits = build.search(legs, limit=5, rrf_k=60, where={}, exact=exact)
    return [(hit.id, round(hit.score, 4)) for hit in hits]


def test_a_store_tells_its_layout(settings: IndexSettings) -> None:
    """It names what is in the files; how a search walks the graph is not."""
    with closing(open_store(settings)) as plain:
        assert plain.layout == FIRST_LAYOUT == Layout().version
    other = settings.model_copy(update={"quantisation": "scalar", "on_disk": "all", "hnsw_ef": 99})
    with closing(open_store(other)) as store:
        assert store.layout == "m=16 ef_construct=100 quantisation=scalar on_disk=all"


def test_the_embedded_engine_keeps_the_layout_with_the_files(edge_settings: IndexSettings) -> None:
    """What was asked for stands in the shard's own configuration once it was published."""
    store = EdgeStore(edge_settings.index_dir, Layout(links=24, quantisation="scalar", on_disk="all"))
    publish(store, HELD, collection="handbook-2")
    shard = edge_settings.index_dir / "handbook-2" / "builds" / "b1" / "shard"
    made = json.loads((shard / "edge_config.json").read_text(encoding="utf-8"))["vectors"]
    store.drop("handbook-2")
    assert {vector["memory"] for vector in made.values()} == {"cold"}
    assert {name for name in made if "quantization_config" in made[name]} == {"body", "wordings"}
    graphs = {name: vector["hnsw_config"]["m"] for name, vector in made.items()}
    assert graphs == {"body": 24, "wordings": 12, "title": 0, "tokens": 0}


@pytest.mark.server
def test_a_server_has_the_layout_and_its_graphs_before_going_live(
    server_settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes live is indexed already, and only the vectors that are searched are."""
    monkeypatch.setattr(server_layout, "GRAPH_ABOVE_KB", 1)
    settings = server_settings.model_copy(update={"quantisation": "scalar", "on_disk": "words"})
    many = [CHUNKS[0].model_copy(update={"id": f"00000000-0000-4000-8000-{n:012}"}) for n in range(600)]
    with closing(open_store(settings)) as store:
        writer = store.begin("handbook", "b1", versions=versions_for())
        writer.add(many, [vectors(number % 360) for number in range(len(many))])
        writer.publish(make_manifest("handbook", "b1", len(many)))
        with Connection(settings).errors() as to:
            state = to.client.get_collection("handbook")
        store.drop("handbook")
    assert state.status == "green"
    assert (state.indexed_vectors_count or 0) >= len(many)
    made = state.config.params.vectors
    assert isinstance(made, dict)
    assert made["body"].quantization_config is not None
    assert (made["body"].on_disk, made["tokens"].on_disk, made["title"].on_disk) == (False, True, True)
    assert made["title"].hnsw_config is not None
    assert made["title"].hnsw_config.m == 0
