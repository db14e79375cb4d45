"""What tests run in other processes on one folder; arguments: role, folder, build name."""

from __future__ import annotations

import hashlib
import sys
from contextlib import closing
from pathlib import Path

from ingest.store.edge import EdgeStore
from ingest.store.edge_writer import EdgeWriter
from tests.support.index_samples import (
    ChunkVectors,
    dense,
    make_chunk,
    make_document,
    make_manifest,
    make_vectors,
    sparse,
    versions_for,
)

CHUNKS = [make_chunk(f"chunk {number}") for number in range(48)]
BATCH = 8


def expected_vectors(number: int) -> ChunkVectors:
    """Return the vectors of the chunk at this place."""
    return make_vectors(body=float(number), title=90.0 - number, bm25={1: 1.0, 2 + number % 5: 2.0})


def say(line: str) -> None:
    """Tell the test that waits for this process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fill(writer: EdgeWriter) -> None:
    """Write all chunks in small steps, then a document."""
    for start in range(0, len(CHUNKS), BATCH):
        numbers = range(start, start + BATCH)
        writer.add([CHUNKS[number] for number in numbers], [expected_vectors(number) for number in numbers])
    writer.add_documents([make_document("a.md")])


def write_without_end(store: EdgeStore, name: str) -> None:
    """Publish one build after the other until killed."""
    say("ready")
    for turn in range(1_000_000):
        build = f"{name}-{turn}"
        writer = store.begin("handbook", build, versions=versions_for())
        fill(writer)
        writer.publish(make_manifest("handbook", build, len(CHUNKS)))


def hold(store: EdgeStore, name: str) -> None:
    """Begin a build and wait to be killed."""
    writer = store.begin("handbook", name, versions=versions_for())
    say("ready")
    sys.stdin.read()
    writer.abandon()


def read(store: EdgeStore, _: str) -> None:
    """Open, search and close some times; print a digest of all answers."""
    digest = hashlib.sha256()
    for turn in range(5):
        with closing(store.open("handbook")) as build:
            for angle in range(40):
                legs = [dense(angle), dense(angle, using="title"), sparse({1: 1.0, 2 + turn: 1.0})]
                hits = build.search(legs, limit=10, rrf_k=60, where={"document": ["a.md"]})
                digest.update(repr((hits, build.chunks([hits[0].id]), build.document("a.md"))).encode())
    say(digest.hexdigest())


if __name__ == "__main__":
    roles = {"write": write_without_end, "hold": hold, "read": read}
    roles[sys.argv[1]](EdgeStore(Path(sys.argv[2])), sys.argv[3])
