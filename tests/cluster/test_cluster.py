"""Three nodes, every shard twice: what questions and writes notice of one that is killed or cut off."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from coach.coach import Coach
from coach.settings import Settings
from ingest import pipeline
from ingest.contract import Chunk
from ingest.embed import Embedder
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.server import ServerStore
from ingest.store.values import ChunkVectors, Leg, SparseVector
from tests.support.index_samples import make_chunk, make_document, make_manifest, versions_for
from tests.support.pages import CLEAR_QUESTIONS, write_pages
from tests.support.qdrant_cluster import Cluster, Node

CHUNKS_A_BATCH = 20
CALLS = 15
"""So many calls are made before a node is lost, without it, and after it is back."""


def settings_of(cluster: Cluster, **more: object) -> Settings:
    """Return settings that keep every shard twice."""
    return Settings(
        _env_file=None,
        qdrant_url=cluster.url,
        qdrant_shards=3,
        qdrant_replicas=2,
        qdrant_write_consistency=1,
        **more,  # type: ignore[arg-type]
    )


class Load:
    """Calls a function over and over in threads, and keeps what became of each call."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._over = threading.Event()
        self.done = 0
        self.slowest_s = 0.0
        self.failed: list[Exception] = []

    @contextmanager
    def running(self, threads: int) -> Iterator[None]:
        """Call while the block runs."""
        workers = [threading.Thread(target=self._repeat) for _ in range(threads)]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            self._over.set()
            for worker in workers:
                worker.join()

    def go_on(self) -> None:
        """Return once so many more calls have been made."""
        until = self.done + len(self.failed) + CALLS
        while self.done + len(self.failed) < until:
            time.sleep(0.05)

    def _repeat(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                self._call()
                self.done += 1
            except Exception as error:  # noqa: BLE001 - it is what the test counts
                self.failed.append(error)
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)


@dataclass(frozen=True)
class Loss:
    """A way to lose a node: `happens` takes it away, `ends` brings it back."""

    cluster: Cluster
    happens: Callable[[], None]
    ends: Callable[[], None]

    def under(self, load: Load, threads: int) -> str:
        """Lose the node and get it back while calls are made; return what was measured, in words."""
        with load.running(threads):
            load.go_on()
            self.happens()
            load.go_on()
            self.ends()
            back_s = self.cluster.wait_until_active()
            load.go_on()
        return (
            f"{load.done} calls, {len(load.failed)} failed, slowest {load.slowest_s:.2f} s, "
            f"all replicas active {back_s:.1f} s after the return"
        )


@pytest.fixture(params=["killed-first", "killed-other", "cut-off"])
def loss(request: pytest.FixtureRequest) -> Loss:
    """The node that is asked first, and that the others joined, is killed; another is; one is cut off."""
    cut = request.param == "cut-off"
    cluster: Cluster = request.getfixturevalue("spread_cluster" if cut else "cluster")
    node = cluster.nodes[1 if request.param == "killed-other" else 0]
    return Loss(cluster, node.place.cut, node.place.mend) if cut else Loss(cluster, node.kill, node.start)


def test_a_node_that_is_lost_costs_no_question_and_comes_back(
    loss: Loss, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Questions about an ingested handbook are answered all the time, always the same."""
    settings = settings_of(loss.cluster)
    embedder = Embedder(settings.embed_model, settings.weights_dir)
    pages = write_pages(tmp_path / "pages")
    with closing(open_store(settings)) as store:
        pipeline.ingest([pages], store=store, embedder=embedder, collection="handbook")
    with Coach(settings) as coach:
        expected = [hit.chunk_id for hit in coach.search(CLEAR_QUESTIONS[0])]

        def ask() -> None:
            assert [hit.chunk_id for hit in coach.search(CLEAR_QUESTIONS[0])] == expected

        load = Load(ask)
        say(capsys, "questions", loss.under(load, threads=4))
    assert load.failed == []


def test_no_write_that_was_acknowledged_is_lost(loss: Loss, capsys: pytest.CaptureFixture[str]) -> None:
    """A build is written while a node is lost; once published, every node gives every chunk of it."""
    written: dict[Chunk, ChunkVectors] = {}
    with closing(ServerStore(settings_of(loss.cluster))) as store:
        writer = store.begin("handbook", "b1", versions=versions_for())

        def add() -> None:
            numbers = range(len(written), len(written) + CHUNKS_A_BATCH)
            batch = {make_chunk(str(number)): vectors_at(number) for number in numbers}
            writer.add(list(batch), list(batch.values()))
            written.update(batch)

        load = Load(add)
        say(capsys, f"writes of {CHUNKS_A_BATCH} chunks", loss.under(load, threads=1))
        writer.add_documents([make_document("a.md")])
        writer.set_vocabulary({})
        writer.publish(make_manifest("handbook", "b1", len(written)))
    assert load.failed == []
    for node in loss.cluster.nodes:
        check_that_it_holds(node, written)


def check_that_it_holds(node: Node, written: dict[Chunk, ChunkVectors]) -> None:
    """Check that a node, asked by itself, gives all that was acknowledged."""
    ids = [chunk.id for chunk in written]
    with (
        closing(open_store(IndexSettings(_env_file=None, qdrant_url=node.url))) as store,
        closing(store.open("handbook")) as build,
    ):
        assert build.chunk_ids() == {chunk.id: chunk.content_hash for chunk in written}
        held = build.vectors(ids)
        leg = Leg("dense", "body", vectors_at(0).body, len(ids))
        found = build.search([leg], limit=len(ids), rrf_k=60, where={}, exact=True)
    assert {hit.id for hit in found} == held.keys() == set(ids)
    assert all(np.allclose(held[chunk.id].body, its.body, atol=1e-6) for chunk, its in written.items())


def vectors_at(number: int) -> ChunkVectors:
    """Return vectors that no other number has."""
    angle = number / 10_000
    body = np.array([np.cos(angle), np.sin(angle), 0.0, 0.0], dtype=np.float32)
    tokens = np.array([[1.0, 0.0]], dtype=np.float32)
    return ChunkVectors(body, body, tokens, SparseVector((number,), (1.0,)))


def say(capsys: pytest.CaptureFixture[str], what: str, measured: str) -> None:
    """Print a measurement past pytest: the figures are what `make cluster` is for."""
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {measured}\n")
