"""The embedded engine alone: other processes, kills, damage, and what lies on disk."""

from __future__ import annotations

import json
import random
import shutil
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import qdrant_edge

from ingest.errors import IndexBusyError, IndexMismatchError, IndexMissingError, StoreError
from ingest.store.edge import EdgeStore
from tests.support.index_processes import CHUNKS, expected_vectors, fill
from tests.support.index_samples import (
    MODEL,
    dense,
    make_chunk,
    make_document,
    make_manifest,
    make_vectors,
    publish,
    sparse,
    versions_for,
)
from tests.support.processes import next_line, playing

KILLS = 15


def contents(folder: Path) -> dict[Path, object]:
    """Return what stands in all files; of JSON the values, since the engine writes keys in any order."""
    files = {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return {name: json.loads(held) if name.suffix == ".json" else held for name, held in files.items()}


def publish_all(store: EdgeStore, build: str) -> None:
    """Publish the chunks that the other processes know."""
    writer = store.begin("handbook", build, versions=versions_for())
    fill(writer)
    writer.publish(make_manifest("handbook", build, len(CHUNKS)))


def test_a_writer_killed_at_any_moment_leaves_a_live_build(tmp_path: Path) -> None:
    """After SIGKILL the live build is whole, the lock is free, and a draft holds only true vectors."""
    store = EdgeStore(tmp_path)
    started = time.monotonic()
    publish_all(store, "first")
    one_build_s = time.monotonic() - started
    reused = 0
    for turn in range(KILLS):
        with playing("index_processes", "write", str(tmp_path), f"turn{turn}") as child:
            assert next_line(child) == "ready"
            time.sleep(random.uniform(0.0, 1.2 * one_build_s))
        with closing(store.open("handbook")) as build:
            assert build.chunk_ids() == {chunk.id: chunk.content_hash for chunk in CHUNKS}
            assert build.search([dense(7)], limit=1, rrf_k=60, where={})[0].id == CHUNKS[7].id
            assert len(build.search([sparse({1: 1.0}, limit=99)], limit=99, rrf_k=60, where={})) == len(
                CHUNKS
            )
            assert build.document("a.md") == make_document("a.md")
        draft = store.unfinished("handbook", embed_model_version=MODEL)
        if draft is not None:
            with closing(draft):
                reused += check_draft_vectors(draft.vectors(list(draft.chunk_ids())), len(draft.chunk_ids()))
    assert reused
    publish_all(store, "last")
    assert len(list((tmp_path / "handbook" / "builds").iterdir())) == 2


def check_draft_vectors(vectors: dict[str, object], complete: int) -> int:
    """Return how many there are, all of them complete and right."""
    places = {chunk.id: place for place, chunk in enumerate(CHUNKS)}
    assert len(vectors) == complete
    for chunk_id, found in vectors.items():
        expected = expected_vectors(places[chunk_id])
        np.testing.assert_array_equal(found.body, expected.body)
        np.testing.assert_array_equal(found.title, expected.title)
        assert found.bm25 == expected.bm25
    return complete


def test_processes_read_one_build_at_the_same_time(tmp_path: Path) -> None:
    """Four processes that open, search and close at once agree and leave the files' content as it was."""
    store = EdgeStore(tmp_path)
    publish_all(store, "b1")
    before = contents(tmp_path)
    with (
        playing("index_processes", "read", str(tmp_path), "") as first,
        playing("index_processes", "read", str(tmp_path), "") as second,
        playing("index_processes", "read", str(tmp_path), "") as third,
        playing("index_processes", "read", str(tmp_path), "") as fourth,
    ):
        answers = [next_line(child) for child in (first, second, third, fourth)]
        codes = [child.wait() for child in (first, second, third, fourth)]
    assert codes == [0, 0, 0, 0]
    assert len(answers[0]) == 64
    assert len(set(answers)) == 1
    assert contents(tmp_path) == before


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    """Another process that writes is in the way until it ends, however it ends."""
    store = EdgeStore(tmp_path)
    with playing("index_processes", "hold", str(tmp_path), "held") as child:
        assert next_line(child) == "ready"
        with pytest.raises(IndexBusyError, match="'handbook'"):
            store.begin("handbook", "b1", versions=versions_for())
    publish_all(store, "b1")


def test_only_the_live_build_and_the_one_before_stay(tmp_path: Path) -> None:
    """Older builds, drafts and removed collections leave nothing but the file of the lock."""
    store = EdgeStore(tmp_path)
    for build in ("b1", "b2"):
        publish(store, {}, build=build)
        store.begin("handbook", f"{build}-draft", versions=versions_for()).abandon()
    publish(store, {}, build="b3")
    assert {path.name for path in (tmp_path / "handbook" / "builds").iterdir()} == {"b2", "b3"}
    store.drop("handbook")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / ".locks" / "handbook"]


