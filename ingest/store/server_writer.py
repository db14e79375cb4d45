"""A build in the making on a Qdrant server."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from qdrant_client import models

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.errors import IndexMissingError, IndexUnreachableError, StoreError
from ingest.store.encoding import Draft, Payload, check_count, check_manifest, encode_chunks
from ingest.store.layout import Layout
from ingest.store.server_collection import ServerCollection
from ingest.store.server_connection import POINTS_PER_REQUEST
from ingest.store.server_layout import collection_parts, start_graphs
from ingest.store.server_lease import Lease
from ingest.store.server_library import DRAFT, MANIFEST
from ingest.store.values import FILTER_FIELDS, TENANT_FIELD, BuildVersions, ChunkVectors

NUMBERS_PER_REQUEST = 400_000
"""A number takes up to 20 characters, so this is 8 MB; the server refuses requests above 32 MB."""

OPTIMISING_PAUSE_S = 0.1


class ServerWriter:
    """Holds the collection's lease until the build is published or abandoned."""

    def __init__(
        self,
        collection: ServerCollection,
        build: str,
        versions: BuildVersions,
        lease: Lease,
        layout: Layout,
    ) -> None:
        self._collection = collection
        self._connection = collection.connection
        self._build = build
        self._versions = versions
        self._lease = lease
        self._points = collection.points(build)
        self._library = collection.library(build)
        self._create(layout)

    def _create(self, layout: Layout) -> None:
        """Make the build's two collections; from now on it is a draft."""
        self._library.create()
        self._put_mark()
        self._create_points(layout, shards=self._connection.settings.qdrant_shards or None)

    def _put_mark(self) -> None:
        versions = self._versions
        mark = Draft(embed_model_version=versions.embed_model_version, dimension=versions.dimension)
        self._library.put(DRAFT, "", mark.model_dump_json())

    def _create_points(self, layout: Layout, *, shards: int | None) -> None:
        with self._connection.errors() as to:
            parts = collection_parts(self._versions, layout)
            to.create(self._points, shards=shards, **parts)
            for field in FILTER_FIELDS:  # before the points, so that the vector index knows the fields
                keyword = models.PayloadSchemaType.KEYWORD
                to.client.create_payload_index(self._points, field, keyword, wait=True)
            # a tenant's points are kept together, so that a search for one reads little of the others'
            together = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
            to.client.create_payload_index(self._points, TENANT_FIELD, together, wait=True)

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        """Store chunks with their vectors; see the port."""
        self._upsert(chunks, vectors, encode_chunks(chunks, vectors, self._versions))
        self._library.record_chunks({chunk.id: chunk.content_hash for chunk in chunks})

    def _upsert(
        self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors], payloads: Mapping[str, Payload]
    ) -> None:
        points = [
            _point(chunk.id, its, payloads[chunk.id]) for chunk, its in zip(chunks, vectors, strict=True)
        ]
        step = points_per_request(vectors)
        for start in range(0, len(points), step):
            self._lease.renew()
            with self._connection.errors() as to:
                to.client.upsert(self._points, points[start : start + step], wait=True)

    def add_documents(self, documents: Iterable[ParsedDocument]) -> None:
        """Store documents with text and sections."""
        for one in documents:
            self._lease.renew()
            self._library.add_document(one)

    def set_vocabulary(self, words: Mapping[str, int], *, tenant: str = "") -> None:
        """Store the vocabulary of the shared chunks, or that of a tenant's own."""
        self._library.set_vocabulary(words, tenant)

    def publish(self, manifest: IndexManifest, *, beside: bool = False) -> None:
        """Make this build the live one, atomically, then remove what no reader needs."""
        check_manifest(manifest, self._collection.name, self._build, self._versions)
        recorded = len(self._library.chunk_ids())
        with self._connection.errors() as to:
            held = to.client.count(self._points, exact=True).count
        check_count(self._build, held=held, recorded=recorded)
        self._build_graphs()
        self._library.put(MANIFEST, "", manifest.model_dump_json())
        previous = self._collection.live()
        self._lease.confirm()
        if beside:
            self._collection.set_beside(self._build)
        else:
            self._collection.set_live(self._build)
            self._collection.tidy(previous)
            self._collection.settle()
        self._lease.close()

    def _build_graphs(self) -> None:
        """Return once the server has built what makes a large index quick; a small one needs nothing."""
        with self._connection.errors() as to:
            to.client.update_collection(self._points, optimizers_config=start_graphs())
        while True:
            self._lease.renew()
            with self._connection.errors() as to:
                state = to.client.get_collection(self._points)
            if isinstance(state.optimizer_status, models.OptimizersStatusOneOf1):
                raise StoreError(f"build {self._build!r} cannot be optimised: {state.optimizer_status.error}")
            if state.status is models.CollectionStatus.GREEN:
                return
            time.sleep(OPTIMISING_PAUSE_S)

    def abandon(self) -> None:
        """Leave the build unpublished and let the next writer in; nothing after `publish`."""
        with suppress(IndexMissingError, IndexUnreachableError):  # then the lease runs out by itself
            self._lease.close()


def points_per_request(vectors: Sequence[ChunkVectors]) -> int:
    """Return how many of these points a request may carry, at least 1.

    Two dense vectors of 384 numbers and 100 word pieces of 128:

    >>> import numpy as np
    >>> from ingest.store.values import SparseVector
    >>> body, tokens = np.zeros(384, np.float32), np.zeros((100, 128), np.float32)
    >>> points_per_request([ChunkVectors(body, body, tokens, SparseVector((), ()))])
    29
    """
    sizes = [
        sum(array.size for array in (one.body, one.title, one.tokens, one.wordings) if array is not None)
        + 2 * len(one.bm25.indices)
        for one in vectors
    ]
    return max(1, min(POINTS_PER_REQUEST, NUMBERS_PER_REQUEST // max(sizes, default=1)))


def _point(chunk_id: str, vectors: ChunkVectors, payload: Payload) -> models.PointStruct:
    sparse = models.SparseVector(indices=list(vectors.bm25.indices), values=list(vectors.bm25.values))
    dense = {
        "body": vectors.body.tolist(),
        "title": vectors.title.tolist(),
        "tokens": vectors.tokens.tolist(),
    }
    if vectors.wordings is not None:
        dense["wordings"] = vectors.wordings.tolist()
    return models.PointStruct(id=chunk_id, vector={**dense, "bm25": sparse}, payload=payload)
