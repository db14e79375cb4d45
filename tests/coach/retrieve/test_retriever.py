"""From candidates to sections: what counts for a section, and which copy of a text is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from coach.retrieve.retriever import Retrieval, Retriever
from coach.retrieve.stopwatch import Stopwatch
from coach.settings import Settings
from ingest.contract import Chunk
from ingest.store.edge import EdgeStore
from ingest.store.port import Build
from tests.support.fake_embedder import FakeEmbedder, make_section_chunk, passage_vectors
from tests.support.index_samples import publish

SETTINGS = Settings(_env_file=None)
FUSED = SETTINGS.model_copy(update={"rerank": False})
Open = Callable[[dict[Chunk, float]], Build]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Open]:
    """Makes an index of chunks whose passages lie at these angles from every question."""
    with ExitStack() as stack:

        def make(held: dict[Chunk, float]) -> Build:
            store = EdgeStore(tmp_path)
            vectors = {chunk: passage_vectors(chunk, angle) for chunk, angle in held.items()}
            publish(store, vectors, build=f"b{len(held)}")
            return stack.enter_context(closing(store.open("handbook")))

        yield make


def retrieve(build: Build, question: str = "what is it", settings: Settings = SETTINGS) -> Retrieval:
    """Return what is found; this question has no keyword, so that only the angles count."""
    return Retriever(build, FakeEmbedder(), settings).retrieve(question, where={}, watch=Stopwatch())


def order(retrieval: Retrieval) -> list[str]:
    """Return the sections that were found, best first."""
    return [section.section_id for section in retrieval.sections]


@pytest.mark.parametrize("settings", [SETTINGS, FUSED], ids=["reranked", "fused"])
def test_a_section_is_found_once_with_its_chunks_best_first(index: Open, settings: Settings) -> None:
    """However many of its chunks are found; its hit is the best of them."""
    far, near, middle = (make_section_chunk(text, "one") for text in ("far", "near", "middle"))
    other = make_section_chunk("elsewhere", "two")
    build = index({far: 60.0, near: 10.0, middle: 40.0, other: 50.0})
    retrieval = retrieve(build, settings=settings)
    assert order(retrieval) == ["one", "two"]
    assert [chunk.text for chunk in retrieval.sections[0].chunks] == ["near", "middle", "far"]
    hits = Retriever(build, FakeEmbedder(), settings).hits(retrieval, limit=10)
    assert [(hit.rank, hit.section_id, hit.chunk_id) for hit in hits] == [
        (1, "one", near.id),
        (2, "two", other.id),
    ]
    assert hits[0].score > hits[1].score
    assert (hits[0].text, hits[0].start, hits[0].end) == (near.text, near.start, near.end)


def test_a_section_that_treats_the_matter_throughout_goes_first(index: Open) -> None:
    """Of two sections with equally good best chunks, the one whose other chunks are good too wins."""
    broad = [make_section_chunk(f"broad {n}", "broad") for n in "abc"]
    narrow = [make_section_chunk(f"narrow {n}", "narrow") for n in "abc"]
    angles = dict(zip(broad, (10.0, 12.0, 14.0), strict=True)) | dict(
        zip(narrow, (10.0, 80.0, 85.0), strict=True)
    )
    assert order(retrieve(index(angles))) == ["broad", "narrow"]


def test_many_weak_chunks_do_not_outweigh_a_good_one(index: Open) -> None:
    """Breadth is a mean of the best three, not a sum."""
    weak = {make_section_chunk(f"weak {n}", "weak"): 60.0 for n in "abcdefgh"}
    assert order(retrieve(index(weak | {make_section_chunk("good", "good"): 5.0}))) == ["good", "weak"]


def test_equal_sections_are_ordered_by_id(index: Open) -> None:
    """The order of a tie is the same each time and does not depend on the order of writing."""
    chunks = [make_section_chunk(text, name) for name, text in (("b", "bear"), ("a", "ape"), ("c", "cat"))]
    build = index(dict.fromkeys(chunks, 30.0))
    assert [order(retrieve(build)) for _ in range(3)] == [["a", "b", "c"]] * 3


def test_only_the_best_of_several_copies_is_shown(index: Open) -> None:
    """A page that stands twice in a handbook takes one place, not two."""
    text = "send the traffic back to the previous image and debug afterwards"
    copies = {
        make_section_chunk(text, name, f"{name}.md"): angle for name, angle in (("x", 20.0), ("y", 10.0))
    }
    other = {make_section_chunk("a canary takes five percent of the requests", "z"): 30.0}
    retrieval = retrieve(index(copies | other))
    assert order(retrieval) == ["y", "z"]
    assert len(retrieval.fused) == 3


def test_hits_are_cut_to_the_limit_after_copies_are_removed(index: Open) -> None:
    """A limit of two gives two different sections."""
    text = "send the traffic back to the previous image and debug afterwards"
    held = {make_section_chunk(text, name, f"{name}.md"): 10.0 for name in "abc"}
    held |= {make_section_chunk("a canary takes five percent of the requests", "z"): 50.0}
    build = index(held)
    hits = Retriever(build, FakeEmbedder(), SETTINGS).hits(retrieve(build), limit=2)
    assert [hit.section_id for hit in hits] == ["a", "z"]


@pytest.mark.parametrize("settings", [SETTINGS, FUSED], ids=["reranked", "fused"])
def test_a_question_without_words_finds_nothing(index: Open, settings: Settings) -> None:
    """Although a dense search would always bring something."""
    build = index({make_section_chunk("near", "one"): 0.0})
    retrieval = retrieve(build, " \u200b\n", settings)
    assert (retrieval.fused, retrieval.scored, retrieval.sections) == ((), (), ())


def test_an_index_without_chunks_finds_nothing(index: Open) -> None:
    """A handbook of headings alone is searched without an error."""
    assert retrieve(index({})).sections == ()


def test_every_stage_is_timed() -> None:
    """A stage entered twice adds up; the total covers them all, also when a stage fails."""
    watch = Stopwatch()
    for _ in range(2):
        with watch.stage("search"):
            pass
    with pytest.raises(ZeroDivisionError), watch.stage("rerank"):
        _ = 1 / 0
    spent = watch.read_ms()
    assert list(spent) == ["search", "rerank", "total"]
    assert spent["total"] >= spent["search"] + spent["rerank"] - 0.002


def test_each_part_of_a_question_is_found_by_itself(index: Open) -> None:
    """What answers a part leads there, wherever it stands for the whole; one part alone is the whole."""
    near, far = make_section_chunk("near", "one"), make_section_chunk("far", "two")
    build = index({near: 0.0, far: 80.0})
    embedder = FakeEmbedder({"how do I tune it?": 80.0})

    def by_parts(question: str, settings: Settings = SETTINGS) -> Retrieval:
        retriever, watch = Retriever(build, embedder, settings), Stopwatch()
        whole = retriever.retrieve(question, where={}, watch=watch)
        return retriever.with_parts(whole, where={}, watch=watch)

    found = by_parts("What is RRF and how do I tune it?")
    assert [part.query.parts for part in found.parts] == [("What is RRF",), ("how do I tune it?",)]
    assert [order(part)[0] for part in (found, *found.parts)] == ["one", "one", "two"]
    assert by_parts("what is it").parts == ()
    assert by_parts("What is RRF and how do I tune it?", FUSED).parts == ()