def test_a_collection_may_bear_the_name_of_a_file_of_the_index(tmp_path: Path) -> None:
    """Locks and files of the index are not taken for collections."""
    store = EdgeStore(tmp_path)
    publish(store, {}, collection="LIVE")
    assert store.collections() == ["LIVE"]


def test_a_stop_between_going_live_and_tidying_is_mended(tmp_path: Path) -> None:
    """A live build that still bears the mark of a draft is no draft, then and after the next publish."""
    store = EdgeStore(tmp_path)
    publish(store, {make_chunk("a"): make_vectors()})
    mark = tmp_path / "handbook" / "builds" / "b1" / "DRAFT"
    mark.write_text('{"embed_model_version": "model@1", "dimension": 4}', encoding="utf-8")
    assert store.unfinished("handbook", embed_model_version=MODEL) is None
    publish(store, {make_chunk("b"): make_vectors()}, build="b2")
    assert store.unfinished("handbook", embed_model_version=MODEL) is None
    assert not mark.exists()


@pytest.mark.parametrize("lost", ["manifest.json", "library.sqlite3", "*.mappings", "deleted/status.dat"])
def test_damage_is_noticed_and_mended_by_the_next_build(tmp_path: Path, lost: str) -> None:
    """A build that lost a file, or half of one, is refused on opening; publishing anew replaces it."""
    store = EdgeStore(tmp_path)
    publish(store, {make_chunk("a"): make_vectors(bm25={1: 1.0})})
    for file in (tmp_path / "handbook" / "builds" / "b1").rglob(lost):
        file.write_bytes(file.read_bytes()[:3])
    with pytest.raises(IndexMismatchError, match="cannot be read"):
        store.open("handbook")
    publish(store, {make_chunk("a"): make_vectors()}, build="b2")
    store.open("handbook").close()


def test_a_damaged_pointer_is_a_missing_collection(tmp_path: Path) -> None:
    """If LIVE names nothing that can be a build, the collection has none until the next publish."""
    store = EdgeStore(tmp_path)
    publish(store, {})
    (tmp_path / "handbook" / "LIVE").write_bytes(b"\xff../../etc")
    with pytest.raises(IndexMissingError):
        store.open("handbook")
    publish(store, {}, build="b2")
    store.open("handbook").close()


def test_an_unreadable_draft_is_not_offered(tmp_path: Path) -> None:
    """A draft without its library, its mark or its points counts as none."""
    store = EdgeStore(tmp_path)
    for lost in ("library.sqlite3", "DRAFT", "edge_config.json"):
        writer = store.begin("handbook", "draft", versions=versions_for())
        writer.add([make_chunk("a")], [make_vectors()])
        writer.abandon()
        for file in (tmp_path / "handbook" / "builds" / "draft").rglob(lost):
            file.write_bytes(b"{")
        assert store.unfinished("handbook", embed_model_version=MODEL) is None
        store.drop("handbook")


