"""A handbook on disk and its index: what is done again, what stays, and what an interruption costs."""

from __future__ import annotations

import hashlib
import random
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from ingest import adapter, pipeline
from ingest.contract import ChunkerParameters, IndexManifest
from ingest.embed import sparse_query
from ingest.store.edge import EdgeStore
from ingest.store.edge_files import DRAFT, MANIFEST, CollectionFolder
from ingest.store.port import Build
from ingest.store.values import Leg
from tests.support.counting_embedder import CountingEmbedder
from tests.support.killed_ingest import names as names_of_builds
from tests.support.killed_ingest import told_apart, wait_for_another_build
from tests.support.pages import PAGES, write_pages
from tests.support.program import Program, finish
from tests.support.workshop import Workshop, page

FIRST_BATCH = pipeline.DOCUMENTS_A_BATCH
MANY = FIRST_BATCH + 4


def headings(build: Build) -> set[str]:
    """Return the headings that a build can find."""
    return {chunk.heading for chunk in build.chunks(list(build.chunk_ids())).values()}


def by_keyword(build: Build, word: str) -> set[str]:
    """Return the headings of the chunks that hold a word."""
    found = build.search([Leg("sparse", "bm25", sparse_query({word: 1.0}), 9)], limit=9, rrf_k=60, where={})
    return {chunk.heading for chunk in build.chunks([hit.id for hit in found]).values()}


def names(manifest: IndexManifest) -> set[str]:
    """Return the names of a manifest's documents."""
    return {entry.name for entry in manifest.documents}


def test_a_run_that_finds_nothing_changed_writes_nothing(workshop: Workshop) -> None:
    """The live build stays the live build, to the file, and no chunk is embedded."""
    first = workshop.ingest("book")
    live = workshop.folder / "index" / "handbook" / "LIVE"
    before = live.stat()
    again = workshop.ingest("book")
    assert (again.build, again.created_at) == (first.build, first.created_at)
    assert (again.added, again.updated, again.deleted, again.unchanged) == ((), (), (), 1)
    assert workshop.embedder.embedded == []
    assert (live.stat().st_ino, live.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in (live.parent / "builds").iterdir()] == [first.build]


def test_a_run_that_finds_nothing_changed_ends_what_was_stopped(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was stopped after its build went live is brought to its end by the next one."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(CollectionFolder, "tidy", stop)
        with pytest.raises(KeyboardInterrupt):
            workshop.ingest("book")
    builds = workshop.folder / "index" / "handbook" / "builds"
    assert len(list(builds.glob(f"*/{DRAFT}"))) == 1
    workshop.ingest("book")
    assert [[path.name for path in builds.glob(f"*/{name}")] for name in (DRAFT, MANIFEST)] == [
        [],
        [MANIFEST],
    ]


def test_an_edited_section_embeds_its_own_chunks_and_moves_the_later_ones(workshop: Workshop) -> None:
    """What stands behind an edit keeps its id and vectors; only its offsets follow the text."""
    workshop.ingest("book")
    with workshop.live() as build:
        before = {c.heading: c for c in build.chunks(list(build.chunk_ids())).values()}
        vectors = build.vectors([before["What is gamma?"].id])[before["What is gamma?"].id]
    longer = "Second body, which somebody made longer."
    file = workshop.write("book/a.md", page("A", alpha="First body.", beta=longer, gamma="Third body."))
    manifest = workshop.ingest("book")
    assert (manifest.added, manifest.updated, manifest.deleted) == ((), ("a.md",), ())
    assert workshop.embedded_headings() == ["What is beta?"]
    with workshop.live() as build:
        after = {c.heading: c for c in build.chunks(list(build.chunk_ids())).values()}
        kept = build.vectors([after["What is gamma?"].id])[after["What is gamma?"].id]
    assert after["What is gamma?"].id == before["What is gamma?"].id
    assert after["What is gamma?"].start - before["What is gamma?"].start == len(longer) - len("Second body.")
    text = file.read_text(encoding="utf-8")
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in after.values())
    assert np.array_equal(kept.body, vectors.body)
    assert np.array_equal(kept.tokens, vectors.tokens)
    assert kept.bm25 == vectors.bm25


def test_a_deleted_file_is_gone_from_the_index(workshop: Workshop) -> None:
    """Its chunks, its text and its words are no longer found; nothing else is embedded again."""
    workshop.write("book/b.md", page("B", zebra="Stripes confuse lions."))
    workshop.ingest("book")
    (workshop.folder / "book" / "b.md").unlink()
    manifest = workshop.ingest("book")
    assert (manifest.deleted, manifest.unchanged, names(manifest)) == (("b.md",), 1, {"a.md"})
    assert workshop.embedder.embedded == []
    with workshop.live() as build:
        assert "What is zebra?" not in headings(build)
        assert by_keyword(build, "zebra") == set()
        assert "stripes" not in build.vocabulary()
        with pytest.raises(KeyError):
            build.document("b.md")


