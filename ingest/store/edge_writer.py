"""A build of the embedded engine in the making."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import qdrant_edge

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.errors import IndexMismatchError, StoreError
from ingest.store.edge_files import (
    DRAFT,
    LIBRARY,
    MANIFEST,
    SHARD,
    CollectionFolder,
    WriterLock,
    engine_errors,
    is_refusal,
    require_room,
    share_files,
    write_durably,
)
from ingest.store.edge_layout import create_shard
from ingest.store.edge_scroll import scroll
from ingest.store.encoding import (
    CHUNK_FIELDS,
    Draft,
    check_count,
    check_manifest,
    decode_chunk,
    encode_chunks,
    encode_payloads,
)
from ingest.store.layout import Layout
from ingest.store.sqlite_library import SqliteLibrary
from ingest.store.values import BuildVersions, ChunkVectors


class EdgeWriter:
    """Holds the collection's writer lock until the build is published or abandoned."""

    def __init__(
        self,
        folder: CollectionFolder,
        build: str,
        versions: BuildVersions,
        lock: WriterLock,
        layout: Layout,
        *,
        optimise_above_chunks: int,
        source: str = "",
    ) -> None:
        self._folder = folder
        self._build = build
        self._versions = versions
        self._lock = lock
        self._optimise_above_chunks = optimise_above_chunks
        self._path = folder.build(build)
        require_room(folder.root.parent)
        try:
            self._path.mkdir(parents=True)
        except FileExistsError as error:
            raise StoreError(f"build {build!r} of collection {folder.name!r} exists") from error
        mark = Draft(embed_model_version=versions.embed_model_version, dimension=versions.dimension)
        write_durably(self._path / DRAFT, mark.model_dump_json())
        if source:
            self._library, self._shard = self._copy(source)
        else:
            self._library = SqliteLibrary.create(self._path / LIBRARY)
            self._shard = create_shard(self._path / SHARD, versions, layout)
        self._copied = self._library.chunk_ids() if source else {}
        self._open = True

    def _copy(self, source: str) -> tuple[SqliteLibrary, qdrant_edge.EdgeShard]:
        """Copy a published build, which nobody changes, and open the copy for writing."""
        try:
            with engine_errors(self._path), ExitStack() as undo:
                share_files(self._folder.build(source), self._path)
                library = undo.enter_context(closing(SqliteLibrary.recover(self._path / LIBRARY)))
                shard = undo.enter_context(closing(qdrant_edge.EdgeShard.load(str(self._path / SHARD))))
                held = shard.count(qdrant_edge.CountRequest(exact=True))
                check_count(source, held=held, recorded=library.count_chunks())
                undo.pop_all()
                return library, shard
        except StoreError as error:
            self._folder.discard(self._path)
            if is_refusal(error):
                raise
            raise IndexMismatchError(f"build {source!r} cannot be copied: {error}") from error

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        """Store chunks with their vectors; see the port.

        A chunk that a copy holds goes first, so that its vectors are appended: the engine would write over
        those that are there, in files that the copy may share with the build it was made from.
        """
        with engine_errors(self._path):
            require_room(self._path, sum(map(_size, vectors)))
        payloads = encode_chunks(chunks, vectors, self._versions)
        points = [
            qdrant_edge.Point(chunk.id, _vectors(its), payloads[chunk.id])
            for chunk, its in zip(chunks, vectors, strict=True)
        ]
        self.remove(documents=(), chunks=payloads.keys() & self._copied.keys())
        with engine_errors(self._path):
            self._shard.update(qdrant_edge.UpdateOperation.upsert_points(points))
            self._shard.flush()  # without a write-ahead log only this makes them durable
        self._library.record_chunks({chunk.id: chunk.content_hash for chunk in chunks})

    def keep(self, chunks: Sequence[Chunk]) -> set[str]:
        """Give the chunks that the copy holds with the same content their new place; see the port."""
        kept = [chunk for chunk in chunks if self._copied.get(chunk.id) == chunk.content_hash]
        payloads = encode_payloads(kept, self._versions)
        with engine_errors(self._path):
            for one, payload in payloads.items():
                self._shard.update(qdrant_edge.UpdateOperation.overwrite_payload([one], payload))
        return {*payloads}

    def add_documents(self, documents: Iterable[ParsedDocument]) -> None:
        """Store documents with text and sections."""
        self._library.add_documents(documents)

    def chunks_of(self, documents: Iterable[str]) -> list[Chunk]:
        """Return the chunks of these documents; see the port."""
        with engine_errors(self._path):
            found = scroll(self._shard, "document", documents, CHUNK_FIELDS)
            return [decode_chunk(one, payload) for one, payload in found]

    def remove(self, *, documents: Iterable[str], chunks: Iterable[str]) -> None:
        """Remove the texts of documents by name, and chunks by id; see the port."""
        gone = set(chunks)
        ids = sorted(gone)
        self._copied = {one: content for one, content in self._copied.items() if one not in gone}
        # first the list of what is complete: a point that it lacks is merely written again
        self._library.remove(documents, ids)
        if ids:
            with engine_errors(self._path):
                self._shard.update(qdrant_edge.UpdateOperation.delete_points([*ids]))

    def set_vocabulary(self, words: Mapping[str, int], *, tenant: str = "") -> None:
        """Store the vocabulary of the shared chunks, or that of a tenant's own."""
        self._library.set_vocabulary(words, tenant)

    def publish(self, manifest: IndexManifest, *, beside: bool = False) -> None:
        """Make this build the live one; a process that is killed on the way leaves the earlier one live."""
        check_manifest(manifest, self._folder.name, self._build, self._versions)
        with engine_errors(self._path):
            require_room(self._path)
            recorded = self._library.count_chunks()
            if recorded > self._optimise_above_chunks:
                self._shard.optimize()
            self._close_files()
            check_count(self._build, held=_count_points(self._path / SHARD), recorded=recorded)
            write_durably(self._path / MANIFEST, manifest.model_dump_json(indent=1))
            previous = self._folder.live()
            if beside:
                self._folder.set_beside(self._build)
            else:
                self._folder.set_live(self._build)
                self._folder.tidy(previous)
                self._folder.settle()
        self._lock.close()

    def abandon(self) -> None:
        """Leave the build unpublished and let the next writer in; nothing after `publish`."""
        with engine_errors(self._path):
            self._close_files()
        self._lock.close()

    def _close_files(self) -> None:
        if not self._open:
            return
        self._open = False
        self._library.close()
        self._shard.flush()
        self._shard.close()


def _count_points(path: Path) -> int:
    """Return what a reader will find.

    The first to load a shard folds its journals and settles its configuration. That is done here, so that
    readers, many at the same time, find nothing left to change.
    """
    with closing(qdrant_edge.EdgeShard.load(str(path))) as shard:
        return shard.count(qdrant_edge.CountRequest(exact=True))


def _size(its: ChunkVectors) -> int:
    """Return how many bytes the vectors of a chunk take in memory, which is more than they take on disk."""
    dense = (its.body, its.title, its.tokens, its.wordings)
    return sum(one.nbytes for one in dense if one is not None)


def _vectors(its: ChunkVectors) -> dict[str, Any]:
    dense = {"body": its.body.tolist(), "title": its.title.tolist(), "tokens": its.tokens.tolist()}
    if its.wordings is not None:
        dense["wordings"] = its.wordings.tolist()
    return dense | {"bm25": qdrant_edge.SparseVector(list(its.bm25.indices), list(its.bm25.values))}
