"""Acceptance, both engines: builds begin, go live, are left, replaced and removed."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import NoReturn

import pytest

from ingest.errors import IndexBusyError, IndexMismatchError, IndexMissingError, StoreError
from ingest.settings import IndexSettings
from ingest.store import SCHEMA_VERSION, open_store
from ingest.store.edge_files import CollectionFolder
from ingest.store.port import Store
from ingest.store.server_collection import ServerCollection
from ingest.store.values import BuildVersions
from tests.support.index_samples import (
    DIMENSION,
    MODEL,
    TOKEN_DIMENSION,
    dense,
    make_chunk,
    make_document,
    make_manifest,
    make_vectors,
    publish,
    sparse,
    versions_for,
)


def live_names(store: Store, collection: str = "handbook") -> set[str]:
    """Return the texts of all chunks of the live build."""
    with closing(store.open(collection)) as build:
        return {chunk.text for chunk in build.chunks(list(build.chunk_ids())).values()}


def test_a_missing_collection_is_one_clear_error(store: Store) -> None:
    """Opening what was never published says which collection is missing."""
    with pytest.raises(IndexMissingError, match="'handbook'"):
        store.open("handbook")
    assert store.unfinished("handbook", embed_model_version=MODEL) is None
    assert store.collections() == []


def test_a_build_is_invisible_until_published(store: Store) -> None:
    """Readers see the live build while another is written, and the new one at once afterwards."""
    publish(store, {make_chunk("old"): make_vectors()})
    writer = store.begin("handbook", "b2", versions=versions_for())
    writer.add([make_chunk("new")], [make_vectors()])
    assert live_names(store) == {"old"}
    writer.publish(make_manifest("handbook", "b2", 1))
    assert live_names(store) == {"new"}
    assert store.unfinished("handbook", embed_model_version=MODEL) is None


def test_an_old_reader_keeps_answering(store: Store) -> None:
    """A build that was open before a publish still answers everything afterwards, beside the new one."""
    old, new = make_chunk("old"), make_chunk("new")
    publish(store, {old: make_vectors(bm25={1: 1.0})}, documents=[make_document("a.md")], words={"old": 1})
    with closing(store.open("handbook")) as reader:
        publish(store, {new: make_vectors(bm25={1: 1.0})}, build="b2")
        hits = reader.search([dense(0), sparse({1: 1.0})], limit=9, rrf_k=60, where={"document": ["a.md"]})
        assert [hit.id for hit in hits] == [old.id]
        assert reader.chunks([old.id, new.id]) == {old.id: old}
        assert list(reader.vectors([old.id])) == [old.id]
        assert reader.document("a.md") == make_document("a.md")
        assert reader.vocabulary() == {"old": 1}
        assert reader.manifest.build == "b1"
    assert live_names(store) == {"new"}


def test_an_abandoned_build_offers_its_vectors(store: Store) -> None:
    """What an interrupted writer completed is found again, and the live build is untouched."""
    publish(store, {make_chunk("old"): make_vectors()})
    done = make_chunk("done")
    writer = store.begin("handbook", "b2", versions=versions_for())
    writer.add([done], [make_vectors(body=30)])
    writer.abandon()
    draft = store.unfinished("handbook", embed_model_version=MODEL)
    assert draft is not None
    with closing(draft):
        assert draft.chunk_ids() == {done.id: done.content_hash}
        assert draft.vectors([done.id])[done.id].body == pytest.approx(make_vectors(body=30).body)
        with pytest.raises(IndexMissingError):
            _ = draft.manifest
    assert live_names(store) == {"old"}


def test_vectors_of_another_model_are_not_offered(store: Store) -> None:
    """A draft counts only for the model version that made its vectors."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    writer.add([make_chunk("done")], [make_vectors()])
    writer.abandon()
    assert store.unfinished("handbook", embed_model_version="model@2") is None