def test_documents_of_another_root_stay(workshop: Workshop) -> None:
    """Ingesting one folder neither deletes nor embeds what came from another."""
    workshop.write("other/b.md", page("B", zebra="Stripes confuse lions."))
    workshop.ingest("book")
    manifest = workshop.ingest("other")
    assert (manifest.added, manifest.deleted, names(manifest)) == (("b.md",), (), {"a.md", "b.md"})
    assert workshop.embedded_headings() == ["What is zebra?"]
    with workshop.live() as build:
        assert {"What is alpha?", "What is zebra?"} <= headings(build)
        assert {"first", "stripes"} <= build.vocabulary().keys()


def test_two_roots_with_one_file_name_are_told_apart(workshop: Workshop) -> None:
    """The later one is named after its folder, the report says so once, and a second run changes nothing."""
    workshop.write("other/a.md", page("B", zebra="Stripes confuse lions."))
    first = workshop.ingest("book", "other")
    assert names(first) == {"a.md", "other/a.md"}
    again = workshop.ingest("book", "other")
    for manifest in (first, again):
        assert [(row.document, row.outcome) for row in manifest.report] == [("other/a.md", "note")]
    assert again.build == first.build


def test_two_roots_with_one_file_name_are_told_apart_in_separate_runs(workshop: Workshop) -> None:
    """A file never takes the place of another root's file of the same name, whichever run reads it."""
    workshop.write("other/a.md", page("B", zebra="Stripes confuse lions."))
    workshop.ingest("book")
    manifest = workshop.ingest("other")
    assert (manifest.added, manifest.updated, manifest.deleted) == (("other/a.md",), (), ())
    assert {row.document for row in manifest.report} == {"other/a.md"}
    for roots in (("other",), ("book",), ("book", "other")):
        assert workshop.ingest(*roots).build == manifest.build
    workshop.write("other/a.md", page("B", zebra="Stripes confuse flies."))
    assert workshop.ingest("other").updated == ("other/a.md",)
    (workshop.folder / "book" / "a.md").unlink()
    workshop.write("book/c.md", page("C", delta="Fourth body."))
    assert workshop.ingest("book").deleted == ("a.md",)
    with workshop.live() as build:
        assert headings(build) == {"What is zebra?", "What is delta?"}


def test_a_file_named_alone_and_in_its_folder_is_one_document(workshop: Workshop) -> None:
    """The same file is no second document because another path leads to it."""
    workshop.ingest("book/a.md")
    workshop.write("book/a.md", page("A", alpha="A body that was edited."))
    manifest = workshop.ingest("book")
    assert (manifest.updated, names(manifest)) == (("a.md",), {"a.md"})


@pytest.mark.parametrize("change", ["chunker", "embedder"])
def test_other_parameters_rebuild_everything(workshop: Workshop, change: str) -> None:
    """Chunks of two chunkers or vectors of two embedders never meet, and no root is lost over it."""
    workshop.write("other/b.md", page("B", zebra="Stripes confuse lions."))
    first = workshop.ingest("book", "other")
    parameters = ChunkerParameters(max_chars=300) if change == "chunker" else None
    used = CountingEmbedder(release="+next") if change == "embedder" else workshop.embedder
    manifest = workshop.ingest("book", parameters=parameters, embedder=used)
    assert manifest.build != first.build
    assert names(manifest) == {"a.md", "b.md"}
    assert {entry.root for entry in manifest.documents} == {entry.root for entry in first.documents}
    assert len(used.embedded) == manifest.chunks
    assert manifest.chunker == (parameters or first.chunker)
    assert manifest.embed_model_version == used.version
    with workshop.live() as build:
        assert {"What is alpha?", "What is zebra?"} <= headings(build)
    assert workshop.ingest("book", parameters=parameters, embedder=used).build == manifest.build


class _Interrupting(pipeline.Silent):
    """Presses Ctrl-C when this many chunks have their vectors."""

    def __init__(self, after_chunks: int) -> None:
        self._left = after_chunks

    def chunk(self, chars: int) -> None:
        del chars
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


def test_ctrl_c_leaves_the_last_index_and_loses_no_finished_batch(workshop: Workshop) -> None:
    """The live build goes on answering; the next run embeds only what the stopped one had not stored."""
    live = workshop.ingest("book")
    for number in range(FIRST_BATCH + 2):
        name = f"topic{number:02}"
        workshop.write(f"book/n{number:02}.md", page(name, **{name: f"Body of number {number}."}))
    with pytest.raises(KeyboardInterrupt):
        workshop.ingest("book", progress=_Interrupting(FIRST_BATCH + 1))
    with workshop.live() as build:
        assert build.manifest.build == live.build
        assert by_keyword(build, "alpha") == {"What is alpha?"}
    manifest = workshop.ingest("book")
    assert workshop.embedded_headings() == ["What is topic08?", "What is topic09?"]
    assert len(manifest.added) == FIRST_BATCH + 2
    with workshop.live() as build:
        assert len(headings(build)) == FIRST_BATCH + 2 + 3


