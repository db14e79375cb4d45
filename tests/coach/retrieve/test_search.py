"""What the engine is asked for a question, and what it brings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from coach.retrieve.rewrite import Rewriter
from coach.retrieve.search import embed, find_candidates, make_legs
from coach.settings import Settings
from ingest.contract import QuestionTags
from ingest.embed import sparse_query
from ingest.store.edge import EdgeStore
from ingest.store.port import Build
from tests.support.fake_embedder import FakeEmbedder, passage_vectors
from tests.support.index_samples import direction, make_chunk, publish

SETTINGS = Settings(_env_file=None, dense_limit=20, sparse_limit=30, rrf_k=60, rerank_limit=3)
NEAR, WORDY, BOTH = make_chunk("near"), make_chunk("canary release"), make_chunk("canary")
STAFF = make_chunk("staff canary", document="b.md", tags=QuestionTags(levels=("staff",)))


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """An index of four chunks; only the first lies near angle 0 and has no word of the question."""
    store = EdgeStore(tmp_path_factory.mktemp("index"))
    held = {NEAR: 1.0, BOTH: 20.0, WORDY: 80.0, STAFF: 85.0}
    publish(store, {chunk: passage_vectors(chunk, angle) for chunk, angle in held.items()})
    with closing(store.open("handbook")) as opened:
        yield opened


def test_a_question_is_asked_by_passage_keyword_and_wording() -> None:
    """One leg each, within the limits that are set, over the rewritten text."""
    embedder = FakeEmbedder({"canary release": 30.0})
    query = Rewriter({}).rewrite(" canary\trelease ")
    legs = make_legs(embed(query, embedder), SETTINGS)
    assert [(leg.name, leg.using, leg.limit, leg.weight) for leg in legs] == [
        ("dense", "body", 20, 1),
        ("sparse", "bm25", 30, 1),
        ("wordings", "wordings", 10, 1),
    ]
    assert embedder.asked == ["canary release"]
    assert np.allclose(legs[0].query, direction(30.0))
    assert legs[1].query == sparse_query(query.terms)
    assert {"canari", "releas"} <= query.terms.keys()


@pytest.mark.parametrize(("dense_limit", "of_a_part"), [(20, 5), (3, 1)])
def test_each_part_of_a_question_brings_its_own_candidates(dense_limit: int, of_a_part: int) -> None:
    """A question of two parts is asked whole and part by part, each part for a quarter."""
    embedder = FakeEmbedder({"What is RRF": 10.0, "how do I tune it?": 50.0})
    query = Rewriter({}).rewrite("What is RRF and how do I tune it?")
    legs = make_legs(embed(query, embedder), SETTINGS.model_copy(update={"dense_limit": dense_limit}))
    assert [leg.name for leg in legs] == ["dense", "sparse", "wordings", "part 1", "part 2"]
    assert [leg.limit for leg in legs[3:]] == [of_a_part, of_a_part]
    assert np.allclose(legs[3].query, direction(10.0))
    assert np.allclose(legs[4].query, direction(50.0))


def test_candidates_are_fused_by_rank(build: Build) -> None:
    """The score is the sum of 1 / (60 + rank): second and first beats first in one leg alone."""
    legs = make_legs(embed(Rewriter({}).rewrite("canary"), FakeEmbedder()), SETTINGS)
    found = find_candidates(build, legs, SETTINGS, {})
    assert len(found) == SETTINGS.rerank_limit
    assert found[0].id == BOTH.id
    assert found[0].score == pytest.approx(1 / 62 + 1 / 61)
    assert [hit.rank for hit in found] == [1, 2, 3]
    assert find_candidates(build, legs, SETTINGS, {}) == found


def test_a_question_without_keywords_is_still_searched_densely(build: Build) -> None:
    """Stop words alone leave the keyword leg empty; the dense order remains."""
    legs = make_legs(embed(Rewriter({}).rewrite("is it"), FakeEmbedder()), SETTINGS)
    assert [hit.id for hit in find_candidates(build, legs, SETTINGS, {})] == [NEAR.id, BOTH.id, WORDY.id]


def test_a_filter_holds_before_the_search(build: Build) -> None:
    """The only chunk that fits is found although it is the farthest and the limit is small."""
    narrow = SETTINGS.model_copy(update={"dense_limit": 1, "sparse_limit": 1, "rerank_limit": 1})
    legs = make_legs(embed(Rewriter({}).rewrite("near"), FakeEmbedder()), narrow)
    assert [hit.id for hit in find_candidates(build, legs, narrow, {"level": ["staff"]})] == [STAFF.id]
    assert find_candidates(build, legs, narrow, {"level": ["staff"], "document": ["a.md"]}) == []
