"""What a build holds, in a few lines: enough to tell whether a copy of it on the same engine is the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator

import numpy as np

from ingest.batches import CHUNKS_A_BATCH, batches
from ingest.contract import Frozen
from ingest.samples import other_answer, sample_scores
from ingest.store.port import WholeBuild
from ingest.store.values import ChunkVectors
from ingest.tenants import SHARED, tenants_of


class Fingerprint(Frozen):
    """A build's counts and checksums, and its answers to a sample of searches.

    Attributes:
        contents: Sha256 of all chunks with their places, in the order of ids; so of the other three, each of
            what it is called after.
        answers: Scores by search; see `ingest.samples`.
    """

    chunks: int
    contents: str
    vectors: str
    documents: str
    vocabulary: str
    answers: dict[str, tuple[float, ...]]


def fingerprint(build: WholeBuild, *, on_checked: Callable[[int], object] = int) -> Fingerprint:
    """Return the fingerprint of a published build; all of it is read.

    Args:
        build: Open for reading.
        on_checked: Hears how many more chunks were read.
    """
    ids = sorted(build.chunk_ids())
    contents, vectors, documents = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    for batch in batches(ids, CHUNKS_A_BATCH):
        chunks, stored = build.chunks(batch), build.vectors(batch)
        for one in batch:
            if one in chunks and one in stored:  # one that is missing is seen in the sums
                contents.update(chunks[one].model_dump_json().encode())
                for part in _bytes(stored[one]):
                    vectors.update(part)
        on_checked(len(batch))
    for entry in build.manifest.documents:
        documents.update(build.document(entry.name).model_dump_json().encode())
    words = json.dumps(build.vocabulary_of(SHARED), sort_keys=True)
    for tenant in tenants_of(build.manifest):
        words += f"\n{tenant} {json.dumps(build.vocabulary_of(tenant), sort_keys=True)}"
    return Fingerprint(
        chunks=len(ids),
        contents=contents.hexdigest(),
        vectors=vectors.hexdigest(),
        documents=documents.hexdigest(),
        vocabulary=hashlib.sha256(words.encode()).hexdigest(),
        answers=sample_scores(build),
    )


def departure(made: Fingerprint, found: Fingerprint) -> str:
    """Return the first thing in which a copy departs from what was noted, in words; nothing if in none."""
    if made.chunks != found.chunks:
        return f"{found.chunks} chunks of {made.chunks}"
    sums = {
        "the chunks' texts and places": (made.contents, found.contents),
        "the vectors": (made.vectors, found.vectors),
        "the documents": (made.documents, found.documents),
        "the vocabulary": (made.vocabulary, found.vocabulary),
    }
    differing = next((what for what, (was, now) in sums.items() if was != now), "")
    return differing or other_answer(made.answers, found.answers)


def _bytes(stored: ChunkVectors) -> Iterator[bytes]:
    """Yield a chunk's vectors as bytes, sparse weights in the order of their terms."""
    for array in (stored.body, stored.title, stored.tokens, stored.wordings):
        if array is not None:
            yield np.ascontiguousarray(array, dtype="<f4").tobytes()
    terms = sorted(zip(stored.bm25.indices, stored.bm25.values, strict=True))
    yield json.dumps(terms).encode()