def test_the_fullest_draft_is_kept_until_a_build_is_published(store: Store) -> None:
    """Being interrupted early again loses nothing of what the first run had made."""
    chunks = [make_chunk(name) for name in "abc"]
    for build, count in (("b1", 1), ("b2", 3), ("b3", 2), ("b4", 0)):
        writer = store.begin("handbook", build, versions=versions_for())
        writer.add(chunks[:count], [make_vectors()] * count)
        writer.abandon()
    draft = store.unfinished("handbook", embed_model_version=MODEL)
    assert draft is not None
    with closing(draft):
        assert len(draft.chunk_ids()) == 3
        publish(store, {chunks[0]: make_vectors()}, build="b5")
        assert list(draft.vectors([])) == []
    assert store.unfinished("handbook", embed_model_version=MODEL) is None


def test_abandoning_after_publishing_changes_nothing(store: Store) -> None:
    """A writer may be abandoned in a handler that also runs after success."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    writer.add([make_chunk("a")], [make_vectors()])
    writer.publish(make_manifest("handbook", "b1", 1))
    writer.abandon()
    writer.abandon()
    assert live_names(store) == {"a"}


def test_what_a_stopped_writer_left_is_removed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers stopped right after going live pile nothing up, and the next run leaves what one may leave."""
    publish(store, {make_chunk("a"): make_vectors()}, build="b1")
    for build in ("b2", "b3", "b4"):
        writer = store.begin("handbook", build, versions=versions_for())
        with monkeypatch.context() as stopping:
            for folder in (CollectionFolder, ServerCollection):
                stopping.setattr(folder, "tidy", _stop)
            with pytest.raises(KeyboardInterrupt):
                writer.publish(make_manifest("handbook", build, 0))
        writer.abandon()
    assert [build.name for build in store.builds("handbook")] == ["b4", "b3", "b2"]
    store.settle("handbook")
    assert [(one.name, one.status) for one in store.builds("handbook")] == [("b4", "live"), ("b3", "earlier")]


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def test_a_second_writer_is_refused(store: Store, settings: IndexSettings) -> None:
    """While one writes, nobody else can begin, drop or take over; other collections are free."""
    with closing(open_store(settings)) as other:
        writer = store.begin("handbook", "b1", versions=versions_for())
        writer.add([make_chunk("a")], [make_vectors()])
        with pytest.raises(IndexBusyError):
            other.begin("handbook", "b2", versions=versions_for())
        with pytest.raises(IndexBusyError):
            other.unfinished("handbook", embed_model_version=MODEL)
        with pytest.raises(IndexBusyError):
            other.drop("handbook")
        publish(other, {}, collection="hand")
        writer.publish(make_manifest("handbook", "b1", 1))
        publish(other, {make_chunk("b"): make_vectors()}, build="b2")
    assert live_names(store) == {"b"}


def test_collections_do_not_touch_each_other(store: Store) -> None:
    """Names that begin alike, or are not English, are different collections."""
    for collection in ("handbook", "handbook-2", "hand", "fragen-größe"):
        publish(store, {make_chunk(collection): make_vectors()}, collection=collection)
    assert store.collections() == sorted(["fragen-größe", "hand", "handbook", "handbook-2"])
    publish(store, {make_chunk("new"): make_vectors()}, collection="hand", build="b2")
    store.drop("hand")
    assert store.collections() == sorted(["fragen-größe", "handbook", "handbook-2"])
    for collection in store.collections():
        assert live_names(store, collection) == {collection}


def test_dropping_removes_all_builds(store: Store) -> None:
    """After drop there is neither live build nor draft; the name can be used again; absent is no error."""
    publish(store, {make_chunk("a"): make_vectors()})
    store.begin("handbook", "b2", versions=versions_for()).abandon()
    store.drop("handbook")
    store.drop("handbook")
    with pytest.raises(IndexMissingError):
        store.open("handbook")
    assert store.unfinished("handbook", embed_model_version=MODEL) is None
    publish(store, {make_chunk("b"): make_vectors()})
    assert live_names(store) == {"b"}


