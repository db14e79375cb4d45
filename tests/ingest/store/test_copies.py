"""Acceptance, both engines: a build that begins as a copy of another, and is changed before it goes live."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from ingest import pipeline
from ingest.contract import Chunk
from ingest.move import difference
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from ingest.store.port import CopyWriter, Store
from ingest.store.server import ServerStore
from ingest.store.values import ChunkVectors
from tests.support.counting_embedder import CountingEmbedder
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
from tests.support.workshop import page

KEPT, REPLACED, GONE, FRESH = (make_chunk(name) for name in ("kept", "replaced", "gone", "fresh"))
FIRST = {
    KEPT: make_vectors(10.0, 20.0, bm25={1: 1.0}),
    REPLACED: make_vectors(30.0, bm25={1: 1.0, 2: 1.0}),
    GONE: make_vectors(50.0, bm25={3: 1.0}),
}
MOVED = KEPT.model_copy(update={"start": 100, "end": 104})
RENAMED = REPLACED.model_copy(update={"heading": "Another heading"})
WIDE = 65_536
"""Numbers of a vector, so that some hundred of them fill one of the engine's files."""


def begin_copy(store: Store, build: str, source: str = "b1") -> CopyWriter:
    """Return the writer of a copy."""
    writer = store.begin_copy("handbook", build, source=source, versions=versions_for())
    assert writer is not None
    return writer


def change(writer: CopyWriter) -> None:
    """Move a chunk, give another other content, remove one and add one."""
    held = writer.chunks_of(["a.md"])
    assert {chunk.id for chunk in held} == {chunk.id for chunk in FIRST}
    writer.remove(documents=["a.md"], chunks=())
    assert writer.keep([MOVED, RENAMED, FRESH]) == {KEPT.id}
    writer.add([RENAMED, FRESH], [make_vectors(70.0, bm25={4: 1.0}), make_vectors(90.0)])
    writer.remove(documents=(), chunks=[GONE.id])
    writer.add_documents([make_document("a.md", "# Other\n\nText.\n")])
    writer.set_vocabulary({"other": 1})


def publish_first(store: Store) -> None:
    """Make the live build that is copied."""
    publish(store, FIRST, documents=[make_document("a.md")], words={"first": 1})


def held_by(store: Store, build: str = "") -> dict[str, tuple[Chunk, float]]:
    """Return each chunk of a build with the angle of its passage vector, by name."""
    with closing(store.open("handbook", build)) as opened:
        ids = list(opened.chunk_ids())
        chunks, vectors = opened.chunks(ids), opened.vectors(ids)
    angles = {one: round(float(np.degrees(np.arctan2(*vectors[one].body[1::-1])))) for one in ids}
    return {chunks[one].text: (chunks[one], angles[one]) for one in ids}


def test_a_copy_becomes_what_was_made_of_it(store: Store) -> None:
    """What is kept has its new place and its old vectors; the rest is as it was written; nothing is left."""
    publish_first(store)
    writer = begin_copy(store, "b2")
    change(writer)
    writer.publish(make_manifest("handbook", "b2", 3))
    assert held_by(store) == {"kept": (MOVED, 10), "replaced": (RENAMED, 70), "fresh": (FRESH, 90)}
    with closing(store.open("handbook")) as build:
        assert build.vocabulary() == {"other": 1}
        assert build.document("a.md").document.text == "# Other\n\nText.\n"
        assert build.chunk_ids()[RENAMED.id] == RENAMED.content_hash
        found = {
            terms: build.search([sparse({terms: 1.0})], limit=9, rrf_k=60, where={}) for terms in (1, 3, 4)
        }
    assert {term: [hit.id for hit in hits] for term, hits in found.items()} == {
        1: [KEPT.id],
        3: [],
        4: [RENAMED.id],
    }


def test_what_is_copied_stays_as_it_is(store: Store) -> None:
    """The live build answers while its copy is changed, also a reader that had it open, and can come back."""
    publish_first(store)
    before = held_by(store)
    with closing(store.open("handbook")) as reader:
        writer = begin_copy(store, "b2")
        change(writer)
        assert store.live("handbook") == "b1"
        assert held_by(store) == before
        writer.publish(make_manifest("handbook", "b2", 3))
        assert reader.search([dense(30.0)], limit=1, rrf_k=60, where={})[0].id == REPLACED.id
        assert len(reader.chunk_ids()) == len(FIRST)
    assert held_by(store, "b1") == before
    store.promote("handbook", "b1")
    again = begin_copy(store, "b3")
    change(again)
    again.publish(make_manifest("handbook", "b3", 3))
    assert held_by(store, "b1") == before


def test_copies_are_made_of_copies(store: Store) -> None:
    """The list of what is complete stays right over several edits."""
    publish_first(store)
    for number in range(2, 6):
        writer = begin_copy(store, f"b{number}", source=f"b{number - 1}")
        name = make_chunk(f"page {number}")
        writer.add([name], [make_vectors(float(number))])
        writer.remove(documents=(), chunks=[make_chunk(f"page {number - 1}").id])
        writer.add_documents([make_document("a.md")])
        writer.set_vocabulary({})
        writer.publish(make_manifest("handbook", f"b{number}", 4))
    assert held_by(store).keys() == {"kept", "replaced", "gone", "page 5"}


