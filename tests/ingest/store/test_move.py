"""A collection moves between engines, and nothing goes live that is not what was copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from ingest.contract import Chunk, ParsedDocument
from ingest.errors import IndexMissingError, StoreError
from ingest.move import difference, move
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from ingest.store.edge_writer import EdgeWriter
from ingest.store.port import Store
from ingest.store.values import ChunkVectors
from tests.support.index_samples import (
    make_chunk,
    make_document,
    make_manifest,
    make_vectors,
    publish,
    versions_for,
)

CHUNKS = {
    make_chunk(name): make_vectors(body=10.0 * number, title=5.0 * number, bm25={number: 1.5, 99: 0.5})
    for number, name in enumerate(("one", "two", "three", "four"))
}
WORDS = {"one": 1, "two": 1}


@pytest.fixture
def full(tmp_path: Path) -> EdgeStore:
    """An embedded index with a live build."""
    store = EdgeStore(tmp_path / "full")
    publish(store, CHUNKS, documents=[make_document("a.md")], words=WORDS)
    return store


@pytest.fixture
def target(settings: IndexSettings) -> Iterator[Store]:
    """An index of each engine in turn, which serves something else so far."""
    with closing(open_store(settings)) as opened:
        publish(opened, {make_chunk("other"): make_vectors()}, build="other")
        yield opened
        opened.drop("handbook")


def test_what_was_moved_is_what_is_there_on_the_way_and_back(
    full: EdgeStore, target: Store, tmp_path: Path
) -> None:
    """Chunks, vectors, texts, words and the build's name survive the way to each engine and home again."""
    counted: list[int] = []
    manifest = move("handbook", full, target, on_copied=counted.append)
    assert (manifest.build, sum(counted)) == ("b1", len(CHUNKS))
    assert target.live("handbook") == "b1"
    home = EdgeStore(tmp_path / "home")
    move("handbook", target, home)
    with closing(full.open("handbook")) as one, closing(home.open("handbook")) as other:
        assert difference(one, other) == ""
        assert other.document("a.md") == make_document("a.md")
        assert other.vocabulary() == WORDS
    assert {state.name: state.status for state in target.builds("handbook")} == {
        "other": "earlier",
        "b1": "live",
    }


def test_a_copy_that_differs_does_not_go_live(
    full: EdgeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is removed, the target serves what it served, and the error names the first difference."""
    home = EdgeStore(tmp_path / "home")
    publish(home, {make_chunk("other"): make_vectors()}, build="other")
    write = EdgeWriter.add

    def write_wrongly(writer: EdgeWriter, chunks: Sequence[Chunk], vectors: Sequence[ChunkVectors]) -> None:
        write(writer, chunks, [vectors[0]] * len(chunks))

    monkeypatch.setattr(EdgeWriter, "add", write_wrongly)
    with pytest.raises(StoreError, match="the vectors of chunk"):
        move("handbook", full, home)
    assert [(state.name, state.status) for state in home.builds("handbook")] == [("other", "live")]


def test_nothing_moves_without_a_live_build(tmp_path: Path) -> None:
    """The error is that of opening it; the target is not touched."""
    home = EdgeStore(tmp_path / "home")
    with pytest.raises(IndexMissingError):
        move("handbook", EdgeStore(tmp_path / "empty"), home)
    assert home.builds("handbook") == []


DOCUMENT = make_document("a.md")


@pytest.mark.parametrize(
    ("held", "document", "words", "named"),
    [
        (dict(list(CHUNKS.items())[:3]), DOCUMENT, WORDS, "4 chunks and 3"),
        (CHUNKS, make_document("a.md", "# Other\n\nText.\n"), WORDS, "document"),
        (CHUNKS, DOCUMENT, {"one": 2}, "the vocabulary"),
        (dict.fromkeys(CHUNKS, make_vectors()), DOCUMENT, WORDS, "the vectors of chunk"),
    ],
)
def test_each_difference_is_named(
    tmp_path: Path,
    held: dict[Chunk, ChunkVectors],
    document: ParsedDocument,
    words: dict[str, int],
    named: str,
) -> None:
    """Missing chunks, other vectors, another text or another word are each seen."""
    one, other = EdgeStore(tmp_path / "one"), EdgeStore(tmp_path / "other")
    publish(one, CHUNKS, documents=[DOCUMENT], words=WORDS)
    publish(other, held, documents=[document], words=words)
    with closing(one.open("handbook")) as left, closing(other.open("handbook")) as right:
        assert named in difference(left, right)


def test_the_manifest_of_a_copy_counts_no_removed_chunks(full: EdgeStore, tmp_path: Path) -> None:
    """What was removed from the source takes no room in what was written from nothing."""
    writer = full.begin_copy("handbook", "b2", source="b1", versions=versions_for())
    held = writer.chunks_of(["a.md"])
    assert {chunk.id for chunk in held} == {chunk.id for chunk in CHUNKS}
    writer.remove(documents=["a.md"], chunks=[chunk.id for chunk in held])
    writer.add([make_chunk("one")], [make_vectors()])
    writer.add_documents([make_document("a.md")])
    writer.set_vocabulary({})
    writer.publish(make_manifest("handbook", "b2", 1).model_copy(update={"removed_chunks": 4}))
    home = EdgeStore(tmp_path / "home")
    move("handbook", full, home)
    with closing(home.open("handbook")) as build:
        assert build.manifest.removed_chunks == 0
