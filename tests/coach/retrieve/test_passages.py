"""Which sections an answer may draw on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coach.retrieve.parts import STANDS_ALONE
from coach.retrieve.passages import FURTHEST_BELOW, choose_passages, find_section
from coach.retrieve.retriever import FoundSection, Retrieval
from coach.retrieve.search import EmbeddedQuery
from ingest.embed import QueryVectors
from ingest.store.values import SparseVector
from tests.support.fake_embedder import make_section_chunk
from tests.support.handbook import ask, handbook, loader
from tests.support.index_samples import direction
from tests.support.retrievals import MEASURED

BOOK = handbook("a.md", "# Book\n## One?\nbody@ First.\n## Two?\nbody@ Second.\n## Three?\nbody@ Third.")
LOAD = loader(BOOK)
NOTHING = EmbeddedQuery(QueryVectors(direction(0), np.zeros((1, 2), np.float32)), (), SparseVector((), ()))


def retrieval(*scores: float) -> Retrieval:
    """Return a retrieval that found the sections of the book with these scores."""
    sections = tuple(
        FoundSection(
            section.id,
            score,
            (make_section_chunk("text", section.id), make_section_chunk("more", section.id)),
        )
        for section, score in zip(BOOK.sections[1:], scores, strict=False)
    )
    return Retrieval(ask("what"), NOTHING, (), (), (), sections)


def test_a_passage_is_the_whole_section_with_what_was_found_in_it() -> None:
    """Its span is the section's, its focus the found chunks, best first."""
    [first, second] = choose_passages(retrieval(1.0, 0.9), limit=5, load=LOAD)
    section = BOOK.sections[1]
    assert (first.start, first.end, first.heading, first.path) == (
        section.start,
        section.end,
        "One?",
        ("Book",),
    )
    chunks = retrieval(1.0).sections[0].chunks
    assert first.chunk_ids == tuple(chunk.id for chunk in chunks)
    assert first.focus == tuple((chunk.start, chunk.end) for chunk in chunks)
    assert [first.rank, second.rank] == [1, 2]
    assert first.relevance == 1.0 > second.relevance


def test_sections_far_below_the_best_are_left_out() -> None:
    """A section much worse than the best is no longer about the question, however few there are."""
    found = choose_passages(
        retrieval(2.0, 2.0 - FURTHEST_BELOW / 2, 2.0 - FURTHEST_BELOW * 1.1), limit=5, load=LOAD
    )
    assert [passage.heading for passage in found] == ["One?", "Two?"]


def test_there_are_at_most_as_many_as_the_limit() -> None:
    """The best ones, in order; none if nothing was found."""
    assert [one.heading for one in choose_passages(retrieval(1.0, 1.0, 1.0), limit=2, load=LOAD)] == [
        "One?",
        "Two?",
    ]
    assert choose_passages(retrieval(), limit=2, load=LOAD) == ()


def test_a_section_that_a_document_lacks_is_an_error() -> None:
    """An index and a document that do not belong together are not papered over."""
    assert find_section(BOOK, BOOK.sections[2].id).heading == "Two?"
    with pytest.raises(KeyError):
        find_section(BOOK, "another")


def test_each_part_that_stands_alone_has_its_best_section() -> None:
    """It is there and carries that part, however far below it stands for the whole, or not found for it."""
    found = retrieval(2.0, 0.1)
    own = replace(retrieval(0.0, 0.0, STANDS_ALONE), scored=MEASURED)
    alone = [replace(own, sections=own.sections[place:]) for place in (1, 2)]
    alone[0] = replace(alone[0], sections=(replace(alone[0].sections[0], score=STANDS_ALONE),))
    chosen = choose_passages(replace(found, parts=tuple(alone)), limit=1, load=LOAD)
    assert [(one.heading, one.part) for one in chosen] == [("One?", None), ("Two?", 0), ("Three?", 1)]
    assert [one.part for one in choose_passages(found, limit=1, load=LOAD)] == [0]
