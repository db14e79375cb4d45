"""A build that began as a copy of the live one is the build that is made from nothing."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from ingest.embed import sparse_query
from ingest.store.port import Build
from ingest.store.values import Leg
from tests.support.counting_embedder import CountingEmbedder
from tests.support.workshop import Workshop, page

WORDS = "cache index token agent budget eval prompt trace shard queue latency recall".split()
ALL = 99
"""More than there are chunks: where a list is cut among equals is the engine's choice."""


def some_page(chance: random.Random, title: str) -> str:
    """Return a page of one to three questions about a few words."""
    bodies = [" ".join(chance.choices(WORDS, k=12)) for _ in range(chance.randint(1, 3))]
    return page(title, **{f"{title}{number}": body for number, body in enumerate(bodies)})


def rankings(build: Build, embedder: CountingEmbedder, text: str) -> list[list[tuple[str, float]]]:
    """Return what a build finds for a text by meaning, and what by keywords."""
    legs = [
        Leg("dense", "body", embedder.embed_query(text).body, ALL),
        Leg("sparse", "bm25", sparse_query(dict.fromkeys(text.split(), 1.0)), ALL),
    ]
    found = (build.search([leg], limit=ALL, rrf_k=60, where={}) for leg in legs)
    return [[(hit.id, round(hit.score, 5)) for hit in hits] for hits in found]


def assert_same(one: Workshop, other: Workshop) -> None:
    """Check that two indexes hold the same and find the same."""
    with one.live() as left, other.live() as right:
        ids = sorted(left.chunk_ids())
        assert left.chunk_ids() == right.chunk_ids()
        assert left.chunks(ids) == right.chunks(ids)
        assert left.vocabulary() == right.vocabulary()
        assert left.manifest.corpus_hash == right.manifest.corpus_hash
        for entry in left.manifest.documents:
            assert left.document(entry.name).document.text == right.document(entry.name).document.text
        for word in WORDS:
            assert rankings(left, one.embedder, word) == rankings(right, one.embedder, word)


@pytest.mark.parametrize("seed", range(3))
def test_any_row_of_edits_ends_in_what_is_made_from_nothing(
    tmp_path: Path, embedder: CountingEmbedder, seed: int
) -> None:
    """Pages that come, change and go leave the same chunks, words, texts and rankings."""
    chance = random.Random(seed)
    workshop = Workshop(tmp_path, embedder)
    names = [f"n{number}" for number in range(6)]
    for name in names:
        workshop.write(f"book/{name}.md", some_page(chance, name))
    workshop.ingest("book")
    copies = 0
    for step in range(5):
        name = chance.choice(names)
        file = workshop.folder / f"book/{name}.md"
        if step % 2 and file.exists():
            file.unlink()
        else:
            workshop.write(f"book/{name}.md", some_page(chance, f"{name}s{step}"))
        copies += workshop.ingest("book").removed_chunks > 0
        calm = Workshop(tmp_path / f"calm{step}", embedder)
        shutil.copytree(tmp_path / "book", calm.folder / "book")
        calm.ingest("book")
        assert_same(workshop, calm)
    assert copies


def test_a_build_is_written_from_nothing_once_much_of_it_was_removed(workshop: Workshop) -> None:
    """The room that removed chunks take is given back before it is much more than half the handbook."""
    for letter in "bcd":
        workshop.write(f"book/{letter}.md", page(letter.upper(), delta="A body.", epsilon="Another."))
    chunks = workshop.ingest("book").chunks
    removed = []
    for number in range(12):
        workshop.write("book/a.md", page("A", alpha=f"Body {number}.", beta="Second.", gamma="Third."))
        removed.append(workshop.ingest("book").removed_chunks)
    assert removed[1] == removed[0] + 1  # the sections after the edited one keep their chunks
    assert max(removed) <= chunks / 2 + 1
    assert removed.count(0) >= 1


@pytest.mark.parametrize("edited", [True, False])
def test_a_damaged_build_is_neither_copied_nor_kept(workshop: Workshop, *, edited: bool) -> None:
    """With an edit or without one, the next ingest writes from nothing what lost a file."""
    live = workshop.ingest("book").build
    [lost] = (workshop.folder / "index/handbook/builds" / live).rglob("*.mappings")
    lost.write_bytes(lost.read_bytes()[:3])
    if edited:
        workshop.write("book/b.md", page("B", delta="A body."))
    made = workshop.ingest("book")
    assert made.build != live
    assert (made.removed_chunks, len(workshop.embedder.embedded)) == (0, 4 if edited else 3)
    with workshop.live() as build:
        assert len(build.chunk_ids()) == made.chunks
