"""A build in the making on a Qdrant server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qdrant_client import models

from ingest.contract import Chunk, IndexManifest, ParsedDocument
from ingest.store.encoding import Draft, Payload, check_count, check_manifest, encode_chunks
from ingest.store.port import FILTER_FIELDS, BuildVersions, ChunkVectors
from ingest.store.server_collection import ServerCollection
from ingest.store.server_connection import POINTS_PER_REQUEST
from ingest.store.server_lease import Lease
from ingest.store.server_library import DRAFT, MANIFEST


class ServerWriter:
    """Holds the collection's lease until the build is published or abandoned."""

    def __init__(
        self, collection: ServerCollection, build: str, versions: BuildVersions, lease: Lease
    ) -> None:
        self._collection = collection
        self._connection = collection.connection
        self._build = build
        self._versions = versions
        self._lease = lease
        self._points = collection.points(build)
        self._library = collection.library(build)
        self._library.create()
        mark = Draft(embed_model_version=versions.embed_model_version, dimension=versions.dimension)
        self._library.put(DRAFT, "", mark.model_dump_json())
        self._create_points()

    def _create_points(self) -> None:
        dense = models.VectorParams(size=self._versions.dimension, distance=models.Distance.COSINE)
        tokens = models.VectorParams(
            size=self._versions.token_dimension,
            distance=models.Distance.DOT,
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            datatype=models.Datatype.FLOAT16,
            # only chunks that were found are scored by their tokens, so no graph is built over them
            hnsw_config=models.HnswConfigDiff(m=0),
        )
        with self._connection.errors() as to:
            to.client.create_collection(
                self._points,
                vectors_config={"body": dense, "title": dense, "tokens": tokens},
                sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
            for field in FILTER_FIELDS:  # before the points, so that the vector index knows the fields
                keyword = models.PayloadSchemaType.KEYWORD
                to.client.create_payload_index(self._points, field, keyword, wait=True)

    def add(self, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        """Store chunks with their vectors; see the port."""
        payloads = encode_chunks(chunks, vectors, self._versions)
        points = [
            _point(chunk.id, its, payloads[chunk.id]) for chunk, its in zip(chunks, vectors, strict=True)
        ]
        for start in range(0, len(points), POINTS_PER_REQUEST):
            self._lease.renew()
            with self._connection.errors() as to:
                to.client.upsert(self._points, points[start : start + POINTS_PER_REQUEST], wait=True)
        self._library.record_chunks({chunk.id: chunk.content_hash for chunk in chunks})

    def add_documents(self, documents: Iterable[ParsedDocument]) -> None:
        """Store documents with text and sections."""
        for one in documents:
            self._lease.renew()
            self._library.add_document(one)

    def set_vocabulary(self, words: Mapping[str, int]) -> None:
        """Store the vocabulary."""
        self._library.set_vocabulary(words)

    def publish(self, manifest: IndexManifest) -> None:
        """Make this build the live one, atomically, then remove what no reader needs."""
        check_manifest(manifest, self._collection.name, self._build, self._versions)
        recorded = len(self._library.chunk_ids())
        with self._connection.errors() as to:
            held = to.client.count(self._points, exact=True).count
        check_count(self._build, held=held, recorded=recorded)
        self._library.put(MANIFEST, "", manifest.model_dump_json())
        previous = self._collection.live()
        self._lease.confirm()
        self._collection.set_live(self._build)
        self._collection.settle()
        self._collection.keep_only({self._build, previous})
        self._lease.close()

    def abandon(self) -> None:
        """Leave the build unpublished and let the next writer in; nothing after `publish`."""
        self._lease.close()


def _point(chunk_id: str, vectors: ChunkVectors, payload: Payload) -> models.PointStruct:
    sparse = models.SparseVector(indices=list(vectors.bm25.indices), values=list(vectors.bm25.values))
    dense = {
        "body": vectors.body.tolist(),
        "title": vectors.title.tolist(),
        "tokens": vectors.tokens.tolist(),
    }
    return models.PointStruct(id=chunk_id, vector={**dense, "bm25": sparse}, payload=payload)
