"""Candidates in a better order: what is measured, how it is blended, how ties end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from math import cos, radians

import numpy as np
import pytest

from coach.retrieve.rerank import Scored, rerank
from coach.retrieve.search import EmbeddedQuery
from ingest.embed import QueryVectors, sparse_query
from ingest.store.edge import EdgeStore
from ingest.store.port import Build
from ingest.store.values import SparseVector
from tests.support.fake_embedder import passage_vectors
from tests.support.index_samples import direction, make_chunk, publish

BODY, TITLE, LATE, WORD = (make_chunk(name) for name in ("body", "title", "late", "keyword"))
TWINS = [make_chunk("twin", document=f"{letter}.md") for letter in "abc"]
TWINS = [twin.model_copy(update={"id": make_chunk(f"twin {n}").id}) for n, twin in enumerate(TWINS)]
FAR = make_chunk("far")


def ask(*words: str, angle: float = 0.0) -> EmbeddedQuery:
    """Return a question at this angle with these words and one word piece."""
    tokens = np.array([[1.0, 0.0]], dtype=np.float32)
    terms = sparse_query(dict.fromkeys(words, 1.0))
    return EmbeddedQuery(QueryVectors(direction(angle), tokens), (), terms)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """An index in which each chunk is good at one measurement; everything else is at right angles."""
    held = {
        BODY: passage_vectors(BODY, 0.0),
        TITLE: passage_vectors(TITLE, 90.0, title=0.0),
        LATE: passage_vectors(LATE, 90.0, tokens=(60.0, 0.0, 180.0)),
        WORD: passage_vectors(WORD, 90.0),
        FAR: passage_vectors(FAR, 90.0),
    } | {twin: passage_vectors(twin, 45.0) for twin in TWINS}
    store = EdgeStore(tmp_path_factory.mktemp("index"))
    publish(store, held)
    with closing(store.open("handbook")) as opened:
        yield opened


def test_each_measurement_is_that_of_the_stored_vectors(build: Build) -> None:
    """Cosines of passage and title, the best word piece, and BM25 as a share of the best candidate's."""
    scored = {one.id: one for one in rerank(build, ask("keyword"), [BODY.id, TITLE.id, LATE.id, WORD.id])}
    assert scored[BODY.id].dense == pytest.approx(1.0, abs=1e-3)
    assert scored[TITLE.id].title == pytest.approx(1.0, abs=1e-3)
    assert scored[LATE.id].late == pytest.approx(1.0, abs=1e-3)
    assert scored[WORD.id].keyword == 1.0
    assert scored[WORD.id].bm25 > 0
    others = [scored[BODY.id].title, scored[TITLE.id].dense, scored[WORD.id].late, scored[LATE.id].keyword]
    assert others == pytest.approx([0.0] * 4, abs=1e-3)


def test_the_score_grows_with_every_measurement() -> None:
    """No evidence for a candidate ever moves it down."""
    plain = Scored(id="x", dense=0.3, title=0.3, late=0.3, keyword=0.3, bm25=2.0)
    for name in ("dense", "title", "late", "keyword"):
        assert dataclasses.replace(plain, **{name: 0.4}).score > plain.score


def test_what_is_good_at_something_goes_before_what_is_good_at_nothing(build: Build) -> None:
    """All candidates come back, best first, whatever order they came in."""
    candidates = [FAR.id, WORD.id, LATE.id, TITLE.id, BODY.id]
    found = rerank(build, ask("keyword"), candidates)
    assert sorted(one.id for one in found) == sorted(candidates)
    assert found[-1].id == FAR.id
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert rerank(build, ask("keyword"), candidates[::-1]) == found


def test_ties_are_broken_by_id(build: Build) -> None:
    """Three chunks with the same vectors and text come in the order of their ids, each time."""
    ids = [twin.id for twin in TWINS]
    for candidates in (ids, ids[::-1], [ids[1], ids[2], ids[0]]):
        found = rerank(build, ask("twin"), candidates)
        assert len({one.score for one in found}) == 1
        assert [one.id for one in found] == sorted(ids)


def test_a_negative_cosine_counts_as_it_is(build: Build) -> None:
    """A candidate that points away is measured, not taken for one that was not."""
    [found] = rerank(build, ask(angle=180.0), [TWINS[0].id])
    assert found.dense == pytest.approx(cos(radians(135.0)), abs=1e-3)


def test_without_candidates_or_words_there_is_nothing_to_divide(build: Build) -> None:
    """No candidate gives no order; no keyword gives keyword 0."""
    assert rerank(build, ask("keyword"), []) == []
    found = rerank(build, dataclasses.replace(ask(), terms=SparseVector((), ())), [BODY.id, FAR.id])
    assert [(one.keyword, one.bm25) for one in found] == [(0.0, 0.0), (0.0, 0.0)]
    assert found[0].id == BODY.id
