"""A build in the making on a Qdrant server that began as a copy of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qdrant_client import models

from ingest.batches import batches
from ingest.contract import Chunk
from ingest.store.encoding import CHUNK_FIELDS, decode_chunk, encode_payloads
from ingest.store.layout import Layout
from ingest.store.server_collection import ServerCollection
from ingest.store.server_connection import POINTS_PER_REQUEST
from ingest.store.server_lease import Lease
from ingest.store.server_scroll import scroll
from ingest.store.server_snapshots import Snapshots
from ingest.store.server_writer import ServerWriter
from ingest.store.values import BuildVersions, ChunkVectors


class ServerCopyWriter(ServerWriter):
    """Has the server copy a published build, then writes what differs."""

    def __init__(
        self,
        collection: ServerCollection,
        build: str,
        versions: BuildVersions,
        lease: Lease,
        layout: Layout,
        *,
        snapshots: Snapshots,
        source: str,
    ) -> None:
        self._snapshots = snapshots
        self._source = source
        super().__init__(collection, build, versions, lease, layout)

    def _create(self, layout: Layout) -> None:
        """Copy the library, without the marks of the build that it is of, and then the points.

        Only then it is a draft: of what is stopped before nothing is used.
        """
        names, build = self._collection, self._build
        self._library.create()
        self._snapshots.copy(names.library_name(self._source), names.library_name(build))
        self._library.adopt()
        self._create_points(layout, shards=self._snapshots.count_shards(names.points(self._source)))
        self._lease.renew()
        self._snapshots.copy(names.points(self._source), names.points(build))
        self._put_mark()
        self._copied = self._library.chunk_ids()

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        """Store chunks with their vectors; see the port."""
        self._forget({chunk.id for chunk in chunks} & self._copied.keys())
        super().add(chunks, vectors)

    def keep(self, chunks: Sequence[Chunk]) -> set[str]:
        """Give the chunks that the copy holds with the same content their new place; see the port."""
        kept = [chunk for chunk in chunks if self._copied.get(chunk.id) == chunk.content_hash]
        payloads = encode_payloads(kept, self._versions)
        for ids in batches([*payloads], POINTS_PER_REQUEST):
            changes = [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(payload=payloads[one], points=[one])
                )
                for one in ids
            ]
            self._lease.renew()
            with self._connection.errors() as to:
                to.client.batch_update_points(self._points, changes, wait=True)
        return {*payloads}

    def chunks_of(self, documents: Iterable[str]) -> list[Chunk]:
        """Return the chunks of these documents; see the port."""
        found = scroll(self._connection, self._points, "document", documents, CHUNK_FIELDS)
        return [decode_chunk(one, payload) for one, payload in found]

    def remove(self, *, documents: Iterable[str], chunks: Iterable[str]) -> None:
        """Remove the texts of documents by name, and chunks by id; see the port."""
        ids = {*chunks}
        self._library.forget_documents(documents)
        self._forget(ids)
        if ids:
            self._lease.renew()
            with self._connection.errors() as to:
                to.client.batch_update_points(self._points, _removal(sorted(ids)), wait=True)

    def _forget(self, ids: set[str]) -> None:
        """Strike chunks from the list of what is complete: a point that it lacks is merely written again."""
        self._copied = {one: content for one, content in self._copied.items() if one not in ids}
        self._library.forget_chunks(ids)


def _removal(ids: list[str]) -> list[models.UpdateOperation]:
    """Return what takes points out, first of all their vectors.

    The server weighs rare words by the points that have them, and goes on counting one that is only deleted,
    or of which only the vector is, until it builds its segment anew; not one that is written without it.
    """
    bare = [models.PointStruct(id=one, vector={}, payload={}) for one in ids]
    return [
        models.UpsertOperation(upsert=models.PointsList(points=bare)),
        models.DeleteOperation(delete=models.PointIdsList(points=[*ids])),
    ]