def test_an_abandoned_copy_is_a_draft(store: Store) -> None:
    """It is never listed as published, and its vectors are offered until the next build goes live."""
    publish_first(store)
    writer = begin_copy(store, "b2")
    change(writer)
    writer.abandon()
    assert {one.name: one.status for one in store.builds("handbook")} == {"b1": "live", "b2": "unfinished"}
    draft = store.unfinished("handbook", embed_model_version=MODEL)
    assert draft is not None
    with closing(draft):
        assert draft.chunk_ids() == {chunk.id: chunk.content_hash for chunk in (KEPT, RENAMED, FRESH)}
        assert draft.vectors([RENAMED.id])[RENAMED.id].bm25.indices == (4,)
    begin_copy(store, "b3").publish(make_manifest("handbook", "b3", len(FIRST)))
    assert [one.name for one in store.builds("handbook")] == ["b3", "b1"]


def test_a_build_beside_can_be_copied(store: Store) -> None:
    """The copy does not inherit that it has never been live."""
    publish_first(store)
    writer = begin_copy(store, "b2")
    writer.publish(make_manifest("handbook", "b2", len(FIRST)), beside=True)
    begin_copy(store, "b3", source="b2").publish(make_manifest("handbook", "b3", len(FIRST)))
    assert {one.name: one.status for one in store.builds("handbook")} == {
        "b3": "live",
        "b2": "beside",
        "b1": "earlier",
    }


def test_an_edit_makes_what_is_made_from_nothing(
    store: Store, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    """Pages that come, change and go leave the same chunks, vectors, texts, words and answers."""
    book = tmp_path / "book"
    book.mkdir()
    for name in ("a", "b"):
        (book / f"{name}.md").write_text(
            page(name, alpha="First body.", beta="Second body."), encoding="utf-8"
        )
    pipeline.ingest([book], store=store, embedder=embedder, collection="handbook")
    (book / "a.md").write_text(page("a", zeta="New.", alpha="First body.", beta="Changed."), encoding="utf-8")
    (book / "b.md").unlink()
    (book / "c.md").write_text(page("c", gamma="Third body."), encoding="utf-8")
    edited = pipeline.ingest([book], store=store, embedder=embedder, collection="handbook")
    assert edited.removed_chunks == 3
    calm = EdgeStore(tmp_path / "calm")
    pipeline.ingest([book], store=calm, embedder=embedder, collection="handbook")
    with closing(store.open("handbook")) as one, closing(calm.open("handbook")) as other:
        assert difference(one, other) == ""


def wide_vectors(number: int) -> ChunkVectors:
    """Return vectors that nearly fill the room of a hundredth of a file."""
    body = np.zeros(WIDE, np.float32)
    body[number] = 1.0
    return replace(make_vectors(), body=body, title=body)


def full_files(store_folder: Path, build: str) -> dict[Path, str]:
    """Return the checksum of each file of a build that it shares with another."""
    files = (file for file in (store_folder / "handbook" / "builds" / build).rglob("*") if file.is_file())
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.stat().st_nlink > 1}


def test_the_embedded_engine_changes_no_file_that_two_builds_share(tmp_path: Path) -> None:
    """Files that are full of vectors are not copied, and edits leave every byte of them as it was."""
    store = EdgeStore(tmp_path)
    versions = replace(versions_for(), dimension=WIDE)
    chunks = [make_chunk(f"chunk {number}") for number in range(130)]

    def write(build: str, source: str) -> None:
        writer = store.begin_copy("handbook", build, source=source, versions=versions)
        assert writer is not None
        writer.keep(chunks[2:])
        renamed = chunks[0].model_copy(update={"heading": build})
        writer.add([renamed, make_chunk(build)], [wide_vectors(7), wide_vectors(8)])
        writer.remove(documents=(), chunks=[chunks[1].id])
        writer.publish(manifest(build, 130))

    def manifest(build: str, count: int) -> object:
        return make_manifest("handbook", build, count).model_copy(update={"dimension": WIDE})

    first = store.begin("handbook", "b1", versions=versions)
    for start in range(0, len(chunks), 10):
        first.add(chunks[start : start + 10], [wide_vectors(start + place) for place in range(10)])
    first.publish(manifest("b1", len(chunks)))
    write("b2", "b1")
    shared = full_files(tmp_path, "b1")
    assert {file.parent.parent.name for file in shared} == {"vector_storage-body", "vector_storage-title"}
    store.promote("handbook", "b1")
    write("b3", "b1")
    assert full_files(tmp_path, "b1") == shared
    for build, name in (("b1", "b1"), ("b3", "b3")):
        with closing(store.open("handbook", build)) as opened:
            vectors = opened.vectors([chunks[0].id, chunks[2].id])
        assert int(vectors[chunks[0].id].body.argmax()) == (0 if name == "b1" else 7)
        assert int(vectors[chunks[2].id].body.argmax()) == 2


@contextmanager
def one_way(url: str) -> Iterator[str]:
    """Pass requests on to a server, but give nobody what it streams of a shard."""

    class Passing(http.server.BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            if self.path.endswith("/snapshot"):
                self.send_error(403)
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {"api-key": self.headers["api-key"], "content-type": "application/json"}
            reply = httpx.request(self.command, url + self.path, content=body, headers=headers, timeout=60)
            self.send_response(reply.status_code)
            self.send_header("content-length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = pass_on  # noqa: N815 - their names in the library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.server
def test_a_server_that_does_not_reach_itself_copies_nothing(server_settings: IndexSettings) -> None:
    """There is no copy and no trace of it, the lease is free, and a build can be written from nothing."""
    with one_way(server_settings.qdrant_url) as url:
        settings = server_settings.model_copy(update={"qdrant_url": url})
        with closing(open_store(settings)) as store:
            assert isinstance(store, ServerStore)
            publish_first(store)
            assert store.begin_copy("handbook", "b2", source="b1", versions=versions_for()) is None
            assert [one.name for one in store.builds("handbook")] == ["b1"]
            publish(store, FIRST, build="b2")
            assert store.live("handbook") == "b2"
            store.drop("handbook")
