"""Chunks that were read once are not asked for again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from coach.retrieve.read_chunks import ReadChunks
from ingest.contract import Chunk
from ingest.store.port import Build
from tests.support.fake_embedder import make_section_chunk

A, B, C = (make_section_chunk(name, name) for name in "abc")


class Counted:
    """Stands for a build; keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        self.asked.append([*ids])
        return {chunk.id: chunk for chunk in (A, B, C) if chunk.id in ids}


def reader(most_chunks: int) -> tuple[ReadChunks, Counted]:
    """Return a reader that keeps so many, and the build behind it."""
    counted = Counted()
    build: Build = counted  # type: ignore[assignment]
    return ReadChunks(build, most_chunks), counted


def test_what_is_missing_is_read_at_once_and_once() -> None:
    """One request for all that is not held, none when all is; the order is the caller's."""
    chunks, build = reader(9)
    assert chunks.get([B.id, A.id, B.id]) == [B, A, B]
    assert chunks.get([A.id, C.id]) == [A, C]
    assert chunks.get([C.id, B.id]) == [C, B]
    assert build.asked == [[B.id, A.id], [C.id]]


def test_what_was_not_asked_for_longest_goes() -> None:
    """More than fit are all returned; the ones asked for last stay."""
    chunks, build = reader(2)
    assert chunks.get([A.id, B.id, C.id]) == [A, B, C]
    chunks.get([B.id])
    chunks.get([A.id])
    chunks.get([B.id])
    assert build.asked[1:] == [[A.id]]


def test_a_chunk_that_the_build_lacks_is_an_error() -> None:
    """Nothing stands in its place."""
    chunks, _ = reader(9)
    with pytest.raises(KeyError):
        chunks.get([A.id, "unknown"])