def test_every_point_carries_both_versions_and_all_vectors(tmp_path: Path) -> None:
    """No stored point lacks its document's version, its model's version, its hash or a vector."""
    store = EdgeStore(tmp_path)
    publish_all(store, "b1")
    shard = qdrant_edge.EdgeShard.load(str(tmp_path / "handbook" / "builds" / "b1" / "shard"))
    with closing(shard):
        for field in ("doc_version", "embed_model_version", "content_hash"):
            empty = qdrant_edge.Filter(must=[qdrant_edge.IsEmptyCondition(field)])
            assert shard.count(qdrant_edge.CountRequest(filter=empty)) == 0
        for vector in ("body", "title", "bm25"):
            has = qdrant_edge.Filter(must=[qdrant_edge.HasVectorCondition(vector)])
            assert shard.count(qdrant_edge.CountRequest(filter=has)) == len(CHUNKS)


def test_a_large_build_is_optimised_and_answers_alike(tmp_path: Path) -> None:
    """Above the threshold the build is reorganised before it goes live; nothing is lost."""
    store = EdgeStore(tmp_path, optimise_above_chunks=len(CHUNKS) - 1)
    publish_all(store, "b1")
    with closing(store.open("handbook")) as build:
        hits = build.search([dense(7)], limit=3, rrf_k=60, where={"document": ["a.md"]})
        assert hits[0].id == CHUNKS[7].id
        assert build.chunk_ids() == {chunk.id: chunk.content_hash for chunk in CHUNKS}


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    """Where the index should lie stands a file: the error names the place."""
    (tmp_path / "index").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match="index"):
        EdgeStore(tmp_path / "index").begin("handbook", "b1", versions=versions_for())


def test_a_full_disk_is_told_before_the_engine_meets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No build is begun, continued or published without room; the live one stays, and the lock is free."""
    store = EdgeStore(tmp_path)
    publish_all(store, "b1")
    writer = store.begin("handbook", "b2", versions=versions_for())
    fill(writer)
    full = shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(StoreError, match="no room"):
        fill(writer)
    with pytest.raises(StoreError, match="no room"):
        writer.publish(make_manifest("handbook", "b2", len(CHUNKS)))
    writer.abandon()
    with pytest.raises(StoreError, match="no room"):
        store.begin("handbook", "b3", versions=versions_for())
    monkeypatch.undo()
    assert store.live("handbook") == "b1"
    store.begin("handbook", "b4", versions=versions_for()).abandon()


@pytest.mark.parametrize("number", [13, 28, 30])
def test_a_refusal_of_the_file_system_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Nobody is told to build an index anew whose folder is merely full or cannot be written."""
    publish_all(EdgeStore(tmp_path), "b1")

    def refuse(_: str) -> None:
        raise Exception(f"Failed to save structure on disk (os error {number})")  # noqa: TRY002

    monkeypatch.setattr("ingest.store.edge_build.qdrant_edge.EdgeShard", SimpleNamespace(load=refuse))
    with pytest.raises(StoreError) as failure:
        EdgeStore(tmp_path).open("handbook")
    assert not isinstance(failure.value, IndexMismatchError)
    assert "writable and has room" in failure.value.hint


def test_a_data_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    """Whatever is asked of the index, the error is ours and names the place."""
    (tmp_path / "index").write_text("in the way", encoding="utf-8")
    store = EdgeStore(tmp_path / "index")
    for look in (store.open, store.live, lambda name: store.unfinished(name, embed_model_version=MODEL)):
        with pytest.raises(StoreError, match="Not a directory"):
            look("handbook")


def test_a_closed_build_says_so(tmp_path: Path) -> None:
    """Searching after close is an error of ours, not of the engine."""
    store = EdgeStore(tmp_path)
    publish(store, {})
    build = store.open("handbook")
    build.close()
    with pytest.raises(StoreError):
        build.search([dense(0)], limit=1, rrf_k=60, where={})
    with pytest.raises(StoreError):
        build.chunk_ids()
