"""What both engines write alike: names, the payload of a point, manifests and the mark of a draft."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from ingest.contract import Chunk, Frozen, IndexManifest
from ingest.errors import IndexMismatchError, StoreError
from ingest.store.values import TENANT_FIELD, BuildVersions, ChunkVectors, SparseVector
from ingest.tenants import tenant_of

SCHEMA_VERSION = 2
"""Changes whenever an index written before can no longer be read."""

COLLECTION_NAME = re.compile(r"(?!.*__)[\w-][\w.-]{0,63}")
BUILD_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,63}")
RESERVED_BUILD_NAMES = frozenset({"library", "lock"})
MAX_COLLECTION_BYTES = 160  # the server names a folder "<collection>__<build>__library"; folders end at 255

Payload = dict[str, object]


class Draft(Frozen):
    """The mark of a build that was begun and not yet published."""

    embed_model_version: str
    dimension: int


def check_names(collection: str, build: str = "") -> None:
    """Return if both names can be used on every engine.

    A double underscore separates the parts of names on the server, so a collection may not hold one. A build
    holds no underscore at all: "a_" with "b" would be called as "a" with "_b".

    Raises:
        StoreError: One of them cannot.
    """
    short = len(collection.encode()) <= MAX_COLLECTION_BYTES
    if not short or not COLLECTION_NAME.fullmatch(collection):
        raise StoreError(
            f"the collection cannot be called {collection!r}",
            hint="Use letters, digits, '-', '.' and single '_'; begin with no '.'.",
        )
    if build and (not BUILD_NAME.fullmatch(build) or build in RESERVED_BUILD_NAMES):
        raise StoreError(
            f"the build cannot be called {build!r}",
            hint="Use letters, digits, '-' and '.'; begin with no sign.",
        )


def canonical_ids(ids: Sequence[str]) -> list[str]:
    """Return those that are UUIDs in canonical form, each once, in order; no other id can be in an index."""
    return [one for one in dict.fromkeys(ids) if _is_canonical(one)]


def _is_canonical(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def encode_chunks(
    chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors], versions: BuildVersions
) -> dict[str, Payload]:
    """Return payload by chunk id, in the order of the chunks, or nothing at all.

    Raises:
        ValueError: A length, dimension or id is wrong, or a version is missing.
    """
    for one, its_vectors in zip(chunks, vectors, strict=True):
        shapes = {its_vectors.body.shape, its_vectors.title.shape}
        if shapes != {(versions.dimension,)}:
            raise ValueError(f"chunk {one.id!r} has vectors of shape {shapes!r}, not ({versions.dimension},)")
        if its_vectors.wordings is not None and its_vectors.wordings.shape[1:] != (versions.dimension,):
            raise ValueError(f"chunk {one.id!r} has wordings of shape {its_vectors.wordings.shape!r}")
        if its_vectors.tokens.shape != (max(len(its_vectors.tokens), 1), versions.token_dimension):
            raise ValueError(f"chunk {one.id!r} has token vectors of shape {its_vectors.tokens.shape!r}")
        if not _is_canonical(one.id):
            raise ValueError(f"chunk id {one.id!r} is no UUID in canonical form")
    return encode_payloads(chunks, versions)


def encode_payloads(chunks: Sequence[Chunk], versions: BuildVersions) -> dict[str, Payload]:
    """Return payload by chunk id, in the order of the chunks. Raises ValueError if a version is missing."""
    return {one.id: _payload(one, versions) for one in chunks}


def _payload(chunk: Chunk, versions: BuildVersions) -> Payload:
    doc_version = versions.doc_versions.get(chunk.document, "")
    if not doc_version or not versions.embed_model_version:
        raise ValueError(f"a version is missing for chunk {chunk.id!r} of document {chunk.document!r}")
    fields = chunk.model_dump(mode="json", exclude={"id", "tags"})
    return fields | {
        "tags": chunk.tags.model_dump(mode="json", exclude_defaults=True),
        "level": list(chunk.tags.levels),
        "kind": chunk.tags.kind,
        "frequency": chunk.tags.frequency,
        "stage": list(chunk.tags.stages),
        TENANT_FIELD: tenant_of(chunk.document),
        "doc_version": doc_version,
        "embed_model_version": versions.embed_model_version,
        "content_hash": chunk.content_hash,
    }


CHUNK_FIELDS = [name for name in Chunk.model_fields if name != "id"]
"""The payload keys that make a chunk again."""


def decode_chunk(chunk_id: str, payload: Mapping[str, object]) -> Chunk:
    """Return the chunk that `encode_chunks` was given."""
    return Chunk.model_validate({"id": chunk_id, **{name: payload[name] for name in CHUNK_FIELDS}})


def decode_vectors(stored: Mapping[str, Any]) -> ChunkVectors:
    """Return the vectors that `encode_chunks` was given, from what an engine gives back by name."""
    sparse = stored.get("bm25")
    return ChunkVectors(
        body=np.asarray(stored["body"], dtype=np.float32),
        title=np.asarray(stored["title"], dtype=np.float32),
        wordings=np.asarray(stored["wordings"], dtype=np.float32) if stored.get("wordings") else None,
        tokens=np.asarray(stored["tokens"], dtype=np.float32),
        bm25=SparseVector(tuple(sparse.indices), tuple(sparse.values)) if sparse else SparseVector((), ()),
    )


def parse_manifest(text: str | bytes, collection: str) -> IndexManifest:
    """Return the manifest in this JSON text.

    Raises:
        IndexMismatchError: It was written by a program with another schema version, or is damaged.
    """
    try:
        written = json.loads(text)
        version = written["schema_version"]
        if version != SCHEMA_VERSION:
            raise IndexMismatchError(
                f"collection {collection!r} has index schema {version!r}, this program reads {SCHEMA_VERSION}"
            )
        return IndexManifest.model_validate_json(text)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise IndexMismatchError(
            f"the manifest of collection {collection!r} cannot be read: {error}"
        ) from error


def check_manifest(manifest: IndexManifest, collection: str, build: str, versions: BuildVersions) -> None:
    """Return if the manifest describes this build. Raises ValueError if not."""
    described = (
        manifest.collection,
        manifest.build,
        manifest.dimension,
        manifest.token_dimension,
        manifest.embed_model_version,
    )
    begun = (collection, build, versions.dimension, versions.token_dimension, versions.embed_model_version)
    if described != begun:
        raise ValueError(f"the manifest describes {described!r}, the build was begun as {begun!r}")


def check_count(build: str, *, held: int, recorded: int) -> None:
    """Return if the engine holds as many points as chunks were completed. Raises StoreError if not."""
    if held != recorded:
        raise StoreError(
            f"build {build!r} holds {held} points, {recorded} chunks were completed",
            hint="Run 'coach ingest' again.",
        )