def test_another_schema_version_is_a_mismatch(store: Store) -> None:
    """An index of another program version is refused with both numbers."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    writer.publish(make_manifest("handbook", "b1", schema=SCHEMA_VERSION + 1))
    with pytest.raises(IndexMismatchError, match=rf"{SCHEMA_VERSION + 1}.*{SCHEMA_VERSION}"):
        store.open("handbook")


def test_a_manifest_of_another_build_is_refused(store: Store) -> None:
    """What goes live is described by its own manifest."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    with pytest.raises(ValueError, match="b9"):
        writer.publish(make_manifest("handbook", "b9"))
    writer.abandon()
    assert store.collections() == []


def test_a_build_name_is_used_once(store: Store) -> None:
    """Beginning a build that exists is an error and leaves it alone."""
    publish(store, {make_chunk("a"): make_vectors()})
    with pytest.raises(StoreError, match="exists"):
        store.begin("handbook", "b1", versions=versions_for())
    assert live_names(store) == {"a"}
    publish(store, {make_chunk("b"): make_vectors()}, build="b2")


@pytest.mark.parametrize("collection", ["..", ".hidden", "a__b", "a/b", "", "x" * 65, "\U00020000" * 60])
def test_names_that_an_engine_cannot_hold_are_refused(store: Store, collection: str) -> None:
    """A name that is a path, a separator, or too long is an error everywhere."""
    with pytest.raises(StoreError, match="called"):
        store.open(collection)
    with pytest.raises(StoreError, match="called"):
        store.begin(collection, "b1", versions=versions_for())


@pytest.mark.parametrize("build", ["library", "lock", "../b", "a_b", "-"])
def test_build_names_that_an_engine_cannot_hold_are_refused(store: Store, build: str) -> None:
    """A build's name cannot be mistaken for a part of the index."""
    with pytest.raises(StoreError, match="called"):
        store.begin("handbook", build, versions=versions_for())


def test_vectors_of_another_dimension_are_refused(store: Store) -> None:
    """A build holds vectors of the one dimension it was begun with."""
    wide = BuildVersions(DIMENSION + 1, TOKEN_DIMENSION, MODEL, versions_for().doc_versions)
    writer = store.begin("handbook", "b1", versions=wide)
    with pytest.raises(ValueError, match="shape"):
        writer.add([make_chunk("a")], [make_vectors()])
    writer.abandon()


def test_a_build_can_be_shared_between_threads(store: Store) -> None:
    """Four threads that read everything at once all get the same answers."""
    chunks = [make_chunk(f"chunk {number}") for number in range(40)]
    held = {chunk: make_vectors(body=float(place), bm25={1: 1.0}) for place, chunk in enumerate(chunks)}
    publish(store, held, documents=[make_document("a.md")], words={"word": 1})
    seen: list[object] = []

    def read() -> None:
        for _ in range(10):
            hits = build.search([dense(0), sparse({1: 1.0})], limit=9, rrf_k=60, where={})
            document = build.document("a.md")
            seen.append((hits, document, build.vocabulary(), build.chunk_ids(), build.chunks([hits[0].id])))

    with closing(store.open("handbook")) as build:
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(seen) == 40
    assert all(answer == seen[0] for answer in seen)


def test_a_build_can_be_opened_while_others_go_live(store: Store, settings: IndexSettings) -> None:
    """Whoever opens during publishes gets one whole build, never an error."""
    publish(store, {make_chunk("b0"): make_vectors()}, build="b0")
    done = threading.Event()

    def write() -> None:
        with closing(open_store(settings)) as other:
            for number in range(1, 4):
                publish(other, {make_chunk(f"b{number}"): make_vectors()}, build=f"b{number}")
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[set[str]] = []
    while not done.is_set():
        with closing(store.open("handbook")) as build:
            texts = {chunk.text for chunk in build.chunks(list(build.chunk_ids())).values()}
            assert texts == {build.manifest.build}
            seen.append(texts)
        time.sleep(0.02)  # the embedded engine keeps other threads waiting while it works
    writer.join()
    assert seen[0] != {"b3"}
    assert live_names(store) == {"b3"}


def test_closing_twice_is_harmless(store: Store, settings: IndexSettings) -> None:
    """Builds and stores may be closed again."""
    publish(store, {})
    other = open_store(settings)
    build = other.open("handbook")
    for closable in (build, build, other, other):
        closable.close()
