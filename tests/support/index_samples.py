"""Small handbooks with vectors that a reader can predict, and what it takes to write them to an index."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ingest.contract import (
    Chunk,
    ChunkerParameters,
    Document,
    DocumentEntry,
    IndexManifest,
    ParsedDocument,
    QuestionTags,
    Section,
    stable_id,
)
from ingest.store import SCHEMA_VERSION
from ingest.store.port import Store
from ingest.store.values import BuildVersions, ChunkVectors, Leg, SparseVector, Vector

DIMENSION = 4
TOKEN_DIMENSION = 2
MODEL = "model@1"


def direction(degrees: float) -> Vector:
    """Return the unit vector at this angle: cosine with `direction(0)` is the angle's cosine."""
    radians = math.radians(degrees)
    return np.array([math.cos(radians), math.sin(radians), 0.0, 0.0], dtype=np.float32)


def make_chunk(name: str, *, document: str = "a.md", tags: QuestionTags | None = None) -> Chunk:
    """Return a chunk whose text, heading and id come from its name."""
    return Chunk(
        id=stable_id("chunk", name),
        document=document,
        section_id=f"section of {document}",
        question_id=f"question {name}" if tags else None,
        heading=f"On {name}",
        path=("Handbook", "Part"),
        start=3,
        end=3 + len(name),
        text=name,
        plain=name.lower(),
        tags=tags or QuestionTags(),
    )


def make_vectors(body: float = 0.0, title: float = 0.0, bm25: dict[int, float] | None = None) -> ChunkVectors:
    """Return vectors at these angles, with these term weights."""
    terms = sorted((bm25 or {}).items())
    sparse = SparseVector(tuple(index for index, _ in terms), tuple(value for _, value in terms))
    tokens = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    return ChunkVectors(direction(body), direction(title), tokens, sparse)


def make_document(name: str, text: str = "# Title\n\nBody.\n") -> ParsedDocument:
    """Return a parsed document of one section."""
    section = Section(
        id=stable_id(name), document=name, heading="Title", path=(), level=1, start=0, end=len(text)
    )
    document = Document(name=name, root="/handbook", text=text, sha256=stable_id("sha", name))
    return ParsedDocument(document=document, title="Title", sections=(section,))


def versions_for(chunks: Sequence[Chunk] = (), model: str = MODEL) -> BuildVersions:
    """Return versions for the documents that these chunks name, "a.md" always among them."""
    names = {"a.md", *(chunk.document for chunk in chunks)}
    return BuildVersions(DIMENSION, TOKEN_DIMENSION, model, {name: stable_id("sha", name) for name in names})


def make_manifest(
    collection: str, build: str, chunks: int = 0, schema: int = SCHEMA_VERSION
) -> IndexManifest:
    """Return a manifest for a build of this many chunks."""
    entry = DocumentEntry(
        name="a.md", root="/handbook", sha256="0", sections=1, questions=0, chunks=chunks, chars=9
    )
    return IndexManifest(
        schema_version=schema,
        collection=collection,
        build=build,
        created_at="2026-01-02T03:04:05+00:00",
        embed_model="model",
        embed_model_version=MODEL,
        dimension=DIMENSION,
        token_dimension=TOKEN_DIMENSION,
        sparse="bm25@1",
        chunker=ChunkerParameters(),
        corpus_hash="0",
        documents=(entry,),
        chunks=chunks,
        questions=0,
    )


def publish(
    store: Store,
    held: dict[Chunk, ChunkVectors],
    *,
    collection: str = "handbook",
    build: str = "b1",
    documents: Sequence[ParsedDocument] = (),
    words: dict[str, int] | None = None,
) -> None:
    """Make a live build of these chunks."""
    chunks = list(held)
    writer = store.begin(collection, build, versions=versions_for(chunks))
    writer.add(chunks, list(held.values()))
    writer.add_documents(documents)
    writer.set_vocabulary(words or {})
    writer.publish(make_manifest(collection, build, len(chunks)))


def dense(degrees: float = 0.0, *, using: str = "body", limit: int = 10, weight: int = 1) -> Leg:
    """Return a dense leg that asks at this angle."""
    named = "title" if using == "title" else "body"
    return Leg(name=named, using=named, query=direction(degrees), limit=limit, weight=weight)


def sparse(terms: dict[int, float], *, limit: int = 10, weight: int = 1) -> Leg:
    """Return a sparse leg that asks for these terms."""
    query = make_vectors(bm25=terms).bm25
    return Leg(name="sparse", using="bm25", query=query, limit=limit, weight=weight)