def test_a_kill_within_one_large_document_costs_one_batch_of_chunks(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks are written as they are embedded, so the next run embeds only what is left of the document."""
    monkeypatch.setattr(adapter, "CHUNKS_A_BATCH", 8)
    workshop.write("book/large.md", page("L", **{f"part{number:02}": "A body." for number in range(20)}))
    with pytest.raises(KeyboardInterrupt):
        workshop.ingest("book", progress=_Interrupting(3 + 8 + 4))
    manifest = workshop.ingest("book")
    assert manifest.chunks == 3 + 20
    assert workshop.embedded_headings() == [f"What is part{number:02}?" for number in range(5, 20)]


def test_the_manifest_counts_what_is_there(tmp_path: Path, embedder: CountingEmbedder) -> None:
    """Its figures are those of the files and of the chunks that can be found; order of paths is no matter."""
    pages = write_pages(tmp_path / "pages")
    shop = Workshop(tmp_path, embedder)
    manifest = shop.ingest("pages")
    entries = {entry.name: entry for entry in manifest.documents}
    assert entries.keys() == set(PAGES)
    for name, entry in entries.items():
        data = (pages / name).read_bytes()
        assert entry.sha256 == hashlib.sha256(data).hexdigest()
        assert entry.chars == len((pages / name).read_text(encoding="utf-8"))
        assert entry.root == str(pages)
    questions = {
        "caching.md": 2,
        "releases.md": 2,
        "incidents/postmortems.md": 1,
        "zh/分布式锁.md": 1,
        "on-call.txt": 0,
    }
    assert {name: entry.questions for name, entry in entries.items()} == questions
    assert manifest.questions == 6
    with shop.live() as build:
        chunks = build.chunks(list(build.chunk_ids())).values()
        sections = {name: len(build.document(name).sections) for name in entries}
    assert manifest.chunks == len(chunks) == len(embedder.embedded)
    assert {name: entry.sections for name, entry in entries.items()} == sections
    assert {n: e.chunks for n, e in entries.items()} == {
        name: sum(chunk.document == name for chunk in chunks) for name in entries
    }
    shop.store.drop("handbook")
    apart = shop.ingest("pages/zh/分布式锁.md", "pages")
    assert apart.chunks == manifest.chunks


def test_report_rows_survive_a_run_in_which_nothing_changed(workshop: Workshop) -> None:
    """What was skipped or repaired is said after every run, once, not only after the one that read it."""
    workshop.write("book/broken.md", "# Broken\n\n## What is a fence?\n\n```python\nx = 1\n\nNever closed.\n")
    workshop.write("book/slides.pdf", "%PDF-1.4")
    (workshop.folder / "book" / "latin.md").write_bytes(b"# Caf\xe9\n")
    first = workshop.ingest("book")
    assert {("slides.pdf", "skipped"), ("latin.md", "skipped")} <= {
        (row.document, row.outcome) for row in first.report
    }
    assert "broken.md" in {row.document for row in first.report}
    again = workshop.ingest("book")
    workshop.write("book/new.md", page("New", delta="Fourth body."))
    later = workshop.ingest("book")
    assert (
        sorted(map(repr, first.report)) == sorted(map(repr, again.report)) == sorted(map(repr, later.report))
    )


def test_killed_at_any_moment_an_ingest_leaves_an_index_that_answers(
    workshop: Workshop, tmp_path: Path
) -> None:
    """After each kill the last build answers; the run that ends makes what an undisturbed one makes."""
    first = workshop.ingest("book")
    chance = random.Random(5)
    for number in range(MANY):
        words = " ".join(chance.choices("lorem ipsum dolor sit amet elit sed do".split(), k=40))
        workshop.write(
            f"book/n{number:02}.md", page(f"N{number}", **{f"one{number}": words, f"two{number}": words})
        )
    program = Program(tmp_path, tmp_path)
    for how in (signal.SIGKILL, signal.SIGKILL, signal.SIGINT):
        known = names_of_builds(workshop.store)
        process = program.start("ingest", "book")
        wait_for_another_build(workshop.store, known, ended=lambda: process.poll() is not None)  # noqa: B023
        time.sleep(chance.uniform(0.0, 0.4))
        process.send_signal(how)
        done = finish(process)
        if how is signal.SIGINT and done.code != 0:  # a quick machine may have ended before the signal
            assert done.err.strip() == "coach: interrupted"
            assert done.code in (130, -signal.SIGINT)  # the same to a shell
        with workshop.live() as build:
            assert build.manifest.build == first.build or len(build.manifest.documents) == 1 + MANY
            assert by_keyword(build, "alpha") == {"What is alpha?"}
    disturbed = workshop.ingest("book")
    calm = EdgeStore(tmp_path / "calm")
    pipeline.ingest([tmp_path / "book"], store=calm, embedder=workshop.embedder, collection="handbook")
    with workshop.live() as one, closing(calm.open("handbook")) as undisturbed:
        assert told_apart(one, undisturbed) == ""
    assert names_of_builds(workshop.store) <= {disturbed.build, first.build}
