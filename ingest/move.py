"""A collection on another engine, checked chunk by chunk before it goes live there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import numpy as np

from ingest.batches import CHUNKS_A_BATCH, batches
from ingest.contract import IndexManifest
from ingest.errors import StoreError
from ingest.samples import TOLERANCE, other_answer, sample_scores
from ingest.store.port import Store, WholeBuild
from ingest.store.values import BuildVersions, ChunkVectors
from ingest.tenants import SHARED, tenants_of


def move(
    collection: str, source: Store, target: Store, *, on_copied: Callable[[int], object] = int
) -> IndexManifest:
    """Return the manifest of the live build once the target serves it too; the source stays as it is.

    It is written beside whatever the target serves, compared with the source (every chunk and vector, all
    texts and words, and the answers to a sample of queries), and only then goes live there.

    Args:
        collection: What it is called on both.
        source: Has the live build.
        target: Gets it, under the same name of the build.
        on_copied: Hears how many more chunks were written.

    Raises:
        StoreError: The copy is not what the source holds; it was removed. Also see its leaves.
    """
    with closing(source.open(collection)) as build:
        manifest = build.manifest
        _write(build, target, on_copied)
        with closing(target.open(collection, manifest.build)) as copy:
            wrong = difference(build, copy)
            manifest = copy.manifest
    if wrong:
        target.remove(collection, [manifest.build])
        raise StoreError(f"the copy of build {manifest.build!r} is not what was copied: {wrong}")
    target.promote(collection, manifest.build)
    return manifest


def difference(one: WholeBuild, other: WholeBuild) -> str:
    """Return the first thing in which two builds differ, in words; nothing if they are the same."""
    hashes = one.chunk_ids()
    if hashes != other.chunk_ids():
        return f"{len(hashes)} chunks and {len(other.chunk_ids())}, or of other content"
    for ids in batches(sorted(hashes), CHUNKS_A_BATCH):
        if one.chunks(ids) != other.chunks(ids):
            return "chunks of the same content stand elsewhere"
        left, right = one.vectors(ids), other.vectors(ids)
        odd = [chunk for chunk in ids if not _close(left[chunk], right[chunk])]
        if odd:
            return f"the vectors of chunk {odd[0]}"
    for entry in one.manifest.documents:
        if one.document(entry.name) != other.document(entry.name):
            return f"document {entry.name!r}"
    for tenant in (SHARED, *tenants_of(one.manifest)):
        if one.vocabulary_of(tenant) != other.vocabulary_of(tenant):
            return "the vocabulary"
    return other_answer(sample_scores(one), sample_scores(other))


def _write(build: WholeBuild, target: Store, on_copied: Callable[[int], object]) -> None:
    made = build.manifest
    versions = BuildVersions(
        dimension=made.dimension,
        token_dimension=made.token_dimension,
        embed_model_version=made.embed_model_version,
        doc_versions={entry.name: entry.sha256 for entry in made.documents},
    )
    writer = target.begin(made.collection, made.build, versions=versions)
    try:
        for ids in batches(sorted(build.chunk_ids()), CHUNKS_A_BATCH):
            chunks, vectors = build.chunks(ids), build.vectors(ids)
            writer.add([chunks[one] for one in ids], [vectors[one] for one in ids])
            on_copied(len(ids))
        writer.add_documents(build.document(entry.name) for entry in made.documents)
        for tenant in (SHARED, *tenants_of(made)):
            writer.set_vocabulary(build.vocabulary_of(tenant), tenant=tenant)
        writer.publish(made.model_copy(update={"removed_chunks": 0, "layout": target.layout}), beside=True)
    except BaseException:
        writer.abandon()
        raise


def _close(one: ChunkVectors, other: ChunkVectors) -> bool:
    pairs = [(one.body, other.body), (one.title, other.title), (one.tokens, other.tokens)]
    if one.wordings is not None and other.wordings is not None:
        pairs.append((one.wordings, other.wordings))
    return (
        (one.wordings is None) == (other.wordings is None)
        and one.bm25.indices == other.bm25.indices
        and np.allclose(one.bm25.values, other.bm25.values, atol=TOLERANCE)
        and all(a.shape == b.shape and np.allclose(a, b, atol=TOLERANCE) for a, b in pairs)
    )
